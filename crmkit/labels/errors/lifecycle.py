"""Sentences of errors about lifecycle."""

from __future__ import annotations

WORDS = {
    "lifecycle_finite_number": (
        "{name_given} is not a finite number. Give one, such as {argument}={usual:g}.",
        "{name_given} 不是有限的数。请改用例如 {argument}={usual:g}。",
    ),
    "lifecycle_above_formation_orders_formation": (
        "{name_given} must be above formation_orders={formation}: formation comes first. Give stability_orders={value}, say.",
        "{name_given} 必须大于 formation_orders={formation}：形成期在前。例如给 stability_orders={value}。",
    ),
    "lifecycle_falling_below_growing_above": (
        "falling={falling:g} must be below 0 and growing={growing:g} above it, for 0 is steady. Give falling={value}, growing={trend}, say.",
        "falling={falling:g} 必须小于 0，growing={growing:g} 必须大于 0，因为 0 表示平稳。例如给 falling={value}, growing={trend}。",
    ),
    "lifecycle_decline_above_most_ended": (
        "decline_at={decline_at:g} must be above 0 and at most ended_at={ended_at:g} (expected gaps), for what has ended has declined. Give decline_at={decline_at_2}, ended_at={ended_at_2}, say.",
        "decline_at={decline_at:g} 必须大于 0 且不大于 ended_at={ended_at:g}（预期间隔的倍数），因为已结束的必先衰退。例如给 decline_at={decline_at_2}, ended_at={ended_at_2}。",
    ),
    "lifecycle_long_stability_above_expected": (
        "long_stability={long_stability:g} must be above 0 (expected gaps). Give {long_stability_2}, say.",
        "long_stability={long_stability:g} 必须大于 0（预期间隔的倍数）。例如给 {long_stability_2}。",
    ),
    "lifecycle_stage_rules": (
        "{name_given} is not a StageRules. Give one, such as rules=crmkit.lifecycle.StageRules(ended_at=6).",
        "{name_given} 不是 StageRules。请给出，例如 rules=crmkit.lifecycle.StageRules(ended_at=6)。",
    ),
}
