"""Every word that a user sees, in English and in Chinese, by stable key.

The data carry keys ("champions", "no_purchase"); people read labels. A key that is not listed here is
shown as it is, so that groups of a user's own keep their own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from crmkit import _checks

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_LEDGER = {
    "input": ("rows that came in", "读入的记录"),
    "duplicate": ("exact duplicate rows, dropped", "完全重复的记录（已删除）"),
    "no_customer": ("without a customer id", "缺少客户编号"),
    "no_date": ("without a date", "缺少日期"),
    "unreadable_date": ("date not readable", "日期无法识别"),
    "ambiguous_date": ("day and month not told apart", "日、月顺序不明"),
    "no_amount": ("without an amount", "缺少金额"),
    "after_as_of": ("after the as-of date", "晚于截止日期"),
    "zero_amount": ("zero amounts, dropped", "金额为零（已删除）"),
    "refund": ("refunds, dropped", "退款（已删除）"),
    "refund_money": ("refund money, not counted", "退款金额（不计入）"),
    "no_purchase": ("by customers with returns only", "只有退货、没有购买的客户的记录"),
    "used": ("used", "实际使用"),
}

_NOTES = {
    "zero_amount_kept": ("zero amounts, counted as purchases", "金额为零（按购买计）"),
    "refund_netted": ("refunds, taken off spend", "退款（从消费额中扣除）"),
    "refund_kept": ("refunds, kept without their money", "退款（保留记录，金额不计）"),
    "refunded_beyond_spend": ("customers whose refunds exceed their purchases", "退款超过购买额的客户"),
    "exact_duplicate": ("rows that repeat another one exactly", "与其他记录完全相同的记录"),
}

_COLUMNS = {
    "step": ("step", "步骤"),
    "note": ("note", "说明"),
    "rows": ("rows", "记录数"),
    "customers": ("customers", "客户数"),
    "amount": ("amount", "金额"),
    "customer_id": ("customer", "客户编号"),
    "orders": ("orders", "订单数"),
    "first_date": ("first purchase", "首次购买日期"),
    "last_date": ("last purchase", "最近购买日期"),
    "recency": ("days since last purchase", "距最近一次消费天数"),
    "frequency": ("orders", "消费频率（订单数）"),
    "monetary": ("spend", "消费金额"),
    "mean_order": ("mean order", "平均订单金额"),
    "tenure": ("days since first purchase", "客户年龄（天）"),
    "margin": ("margin", "毛利"),
}

_WORDS: Mapping[str, tuple[str, str]] = {**_LEDGER, **_NOTES, **_COLUMNS}


def text(key: str, language: Language = "en") -> str:
    """The label of a key; the key itself where it is nobody's but the user's.

    >>> text("used"), text("used", "zh"), text("my own group")
    ('used', '实际使用', 'my own group')
    """
    _checks.choice("language", language, LANGUAGES)
    words = _WORDS.get(key)
    return key if words is None else words[LANGUAGES.index(language)]


def texts(keys: Iterable[str], language: Language = "en") -> list[str]:
    """The labels of several keys.

    >>> texts(["rows", "amount"], "zh")
    ['记录数', '金额']
    """
    return [text(key, language) for key in keys]
