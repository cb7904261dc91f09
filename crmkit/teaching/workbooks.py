"""`workbook`: a spreadsheet of live formulas that computes what the library computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crmkit import _checks, datasets, labels
from crmkit._frame import engines
from crmkit._types import Table
from crmkit.customers import summarize
from crmkit.labels import Language
from crmkit.teaching import _bg_nbd, _counting, _customers, _values
from crmkit.teaching._sheets import NOTE, TITLE, Sheet, Workbook
from crmkit.transactions import Transactions

MOST = 5000  # customers of a workbook that ranks them by COUNTIF

# What each topic is made of: customers, transactions, or numbers of its own; and its sheets.
_FROM_CUSTOMERS: Mapping[str, Callable[[Any, Language], list[Sheet]]] = {
    "rfm": _customers.rfm_sheets,
    "pyramid": _customers.pyramid_sheets,
    "bg_nbd": _bg_nbd.bg_nbd_sheets,
}
_FROM_TRANSACTIONS: Mapping[str, Callable[[Any, Language], list[Sheet]]] = {
    "retention": _counting.retention_sheets,
    "cohorts": _counting.cohort_sheets,
    "migration": _counting.migration_sheets,
    "basket": _counting.basket_sheets,
    "audit": _counting.audit_sheets,
}
_OF_THEIR_OWN: Mapping[str, Callable[[Any, Language], list[Sheet]]] = {
    "break_even": _customers.break_even_sheets,
    "clv": _values.clv_sheets,
    "equity": _values.equity_sheets,
    "satisfaction": _values.satisfaction_sheets,
    "wallet": _values.wallet_sheets,
}
TOPICS = (*_FROM_CUSTOMERS, *_FROM_TRANSACTIONS, *_OF_THEIR_OWN)


def workbook(
    topic: str, customers: Table = None, path: str | Path | None = None, *, language: Language | None = None
) -> Workbook:
    """A workbook with live formulas: change an input cell, and everything that follows from it changes.

    Values stand beside the formulas, so that also a program that does not compute shows them. Cells to change are
    yellow.

    Parameters
    ----------
    topic : str
        "rfm", "pyramid", "bg_nbd" (its fit included), "retention", "cohorts", "migration", "basket", "audit",
        "break_even", "clv", "equity", "satisfaction" or "wallet".
    customers : table of customers, Transactions, or table of transactions, optional
        What to teach with; by default small made data. The topics from "break_even" on bring numbers of their own and
        take none. At most 5,000 customers, because spreadsheets compare each with each.
    path : str, optional
        Where to write it at once, such as "rfm.xlsx"; otherwise use `.save(path)`.
    language : {"en", "zh"}, optional
        Language of headings and tabs.

    Returns
    -------
    Workbook
        `sheets`, `n_formulas`, `save(path)`.

    Raises
    ------
    ArgumentError
        There is no such topic.
    DataError
        There are too many rows for a spreadsheet, or too few to count by.
    MissingPackageError
        XlsxWriter is not installed; needed to write it only.

    Examples
    --------
    >>> from crmkit import teaching
    >>> teaching.workbook("rfm")
    <Workbook 'rfm': 4 sheets, 137 live formulas>
    >>> [sheet.name for sheet in teaching.workbook("clv", language="zh").sheets]
    ['说明', '终身价值', '现金流']
    """
    _checks.choice("topic", topic, TOPICS)
    spoken = labels.resolve(language)
    if topic in _OF_THEIR_OWN:
        sheets = _OF_THEIR_OWN[topic](None, spoken)
    elif topic in _FROM_TRANSACTIONS:
        sheets = _FROM_TRANSACTIONS[topic](_example(topic) if customers is None else customers, spoken)
    else:
        listed = _listed(_example(topic) if customers is None else customers)
        sheets = _FROM_CUSTOMERS[topic](listed, spoken)
    made = Workbook(topic, [_about(topic, sheets, spoken), *sheets])
    if path is not None:
        made.save(path)
    return made


def _example(topic: str) -> Any:
    """Small made data to teach with."""
    if topic in ("rfm", "pyramid"):
        return datasets.load_ten_customers()
    if topic == "basket":
        return datasets.make_baskets(30).transactions
    return datasets.make_transactions(100 if topic == "bg_nbd" else 60).transactions


def _listed(given: Any) -> Table:
    """A table of customers, of transactions if need be."""
    if isinstance(given, Transactions):
        found = summarize(given)
    else:
        frame = engines.wrap(given)
        found = given if "recency" in engines.names_of(frame) else summarize(given)
    local = engines.collect(engines.wrap(found))
    _counting.refuse_more(len(next(iter(local.values()))), MOST)
    return engines.build(local, engines.wrap({"customer_id": []}))


def _about(topic: str, sheets: list[Sheet], language: Language) -> Sheet:
    page = Sheet(labels.text("sheet_about", language), language)
    page.word(0, 0, f"workbook_{topic}", style=TITLE)
    page.word(2, 0, "workbook_how", style=NOTE)
    page.word(3, 0, "workbook_yellow", style=NOTE)
    for at, sheet in enumerate(sheets, start=5):
        page.put(at, 0, sheet.name, style=NOTE)
    return page
