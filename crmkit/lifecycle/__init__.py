"""Lifecycle: the stage of each customer's relation, and the pattern of how it went.

A relation grows through exploration (考察期), formation (形成期) and stability (稳定期), and declines (退化期) from
any of them. Each customer is judged by an own rhythm: `stages` compares the silence since the last purchase with
the gap to be expected of that customer, `explain_stage` says in words which rule fired, `timeline` shows one customer's
money and stages day by day, `history` counts the whole base at each period's end, as it stood then, and
`fit_interpurchase` shows the rhythm of all customers together.

**Expected gap.** While customers are active they buy at random moments, at rates that differ between them as a
Gamma distribution; after each purchase, the first included, they may leave. That is the MBG/NBD model, fitted by
maximum likelihood to all customers. Gaps that are still open count in it, as a wait or as a departure, whichever is
the likelier; closed gaps alone would be too short, because the long ones are still open. The mean rate of a customer
whose x own gaps took t_x days together is (weight + x) / (weight * population's gap + t_x), and the expected gap is 1
over it: the population's after one purchase, the customer's own after many (empirical Bayes; the weight is that of the
fit, at most 4 gaps). The open gap of the customer is what is judged, so it has no say in it. The rhythm is that of the
base at the customer's last purchase, learnt when the data covered 90, 180, 360 ... days: **a silence never makes a
stage better**, whatever the others do meanwhile.

**Trend.** Let u run from -1 on the day of the first purchase to 1 on that of the last. On a straight line, the rate
changes by 3 * mean(u) times its mean from the middle of the relation to its end: -1 is a rate that fades to nothing.
Five purchases are added in the middle, or a few purchases would show a trend by accident. The trend of spend weighs
the days by their money, and counts them as (sum of money)^2 / (sum of its squares), so that one huge order is one
day. Both are pure numbers, the same in every currency and unit of time.

Sources: Dwyer, Schurr & Oh (1987), Developing buyer-seller relationships, Journal of Marketing 51(2), 11-27 (stages);
Chen Mingliang 陈明亮, 客户生命周期模式研究 (the four patterns, as Chinese textbooks teach them);
Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3), 201-209 (the model of the
rhythm); Cox & Lewis (1966), The Statistical Analysis of Series of Events, chapter 3 (the mean time of events as
measure of trend); Kish (1965), Survey Sampling, section 11.7 (the effective number of weighted observations).
"""

from __future__ import annotations

from crmkit.interpurchase import Interpurchase, fit_interpurchase
from crmkit.lifecycle._rules import PATTERNS, STAGES, StageRules
from crmkit.lifecycle.explaining import explain_stage
from crmkit.lifecycle.history import history
from crmkit.lifecycle.stages import stages
from crmkit.lifecycle.timeline import Timeline, timeline

__all__ = [
    "PATTERNS",
    "STAGES",
    "Interpurchase",
    "StageRules",
    "Timeline",
    "explain_stage",
    "fit_interpurchase",
    "history",
    "stages",
    "timeline",
]
