"""Sentences of errors about explanation."""

from __future__ import annotations

WORDS = {
    "explanation_scorer_given_bins_contradict": (
        "{name_given} and the scorer given (bins={bins}) contradict. Give one of them.",
        "{name_given} 与给出的打分器（bins={bins}）矛盾。请只给其中一个。",
    ),
    "explanation_scorer_reads_purchase_does": (
        "the scorer reads {measure} from {value!r}, which a purchase does not change as it changes {value_0!r}. Fit one with {measure}={value_0!r}.",
        "打分器从 {value!r} 读取 {measure}，而购买对它的影响不同于对 {value_0!r} 的影响。请用 {measure}={value_0!r} 拟合一个。",
    ),
}
