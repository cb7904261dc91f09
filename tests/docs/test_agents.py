"""What coding agents read: llms.txt and the skill say only what runs, and lead only to what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import crmkit as crm

pytestmark = pytest.mark.docs

DOCS = Path(__file__).parents[2] / "docs"
BRIEF = (DOCS / "llms.txt").read_text(encoding="utf-8")
SKILL = (DOCS / "skill" / "crmkit" / "SKILL.md").read_text(encoding="utf-8")


def test_the_code_of_llms_txt_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sales = crm.datasets.make_transactions(60, seed=1, end="2023-12-31").transactions
    names = {"customer_id": "CustomerID", "date": "InvoiceDate", "amount": "Revenue"}
    sales.rename(columns=names).to_csv("sales.csv", index=False)
    code = re.findall(r"```python\n(.*?)```", BRIEF, flags=re.DOTALL)
    assert code
    for block in code:
        exec(block, {})


def test_the_pages_of_llms_txt_are_there():
    pages = re.findall(r"\]\(([^)]+)\.html\)", BRIEF)
    assert len(pages) > 10
    made = {"reference/index"}  # when the site is built
    assert [page for page in pages if page not in made and not (DOCS / f"{page}.md").exists()] == []


def test_the_skill_has_a_name_and_says_when_to_use_it():
    head = re.match(r"---\nname: ([a-z0-9-]{1,64})\ndescription: (.{1,1024})\n---\n", SKILL)
    assert head is not None
    assert head[1] == "crmkit"
    assert "Use when" in head[2]
    assert len(SKILL.splitlines()) < 500


def test_what_agents_are_told_is_what_the_library_does():
    """The rules that both pages give, on a table of three customers."""
    tx = crm.Transactions({"customer_id": ["a", "b", "c"], "date": ["2025-01-01", "2025-01-31", "2025-02-28"],
                           "amount": [1.0, 2.0, 3.0]})  # fmt: skip
    assert str(tx.as_of) == "2025-02-28"
    assert crm.summarize(tx)["recency"].tolist() == [58, 28, 0]
    assert crm.rfm.segment(crm.rfm.score(tx, bins=5))["segment"].notna().all()
    assert set(crm.retention.cohorts(tx).table["state"]) == {"complete", "not_yet"}


def test_the_number_of_questions_is_true():
    questions = re.findall(r"^### ", (DOCS / "en" / "how-to.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert f"{len(questions)} questions" in BRIEF
