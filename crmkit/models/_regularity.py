"""How regular purchases are, in one number: the gamma shape of the gaps between them.

A shape of 1 is chance alone, as the NBD family assumes; larger is more even (Erlang-k gaps have shape k), smaller comes
in bursts. Customers differ in how often they buy, so each one's gaps are compared with their own sum: given it, gaps of
shape k are Dirichlet distributed whatever the rate, and the likelihood of k needs x, t_x and the sum of ln(gap) alone.
Gaps are whole days: of people who buy every few days they look a little more even than they are.

Sources: Wheat & Morrison (1990), Estimating purchase regularity with two interpurchase times, Journal of Marketing
Research 27(1), 87-93; Platzer & Reutterer (2016), Ticking away the moments, Marketing Science 35(5), 779-799.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import psi, zeta

from crmkit import labels
from crmkit._language import Language
from crmkit._types import Table
from crmkit.customers import summarize
from crmkit.errors import ColumnError
from crmkit.models._base import Z_95
from crmkit.models._repeats import GAPS, Cells, dot, read_cells
from crmkit.transactions import Transactions

# A shape this much above 1, its interval included, asks for a model of regular gaps.
REGULAR = 1.2
# Steps of Newton's method, far more than it takes.
STEPS = 60


@dataclass(frozen=True, slots=True)
class Regularity:
    """The gamma shape of the gaps, with a 95 % interval; 1 is chance alone."""

    shape: float
    low: float
    high: float
    n_gaps: int

    @property
    def is_regular(self) -> bool:
        """Whether gaps are clearly more even than chance, so that BG/CNBD-k or MBG/CNBD-k is worth a try."""
        return self.low > REGULAR

    def text(self, language: Language | None = None) -> str:
        """The finding in words."""
        said = labels.resolve(language)
        kind = "regular" if self.is_regular else "bursts" if self.high < 1 else "chance"
        values = {"shape": self.shape, "low": self.low, "high": self.high, "n": self.n_gaps}
        return _SENTENCES[kind][said == "zh"].format(**values)

    def __str__(self) -> str:
        """The finding in words, in the language that is set."""
        return self.text()


_SENTENCES = {
    "regular": (
        "Purchases are regular: the gaps have a gamma shape of {shape:.2f} ({low:.2f}-{high:.2f}, {n:,} gaps); 1 would "
        "be chance alone. Try MBGCNBD or BGCNBD.",
        "购买有规律：购买间隔的伽马形状参数为 {shape:.2f}（{low:.2f}-{high:.2f}，{n:,} 个间隔）；纯随机时为 1。"
        "建议尝试 MBGCNBD 或 BGCNBD。",
    ),
    "chance": (
        "Purchases come as by chance: the gaps have a gamma shape of {shape:.2f} ({low:.2f}-{high:.2f}, {n:,} gaps), "
        "near the 1 that the NBD family assumes.",
        "购买近似随机：购买间隔的伽马形状参数为 {shape:.2f}（{low:.2f}-{high:.2f}，{n:,} 个间隔），"
        "接近 NBD 族模型假设的 1。",
    ),
    "bursts": (
        "Purchases come in bursts: the gaps have a gamma shape of {shape:.2f} ({low:.2f}-{high:.2f}, {n:,} gaps), "
        "below the 1 of chance alone.",
        "购买呈集中爆发：购买间隔的伽马形状参数为 {shape:.2f}（{low:.2f}-{high:.2f}，{n:,} 个间隔），"
        "低于纯随机时的 1。",
    ),
}


def regularity(customers_or_tx: Table) -> Regularity | None:
    """Measure how regular purchases are, in one number with an interval.

    Parameters
    ----------
    customers_or_tx : Transactions, or table of customers
        A table has `x`, `t_x`, `T` and `log_gaps`, as `crmkit.summarize(transactions, log_gaps=True)` makes it.

    Returns
    -------
    Regularity, or None where nobody has two gaps to compare

    Raises
    ------
    ColumnError
        The table has no `log_gaps`.

    Examples
    --------
    >>> import crmkit as crm
    >>> tx = crm.Transactions(crm.datasets.load_cdnow(sample=True), as_of="1997-09-30")
    >>> found = regularity(tx)
    >>> round(found.shape, 2), found.is_regular
    (..., False)
    """
    table = customers_or_tx
    if isinstance(table, Transactions):
        table = summarize(table, log_gaps=True)
    cells = read_cells(table)
    if cells.log_gaps is None:
        raise ColumnError("models_no_log_gaps", column=GAPS)
    return regularity_of(cells)


def regularity_of(cells: Cells) -> Regularity | None:
    """The shape of the gaps of cells; None where they are not known, or nobody has two."""
    if cells.log_gaps is None:
        return None
    two = cells.x > 1
    counts, place = np.unique(cells.x[two], return_inverse=True)
    n = np.bincount(place, weights=cells.n[two])
    n_gaps = dot(n, counts)
    if n_gaps == 0:
        return None
    uneven = float(cells.log_gaps[two].sum()) - dot(cells.n[two] * cells.x[two], np.log(cells.t_x[two]))
    log_k = 0.0
    for _ in range(STEPS):
        k = float(np.exp(log_k))
        slope = dot(n * counts, psi(k * counts)) - n_gaps * float(psi(k)) + uneven
        bend = dot(n * counts**2, zeta(2.0, k * counts)) - n_gaps * float(zeta(2.0, k))
        step = float(np.clip(-slope / (k * bend), -1.0, 1.0))
        log_k = float(np.clip(log_k + step, -7.0, 7.0))
        if abs(step) < 1e-12:
            break
    k = float(np.exp(log_k))
    reach = float(Z_95 / (k * np.sqrt(-bend)))
    return Regularity(k, k * float(np.exp(-reach)), k * float(np.exp(reach)), int(n_gaps))
