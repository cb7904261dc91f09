"""Sentences of errors about interpurchase."""

from __future__ import annotations

WORDS = {
    "interpurchase_customer_bought_second_day": (
        "no customer bought on a second day up to {as_of}, so there is no gap to learn a rhythm from. Take a longer past, or say what to expect: Interpurchase(expected_gap=60, weight=1).",
        "截至 {as_of} 没有客户在第二天购买过，因此没有间隔可供学习购买节奏。请用更长的历史，或说明预期：Interpurchase(expected_gap=60, weight=1)。",
    ),
    "interpurchase_not_one": (
        "{name_given} is not a Interpurchase. Give interpurchase=crmkit.interpurchase.fit_interpurchase(transactions), or say what to expect: crmkit.interpurchase.Interpurchase(expected_gap=60, weight=1).",
        "{name_given} 不是 Interpurchase。请给 interpurchase=crmkit.interpurchase.fit_interpurchase(transactions)，或说明预期：crmkit.interpurchase.Interpurchase(expected_gap=60, weight=1)。",
    ),
    "interpurchase_above": (
        "{name_given} must be above 0, such as {argument}=1.5.",
        "{name_given} 必须大于 0，例如 {argument}=1.5。",
    ),
}
