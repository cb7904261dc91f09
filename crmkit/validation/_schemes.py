"""A segmentation that can be run again: at another date, on other rows, with other choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from crmkit import _checks, _frame, customers, labels, pyramid, rfm
from crmkit._frame import engines, outputs
from crmkit._frame.engines import AnyFrame
from crmkit._rfm.rules import AXES, HALVES, plain_scheme
from crmkit._types import Table
from crmkit.errors import ArgumentError, ColumnError, DataError, Words, shown
from crmkit.schemes import SEGMENTS
from crmkit.transactions import Transactions

Scheme: TypeAlias = str | rfm.Rules | Mapping[str, float] | Callable[[Transactions], Any]

HINT = Words("hint_scheme_function")


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How the segments are found, and what can be chosen about it.

    `find` takes what `prepare` makes of the transactions, and any of `choices` by name. Of each choice the first value
    is the usual one, the others would do as well; where it has one value only, others would mean other segments.
    """

    find: Callable[..., Any]
    column: str
    order: tuple[str, ...] | None = None  # of segments, the best first
    from_rows: bool = False
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    own_labels: Mapping[str, str] = field(default_factory=dict)  # what rules of the caller's call their segments

    def prepare(self, tx: Transactions) -> Table:
        """What `find` looks at: the transactions themselves, or the summary of their customers."""
        return tx if self.from_rows else outputs.keep(customers.summarize(tx))

    def groups(self, prepared: Any, like: AnyFrame, **choices: Any) -> AnyFrame:
        """Who is in which segment, computed, on the engine of `like`: customer_id, segment as text."""
        found = self.find(prepared, **choices)
        if not self.from_rows:
            return _beside(_chosen(engines.wrap(found), self.column), like)
        table = _frame.open_table(outputs.keep(found), keys=["customer_id", self.column], hint=HINT)
        groups = _chosen(table.frame, self.column)
        _refuse_rows(groups)
        return _beside(groups, like)


def segmentation_of(scheme: Scheme, column: str) -> Segmentation:
    """A scheme as the caller wrote it; wrong ones are refused before any row is read."""
    if callable(scheme):
        return Segmentation(scheme, column, from_rows=True)
    if isinstance(scheme, str):
        _checks.choice("scheme", scheme, [*SEGMENTS, *pyramid.SCHEMES])
    names_tiers = scheme in pyramid.SCHEMES if isinstance(scheme, str) else _are_shares(scheme)
    if names_tiers:
        return _by_tiers(scheme)
    rules = plain_scheme(scheme)
    rfm.segment({"r_score": [1], "f_score": [1], "m_score": [1]}, scheme=rules, bins=5)
    written = rfm.segment_rules(rules)
    # Half-way up a scale of 5, 3 or 4 levels lie 60, 67 or 50 % of the customers; all even numbers cut at 50 %.
    return _by_scores(rules, written, bins=(5, 3, 4) if _by_halves(written) else (5,))


def _by_halves(rules: Any) -> bool:
    """Whether a table of rules knows high and low only, so that it fits any number of levels."""
    axes = [axis for axis in AXES if axis in rules]
    return all(scores in (*HALVES, "any") for axis in axes for scores in rules[axis])


def _are_shares(scheme: Any) -> bool:
    return isinstance(scheme, Mapping) and any(isinstance(share, int | float) for share in scheme.values())


def _by_scores(scheme: Any, written: Any, *, bins: tuple[int, ...]) -> Segmentation:
    order = tuple(dict.fromkeys(written["segment"]))
    words = dict(zip(written["segment"], written["label"], strict=True))
    return Segmentation(
        partial(_scored, scheme=scheme),
        "segment",
        order,
        choices={"ties": ("middle", "better", "worse"), "bins": bins},
        own_labels={name: word for name, word in words.items() if word != labels.segment(name)},
    )


def _scored(summary: Any, *, scheme: Any, ties: str = "middle", bins: int = 5) -> Any:
    return rfm.segment(rfm.score(summary, ties=ties, bins=bins), scheme=scheme, bins=bins)


def _by_tiers(scheme: Any) -> Segmentation:
    pyramid.assign_tiers({"monetary": [1.0]}, scheme=scheme)
    names = pyramid.SCHEMES[scheme] if isinstance(scheme, str) else map(str, scheme)
    find = partial(pyramid.assign_tiers, scheme=scheme)
    return Segmentation(find, "tier", tuple(names), choices={"ties": ("better", "worse")})


# --- what a scheme gave --------------------------------------------------------------------------------------------


def _chosen(frame: AnyFrame, column: str) -> AnyFrame:
    chosen = frame.select("customer_id", segment=nw.col(column).cast(nw.String))
    return engines.wrap(outputs.keep(chosen.to_native()))


def _beside(frame: AnyFrame, like: AnyFrame) -> AnyFrame:
    """A frame where `like` is, with ids of the same type; tables of another kind come by way of memory."""
    here = frame.implementation == like.implementation
    moved = frame if here else engines.upload(engines.collect(frame), like)
    if not engines.is_eager(like):
        moved = moved.lazy()
    elif not engines.is_eager(moved):
        moved = engines.in_memory(moved)
    own, theirs = (one.collect_schema()["customer_id"] for one in (like, moved))
    if own.is_numeric() != theirs.is_numeric():
        raise ColumnError("validation_scheme_gave_customer_ids", theirs=theirs, own=own)
    return moved if own == theirs else moved.with_columns(nw.col("customer_id").cast(own))


def _refuse_rows(groups: AnyFrame) -> None:
    """A table without rows, or with several for a customer."""
    rows = groups.group_by("customer_id").agg(n=nw.len())
    counted = engines.collect(rows.group_by("n").agg(customers=nw.len()))["n"]
    if not len(counted):
        raise DataError("validation_scheme_gave_table_without", hint=HINT)
    if counted.max() > 1:
        several = engines.collect(rows.filter(nw.col("n") > 1).select("customer_id").head(4))["customer_id"]
        raise DataError("validation_scheme_gave_more_row", tolist=shown(sorted(several.tolist())))


def in_order(order: Sequence[str], present: Sequence[str], *, last: Sequence[str] = ()) -> list[str]:
    """The segments that are present in their order, which must name all of them; those in `last` come last."""
    names = [str(name) for name in order]
    left_out = [name for name in present if name not in names and name not in last]
    if left_out or len(set(names)) < len(names):
        key = "validation_order_leaves_out" if left_out else "validation_order_twice"
        raise ArgumentError("order", names, key, left_out=shown(sorted(left_out)))
    return [name for name in [*names, *last] if name in present]
