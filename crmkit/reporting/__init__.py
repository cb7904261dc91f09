"""The report: one page, book, notebook or file of numbers that says what a customer base is like and what to do.

`crmkit.report(tx, "report.html")` writes it. The page needs no network, holds sums and counts only unless ids are
asked for, and can be read in English and Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from crmkit import _checks, labels
from crmkit._frame import outputs
from crmkit._types import Table
from crmkit.errors import ArgumentError
from crmkit.labels import Language
from crmkit.reporting._facts import Facts
from crmkit.reporting._made import SECTIONS, Asked, refuse_without_packages, write
from crmkit.transactions import Transactions, open_transactions

__all__ = [
    "report",
]

Format: TypeAlias = Literal["html", "xlsx", "ipynb", "json"]
FORMATS: tuple[Format, ...] = ("html", "xlsx", "ipynb", "json")
Compare: TypeAlias = "str | dt.date | tuple[str | dt.date, str | dt.date] | Transactions | Mapping[str, Any] | None"


def report(
    transactions: Table,
    path: str | Path = "report.html",
    *,
    language: Language | None = None,
    compare: Any = None,
    sections: Sequence[str] | None = None,
    ids: bool = False,
    least: int = 0,
    format: Format | None = None,  # noqa: A002  what everybody calls it
    name: str | None = None,
) -> Path:
    """Write a report on all customers: where the revenue is, who stays, what they are worth, what to do.

    A page in HTML is complete in itself: it asks the network for nothing, prints on A4, and can be switched between
    English and Chinese. It holds sums and counts only, unless `ids` are asked for. A section that these data do not
    allow says why, and the others stand.

    Parameters
    ----------
    transactions : Transactions, or table with customer_id, date, amount (and order_id, cost ...)
        Of any engine; what grows with the rows is added up there. Nothing after its `as_of` is seen.
    path : str, default "report.html"
        Where to write. It is written aside and moved into place when it is complete; only its owner can read it.
    language : {"en", "zh"}, optional
        Language in which the page opens, and of headings in a workbook; that which is set unless given.
    compare : date, pair of dates, Transactions, or mapping of a name to Transactions, optional
        What to compare with: the same customers at an earlier day (the present being `as_of`, or the later date of a
        pair), or another shop. By default segments are compared with those of one period ago.
    sections : sequence of str, optional
        Which, and in which order: "overview", "data", "comparison" (if something is compared), "revenue", "segments",
        "movement", "retention", "worth", "actions", "trust", "definitions". All by default.
    ids : bool, default False
        Whether the first 20 customers of each list to act on are named, with a CSV of them inside the page. Such a page
        is personal data.
    least : int, default 0
        Withhold the figures of groups with fewer customers; see `crmkit.privacy.suppress_small`. 0 withholds nothing.
    format : {"html", "xlsx", "ipynb", "json"}, optional
        What to write; by default what the ending of `path` says. "xlsx": a workbook with formulas, "ipynb": a notebook
        to go on from, "json": all numbers in full precision.
    name : str, optional
        Of the shop, for the title. By default that of the file which was read.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    ArgumentError
        A section, format, comparison or number is not known; before any row is read.
    ColumnError, DataError
        As `Transactions` raises them for a plain table.
    InputFileError
        The file cannot be written.
    MissingPackageError
        Jinja2 or matplotlib (`pip install "crmkit[report]"`) or, for a workbook, XlsxWriter (`"crmkit[excel]"`) is not
        installed.

    Examples
    --------
    >>> import tempfile
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_ten_customers())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = crm.report(tx, f"{folder}/report.json", sections=["data", "revenue"])
    ...     made.name
    'report.json'
    """
    target = Path(path)
    kind = _kind(target, format)
    chosen = _chosen(sections)
    kept = _checks.count("least", least, least=0)
    if ids and kept:
        raise ArgumentError("least", least, "reporting_ids_or_least")
    outputs.refuse_target(target)
    refuse_without_packages(kind)
    chosen = tuple(key for key in chosen if key != "comparison" or compare is not None)
    tx = open_transactions(transactions)
    now, earlier, others = _compared(tx, compare)
    facts = Facts(now, earlier=earlier, valued=bool({"worth", "actions"} & set(chosen)), least=kept)
    asked = Asked(labels.resolve(language), chosen, ids, name, others)
    return write(facts, asked, kind, target)


def _kind(target: Path, told: str | None) -> str:
    if told is not None:
        return _checks.choice("format", told, FORMATS)
    ending = target.suffix.lower().removeprefix(".")
    ending = {"htm": "html"}.get(ending, ending)
    if ending not in FORMATS:
        raise ArgumentError("path", str(target), "reporting_ending", example="report.html", known=", ".join(FORMATS))
    return ending


def _chosen(sections: Sequence[str] | None) -> tuple[str, ...]:
    if sections is None:
        return SECTIONS
    if isinstance(sections, str) or not sections:
        raise ArgumentError("sections", sections, "reporting_sections", example=["data", "segments"])
    return tuple(_checks.choice("sections", each, SECTIONS) for each in sections)


def _compared(tx: Transactions, compare: Any) -> tuple[Transactions, dt.date | None, Mapping[str, Facts]]:
    """The transactions to report on, the earlier day, and the other bases beside them."""
    if compare is None:
        return tx, None, {}
    if isinstance(compare, Transactions):
        return tx, None, {"": Facts(compare, valued=False)}
    if isinstance(compare, Mapping):
        if len(compare) != 1 or not all(isinstance(one, Transactions) for one in compare.values()):
            raise ArgumentError("compare", "...", "reporting_compare", example="2025-06-30")
        return tx, None, {str(shop): Facts(one, valued=False) for shop, one in compare.items()}
    dates = list(compare) if isinstance(compare, tuple | list) else [compare]
    if len(dates) > 2:
        raise ArgumentError("compare", "...", "reporting_compare", example=("2025-06-30", "2025-12-31"))
    days = sorted(_checks.date_of(each, "compare") for each in dates)
    now = tx.until(days[-1]) if len(days) == 2 else tx
    if days[0] >= now.as_of:
        raise ArgumentError("compare", str(days[0]), "reporting_compare_later", as_of=now.as_of, example="2025-06-30")
    return now, days[0], {str(days[0]): Facts(now.until(days[0]), valued=False)}
