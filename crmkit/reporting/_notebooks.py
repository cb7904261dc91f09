"""The report as a notebook to go on from: the calls behind the page, on one's own data, ready to be run and changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from crmkit.reporting._voice import Voice

_CELLS = {
    "overview": ["rates = crm.retention.rates(tx)\nrates", "crm.retention.revenue_movements(tx)"],
    "revenue": [
        "tiers = crm.pyramid.describe_tiers(customers)\ncrm.plotting.plot_tiers(tiers)\ntiers",
        "crm.plotting.plot_lorenz(crm.pyramid.concentration(customers));",
    ],
    "segments": [
        "segments = crm.rfm.describe_segments(customers)\ncrm.plotting.plot_segment_map(segments)\nsegments",
        "crm.plotting.plot_rfm_distributions(customers);",
    ],
    "movement": [
        "calendar = crm.downgrades.downgrade_calendar(customers)\ncalendar",
        "crm.plotting.plot_downgrade_calendar(calendar);",
    ],
    "retention": [
        "cohorts = crm.retention.cohorts(tx)\ncohorts.plot()\ncohorts",
        "crm.plotting.plot_gap_curve(crm.survival.inactivity_threshold(tx));",
        "crm.survival.curve(tx).plot();",
    ],
    "worth": [
        "deciles = crm.clv.value_by_decile(customers)\ncrm.plotting.plot_value_deciles(deciles)\ndeciles",
        "crm.clv.portfolio_value(tx)",
    ],
    "actions": [
        "crm.outreach.watch_list(tx)",
        "crm.outreach.win_back(tx, contact_cost=0)",
        "crm.explanation.upgrade_paths(tx)",
    ],
    "trust": ["crm.backtest(tx)", "crm.sensitivity(tx)"],
}


def notebook(sections: Sequence[str], read: str, name: str, say: Voice) -> str:
    """The notebook as JSON: the cell that reads, one row per customer, and the calls of each section."""
    title = say("title", name=name) if name else say("title_alone")
    cells = [
        _words(f"# {title}\n\n{say('notebook_start', name=name or 'crmkit')}"),
        _code(f"import crmkit as crm\n\ntx = {read}\ntx"),
        _words("## " + say("notebook_data")),
        _code("tx.ledger"),
        _code("tx.notes"),
        _words("## " + say("notebook_customers")),
        _code("customers = crm.score_customers(tx)\ncustomers.head()"),
    ]
    for key in sections:
        if key in _CELLS:
            cells += [_words("## " + say(f"section_{key}")), *(_code(text) for text in _CELLS[key])]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for at, cell in enumerate(cells):
        cell["id"] = f"cell-{at}"
    whole = {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}, "nbformat": 4,
             "nbformat_minor": 5}  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _words(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text}
