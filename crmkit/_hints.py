"""Which column may play which role: judged on the values, and printed only if it works on the data.

Names are where the search begins, in the languages of those who export them; the values decide. Dates must be read,
ids must repeat, an order has one customer and one day, and a price of one piece is no amount while there is a number of
pieces beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crmkit import _date_text, _money_text
from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame

_SOME = 2_000  # rows that are looked at
_MOST_COLUMNS = 60
_ENOUGH = 0.9  # of the values must be what the role asks for

# What names of other people's columns often mean, best first; compared without blanks, signs and case.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "customer": (
        "customeruniqueid", "customerid", "customerno", "customernumber", "custid", "clientid", "userid", "memberid",
        "buyerid", "accountid", "householdid", "household", "householdkey", "shopperid", "cardid", "loyaltyid",
        "masterid", "customeremail", "billingemail", "emailbilling", "email", "emailaddress", "customer", "cust",
        "client", "member", "buyer", "shopper", "account", "user", "contact", "phone", "买家会员名", "买家昵称",
        "買家會員名", "買家昵稱", "会员编号", "会员卡号", "客户编号", "客户", "会员", "用户", "顾客", "买家", "客戶",
        "會員", "用戶", "顧客", "買家", "下单帐号", "下单账号", "手机号", "会員", "お客様", "고객", "회원", "kundennr",
        "kundennummer", "kunde", "debitor", "cliente", "klant", "klient", "müşteri", "клиент", "покупатель",
    ),
    "date": (
        "orderdate", "invoicedate", "transactiondate", "purchasedate", "paidat", "createdat", "ordertime", "timestamp",
        "datetime", "date", "day", "time", "created", "paid", "purchase", "订单付款时间", "付款时间", "付款日期",
        "下单时间", "订单创建时间", "日期", "时间", "時間", "日付", "日時", "付款", "날짜", "일자", "datum", "fecha",
        "data", "dato", "дата", "tarih",
    ),
    "amount": (
        "grandtotal", "ordertotal", "totalamount", "totalprice", "linetotal", "netsales", "netamount", "amountpaid",
        "total", "amount", "revenue", "sales", "spend", "spent", "paymentvalue", "turnover", "payment", "net", "gross",
        "money", "dollar", "value", "实付金额", "买家实际支付金额", "实际支付金额", "實付金額", "実付", "实付", "實付",
        "结算金额", "应付金额", "订单金额", "销售额", "成交金额", "总金额", "总价", "金额", "金額", "売上", "금액",
        "매출", "umsatz", "betrag", "summe", "montant", "total", "importe", "importo", "valor", "bedrag", "kwota",
        "сумма", "tutar", "listprice", "price", "单价", "單價", "preis", "prix", "precio", "preço", "prezzo",
    ),
    "order": (
        "orderid", "orderno", "ordernumber", "invoiceno", "invoiceid", "invoice", "transactionid", "transaction",
        "basketid", "basket", "receiptid", "receipt", "billno", "order", "订单编号", "订单号", "訂單編號", "訂單號",
        "单号", "小票号", "小票", "伝票", "注文番号", "주문번호", "rechnung", "bestellung", "beleg", "commande",
        "pedido", "factura", "ordine", "zamówienie", "заказ",
    ),
    "quantity": (
        "quantity", "qty", "pieces", "units", "itemcount", "numitems", "数量", "數量", "件数", "個数", "수량", "menge",
        "anzahl", "stück", "quantité", "quantite", "cantidad", "quantidade", "quantità", "aantal", "ilość", "adet",
    ),
    "price": (
        "unitprice", "priceperunit", "priceeach", "itemprice", "listprice", "saleprice", "itemcost", "price", "单价",
        "單價", "単価", "단가", "stückpreis", "einzelpreis", "preis", "prix", "precio", "preço", "prezzo", "prijs",
    ),
    "discount": ("discountrate", "discountpercent", "discount", "折扣率", "折扣", "割引率", "rabatt", "remise",
                 "descuento", "desconto", "sconto"),
    "status": ("financialstatus", "orderstatus", "paymentstatus", "status", "state", "订单状态", "交易状态", "狀態",
               "状态", "ステータス", "상태", "statut", "estado", "stato"),
}  # fmt: skip
# Words in a name that say something else: a birthday is no purchase day, a customer's type no id.
_NOT: Mapping[str, tuple[str, ...]] = {
    "customer": ("type", "segment", "age", "gender", "country", "city", "status", "since", "group", "count", "level",
                 "zip", "state", "date", "等级", "类型", "地址", "性别", "备注", "留言"),
    "date": ("birth", "dob", "update", "deliver", "shipp", "due", "estimated", "approved", "expir", "days", "timezone",
             "生日", "发货", "收货", "status", "data type"),
    "amount": ("discount", "tax", "ship", "freight", "refund", "id", "date", "status", "method", "type", "退款", "运费",
               "优惠", "折扣", "方式", "状态", "数量", "时间", "日期", "账号"),
    "order": ("date", "status", "total", "time", "amount", "channel", "type", "item", "value", "method", "state",
              "状态", "时间", "金额", "备注", "来源"),
    "quantity": (), "price": ("total", "总"), "discount": ("code", "amount", "名"),
    "status": ("date", "time", "country"),
}  # fmt: skip
_COUNTS = ("paid", "complete", "success", "approved", "delivered", "shipped", "closed won", "fulfilled", "settled",
           "完成", "成功", "已付款", "已发货", "bezahlt", "payé", "pagado")  # fmt: skip
_DOES_NOT = ("cancel", "void", "refund", "fail", "pending", "unpaid", "abandon", "declin", "expired", "关闭", "退款",
             "取消", "失败", "未付", "待付", "storniert", "annul")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """Arguments that may open a table, and a filter to think of."""

    roles: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # roles that nothing fits
    where: str | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    """Some values of a column, and what they could be."""

    name: str
    texts: Sequence[str]  # without what is missing
    dtype: str  # "date", "number", "bool" or "text", as the table says
    codes: Any  # of each row's value, -1 where missing

    @property
    def n_distinct(self) -> int:
        return len(set(self.texts))

    def share(self, fits: Callable[[str], bool]) -> float:
        known = set(self.texts)
        good = {text for text in known if fits(text)}
        return sum(text in good for text in self.texts) / len(self.texts) if self.texts else 0.0


def propose(frame: AnyFrame, given: Mapping[str, str], *, month_first: bool = False) -> Proposal:
    """Columns for the roles that are not `given`, with the settings that their values ask for.

    Where dates can be read day first or month first, `month_first` says which.

    >>> table = {"Kunde": ["a", "b", "a"], "Datum": ["1.2.2024", "13.2.2024", "2.3.2024"], "Betrag": [1.5, 2.25, 3.0]}
    >>> propose(engines.wrap(table), {}).roles
    {'customer': 'Kunde', 'date': 'Datum', 'amount': 'Betrag', 'date_format': '%d.%m.%Y'}
    """
    columns = _some_rows(frame)
    found = {role: name for role, name in given.items() if name in columns}
    free = {name: column for name, column in columns.items() if name not in found.values()}
    settings: dict[str, str] = {}
    _find_date(free, found)
    _find_customer(free, found)
    _find_amount(free, found)
    _find_order(free, found, columns)
    if "date" in found:
        settings |= _date_settings(columns[found["date"]], month_first=month_first)
    settings |= _money_settings([columns[found[role]] for role in _MONEY if role in found])
    roles = ("customer", "date", "amount", "quantity", "price", "discount", "order")
    listed: dict[str, str] = {str(role): found[role] for role in roles
              if role in found}  # fmt: skip
    missing = tuple(role for role in ("customer", "date") if role not in found)
    missing += ("amount",) if "amount" not in found and "price" not in found else ()
    return Proposal({**listed, **settings}, missing, _filter(columns))


_CONTRACT: Mapping[str, tuple[str, ...]] = {
    "start": ("start", "begin", "signup", "joined", "from", "activation", "开始", "起始", "生效", "beginn",
              "début", "inicio"),
    "end": ("end", "cancel", "expir", "termin", "stop", "until", "to", "churn", "结束", "终止", "到期", "ende", "fin"),
    "amount": ("mrr", "monthly", "fee", "price", "amount", "pay", "charge", "rate", "月费", "金额", "费用", "betrag"),
}  # fmt: skip


def contracts(frame: AnyFrame) -> dict[str, str]:
    """Columns of a table of contracts, and the format of their dates where it must be said.

    >>> table = {"Customer_ID": ["a", "b"], "Plan_Start_Date": ["01/30/2014", "03/04/2014"], "Monthly_Pay": [1.5, 2.5],
    ...          "Plan_Cancel_Date": ["09/19/2014", None]}
    >>> contracts(engines.wrap(table))
    {'customer': 'Customer_ID', 'start': 'Plan_Start_Date', 'end': 'Plan_Cancel_Date', 'amount': 'Monthly_Pay',
     'date_format': '%m/%d/%Y'}
    """
    columns = _some_rows(frame)
    free = dict(columns)
    found: dict[str, str] = {}
    _find_customer(free, found)
    dates = {name: column for name, column in free.items() if _is_date(column)}
    for role in ("start", "end"):
        named = [name for word in _CONTRACT[role] for name in dates if word in name.lower() and name not in
                 found.values()]  # fmt: skip
        if named:
            found[role] = named[0]
    money = {name: column for name, column in free.items() if name not in dates and _mark_of(column) is not None}
    paid = [name for word in _CONTRACT["amount"] for name in money if word in name.lower()]
    found |= {"amount": paid[0]} if paid else {}
    known = {role: found.get(role, "...") for role in ("customer", "start", "end")}
    known |= {"amount": found["amount"]} if paid else {}
    both = [text for role in ("start", "end") if role in found for text in columns[found[role]].texts]
    if both and not all(_is_iso(text) for text in both):
        formats = _date_text.propose(both)
        known |= {"date_format": formats[0]} if formats else {}
    return known


def _some_rows(frame: AnyFrame) -> dict[str, _Column]:
    names = engines.names_of(frame)
    if len(names) > _MOST_COLUMNS:  # those whose names say something
        names = [name for name in names if any(_rank(name, role) is not None for role in _NAMES)][:_MOST_COLUMNS]
    lifted = engines.lift(frame, {f"c{at}": name for at, name in enumerate(names)})
    schema = lifted.collect_schema()
    found = engines.collect(lifted.head(_SOME))
    columns: dict[str, _Column] = {}
    for at, name in enumerate(names):
        dtype = schema[f"c{at}"]
        kind = "number" if dtype.is_numeric() else "date" if dtype.is_temporal() else (
            "bool" if str(dtype) == "Boolean" else "text"
        )  # fmt: skip
        values = [_text_of(value) for value in found[f"c{at}"].tolist()]
        order = {text: code for code, text in enumerate(dict.fromkeys(v for v in values if v is not None))}
        codes = np.array([-1 if value is None else order[value] for value in values])
        columns[name] = _Column(name, [value for value in values if value is not None], kind, codes)
    return columns


def _text_of(value: Any) -> str | None:
    if value is None or value != value or str(value).strip() in ("", "NaT"):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def _rank(name: str, role: str) -> int | None:
    """How early a known name of the role stands in this one; None if there is none, or the name says otherwise."""
    plain = re.sub(r"[\s_\-.#/()（）]", "", name.lower())
    if any(word in name.lower() for word in _NOT[role]):
        return None
    for at, word in enumerate(_NAMES[role]):
        if word == plain:
            return at - 1000
    # short words begin a name or end it; inside one they are chance
    hits = [at for at, word in enumerate(_NAMES[role]) if word in plain and (len(word) > 3 or not word.isascii() or
            plain.startswith(word) or plain.endswith(word))]  # fmt: skip
    return hits[0] if hits else None


def _named(free: Mapping[str, _Column], role: str) -> list[_Column]:
    ranked = {name: rank for name in free if (rank := _rank(name, role)) is not None}
    return [free[name] for name in sorted(ranked, key=lambda name: ranked[name])]


def _take(free: dict[str, _Column], found: dict[str, str], role: str, column: _Column) -> None:
    found[role] = column.name
    free.pop(column.name, None)


def _find_date(free: dict[str, _Column], found: dict[str, str]) -> None:
    if "date" in found:
        return
    for column in [*_named(free, "date"), *free.values()]:
        if _is_date(column):
            _take(free, found, "date", column)
            return


def _is_date(column: _Column) -> bool:
    if column.dtype == "date":
        return True
    if column.dtype == "bool" or not column.texts:
        return False
    if column.dtype == "text" and column.share(_is_iso) >= _ENOUGH:
        return True
    formats = _date_text.propose(column.texts[:300])
    numbers = all(form in _date_text.NUMBERS for form in formats)
    return bool(formats) and (not numbers or _rank(column.name, "date") is not None)


def _is_iso(text: str) -> bool:
    bare = text.strip(_date_text.BLANKS)
    return re.match(_date_text.NAIVE, bare) is not None or re.match(_date_text.ZONED, bare) is not None


def _date_settings(column: _Column, *, month_first: bool) -> dict[str, str]:
    """How the dates are to be read, where that must be said."""
    if column.dtype == "date" or not column.texts:
        return {}
    if column.dtype == "number" or column.share(_is_iso) < _ENOUGH:
        formats = _date_text.propose(column.texts)
        if month_first:
            formats.sort(key=lambda form: not form.startswith("%m"))
        return {"date_format": formats[0]} if formats else {}
    zoned = column.share(lambda text: re.match(_date_text.ZONED, text.strip(_date_text.BLANKS)) is not None)
    return {"timezone": "as_written"} if zoned else {}


def _money_settings(columns: Sequence[_Column]) -> dict[str, str]:
    """The decimal mark, where money is text that needs one."""
    marks = {mark for column in columns if column.dtype == "text" and (mark := _mark_of(column))}
    return {"decimal": marks.pop()} if len(marks) == 1 else {}


def _find_customer(free: dict[str, _Column], found: dict[str, str]) -> None:
    if "customer" in found:
        return
    fitting = [column for column in _named(free, "customer") if _is_id(column)]
    best = next(
        (column for column in fitting if column.n_distinct < len(column.texts)), fitting[0] if fitting else None
    )
    if best is not None:
        _take(free, found, "customer", best)


def _is_id(column: _Column) -> bool:
    if column.dtype in ("date", "bool") or not column.texts:
        return False
    return column.share(lambda text: re.fullmatch(r"-?\d+\.\d+", text) is not None) < 0.5


_MONEY = ("amount", "quantity", "price", "discount", "refund", "cost")


def _find_amount(free: dict[str, _Column], found: dict[str, str]) -> None:
    if "amount" in found or "price" in found:
        return
    amounts = [column for column in _named(free, "amount") if _mark_of(column) is not None]
    pieces = [column for column in _named(free, "quantity") if _is_count(column)]
    prices = [column for column in _named(free, "price") if _mark_of(column) is not None]
    totals = [column for column in amounts if column not in prices]
    if pieces and prices and not totals:
        _take(free, found, "quantity", pieces[0])
        _take(free, found, "price", prices[0])
        shares = [column for column in _named(free, "discount") if _is_share(column)]
        if shares:
            _take(free, found, "discount", shares[0])
    elif amounts:
        _take(free, found, "amount", (totals or amounts)[0])


def _mark_of(column: _Column) -> str | None:
    """The decimal mark with which the values are money, "" for plain numbers; None if they are none."""
    if column.dtype == "number":
        return ""
    if column.dtype != "text" or not column.texts:
        return None
    same = str.maketrans(_money_text.SAME)
    texts = [text.strip().translate(same) for text in set(column.texts)]
    texts = [text for text in texts if not re.match(_money_text.NOTHING, text)]
    if not texts:
        return None
    if all(re.match(_money_text.PLAIN, text) or re.match(_money_text.CERTAIN, text) for text in texts):
        return ""
    for mark in (".", ","):
        known = re.compile(_money_text.pattern(mark))
        if all(re.match(_money_text.PLAIN, text) or known.match(text) for text in texts):
            return mark
    return None


def _is_count(column: _Column) -> bool:
    """Whole numbers, not all of them 1."""
    whole = column.share(lambda text: re.fullmatch(r"\s*-?\d{1,7}(\.0+)?\s*", text) is not None)
    return column.dtype in ("number", "text") and whole >= 0.99 and set(column.texts) != {"1"}


def _is_share(column: _Column) -> bool:
    def fits(text: str) -> bool:
        return re.fullmatch(r"\s*(0(\.\d+)?|1(\.0+)?|\.\d+|\d{1,2}(\.\d+)?\s*%)\s*", text) is not None

    return column.share(fits) >= 0.99 and column.n_distinct > 1


def _find_order(free: dict[str, _Column], found: dict[str, str], columns: Mapping[str, _Column]) -> None:
    if "order" in found or "customer" not in found or "date" not in found:
        return
    who, when = columns[found["customer"]].codes, columns[found["date"]]
    iso = when.dtype == "date" or when.share(_is_iso) >= _ENOUGH
    days = np.unique([text[:10] if iso else text.split(" ")[0] for text in when.texts], return_inverse=True)[1]
    day = np.full(len(when.codes), -1)
    day[when.codes >= 0] = days
    for column in _named(free, "order"):
        if column.dtype != "bool" and _is_order(column, who, day):
            _take(free, found, "order", column)
            return


def _is_order(column: _Column, who: Any, day: Any) -> bool:
    """Whether nearly every value has one customer and one day, and there is more than a handful of values."""
    known = (column.codes >= 0) & (who >= 0) & (day >= 0)
    if column.n_distinct < 2 or known.sum() < _ENOUGH * len(known):
        return False
    values = column.codes[known]
    n_orders = len(np.unique(values))
    pairs = [len(np.unique(np.stack([values, other[known]]), axis=1).T) for other in (who, day)]
    return n_orders >= len(np.unique(who[known])) and max(pairs) <= n_orders * 1.05


def _filter(columns: Mapping[str, _Column]) -> str | None:
    """A filter on a status, if there is one with values that do not count."""
    for column in _named(columns, "status"):
        values = list(dict.fromkeys(column.texts))
        lower = {value: value.lower() for value in values}
        bad = [value for value in values if any(word in lower[value] for word in _DOES_NOT)]
        good = [value for value in values if value not in bad and any(word in lower[value] for word in _COUNTS)]
        if bad and 0 < len(values) <= 30 and len(bad) < len(values):
            kept = good or [value for value in values if value not in bad]
            return f"{_identifier(column.name)} IN ({', '.join(map(_text, kept[:6]))})"
    return None


def _identifier(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d]\w*", name) else '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
