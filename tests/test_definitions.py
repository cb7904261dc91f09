"""Definitions: every definition is whole, in both languages, and says what its places were filled with."""

from __future__ import annotations

import datetime as dt
import string

import pytest

import crmkit as crm
from crmkit import labels
from crmkit._periods import PERIODS
from crmkit.definitions import PARTS, Definition

DAY = dt.date(2025, 3, 31)
MEASURES = sorted(
    key[11:-10] for key in labels._WORDS if key.startswith("definition_") and key.endswith("_numerator")
)  # fmt: skip


def places(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize("measure", MEASURES)
def test_a_card_has_a_name_and_all_its_parts(measure):
    assert measure in labels._WORDS
    assert {f"definition_{measure}_{part}" for part in PARTS} <= set(labels._WORDS)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("rolling", [False, True])
@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_the_cards_of_rates_fill_all_their_places(period, rolling, language):
    tx = crm.Transactions({"customer_id": ["a"], "date": ["2025-01-05"], "amount": [5.0]})
    options = {"period": crm.Calendar(period, rolling=rolling, fiscal_start=4)}
    contracts = {"customer_id": ["a"], "start_date": ["2025-01-05"], "end_date": [None], "fee": [1.0]}
    under_contract = crm.retention.contract_rates(contracts, as_of="2025-01-05", amount="fee", **options)
    definitions = [
        crm.retention.rates(tx, **options).definition, crm.retention.revenue_movements(tx, **options).definition,
        under_contract.definition, under_contract.renewal_definition, under_contract.movements.definition,
    ]  # fmt: skip
    for definition in definitions:
        assert not places(definition.text(language))
        assert "_" not in definition.text(language)


def test_there_are_cards_to_check():
    assert {"customer_rates", "revenue_retention", "contract_rates", "contract_revenue"} <= set(MEASURES)


def test_a_card_says_its_parts_in_order_and_fills_keys_and_their_places():
    values = {"each": "definition_fiscal", "period": "quarter", "month": 4, "first": dt.date(2024, 1, 5),
              "base": "definition_base_ever", "level": "95"}  # fmt: skip
    definition = Definition("customer_rates", DAY, values)
    said = definition.text().splitlines()
    assert [line.split(":")[0] for line in said] == [
        "measure", "numerator", "denominator", "window", "left out", "formula", "past ends",
    ]  # fmt: skip
    assert "denominator: all customers with a purchase before the period" in said
    assert "window: each quarter of a fiscal year from month 4, from 2024-01-05 on" in said
    assert said[-1] == "past ends: 2025-03-31"
    assert str(definition) == repr(definition) == definition.text("en")
    assert "时间窗口：财年自 4 月开始，逐季度计算，数据始于 2024-01-05" in definition.text("zh").splitlines()


def test_a_name_of_the_user_s_own_is_left_alone():
    """Braces in it are no places to fill."""
    definition = Definition("contract_rates", DAY, {"each": "my {odd} window", "first": "day one", "level": "95"})
    assert dict(definition.lines())["window"] == "my {odd} window, from day one on"


def test_without_a_date_the_card_ends_with_the_formula():
    assert Definition("no such figure", None).lines()[-1][0] == "formula"
