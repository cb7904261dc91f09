"""The report: complete in itself, aggregates only, its numbers those of the library, hostile names only text."""

import html
import re
import stat

import pytest

import crmkit as crm
from crmkit.errors import ArgumentError, InputFileError

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def shop():
    return crm.Transactions(crm.datasets.load_cdnow(sample=True))


@pytest.fixture(scope="module")
def page(shop, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert crm.report(shop, path, sections=["overview", "data", "revenue", "segments"]) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text(encoding="utf-8")


def test_the_page_asks_the_network_for_nothing(page):
    assert not re.search(r"""(?:src|href|action)=["'](?!#|data:)""", page)
    assert "@import" not in page
    assert "default-src 'none'" in html.unescape(page)


def test_the_policy_allows_no_inline_style_or_handler(page):
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_both_languages_are_inside(page):
    assert '<div class="page" data-side="en" lang="en"' in page
    assert '<div class="page" data-side="zh" lang="zh-Hans"' in page
    assert "客户金字塔" in page


def test_titles_say_what_the_library_says(shop, page):
    tiers = crm.pyramid.describe_tiers(crm.pyramid.assign_tiers(shop))
    share = f"{100 * tiers['value_share'][0]:.0f} %"
    assert f"1 % of the customers bring {share} of the revenue" in page


def test_a_name_that_is_a_script_stays_text(tmp_path):
    sales = {"customer_id": [EVIL, EVIL, "b"], "date": ["2025-01-05", "2025-03-01", "2025-02-01"], "amount": [9, 5, 4]}
    crm.report(sales, tmp_path / "r.html", name=EVIL, sections=["data", "revenue"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_section_that_fails_says_why_and_the_others_stand(tmp_path):
    sales = {"customer_id": ["a"], "date": ["2025-01-06"], "amount": [9]}
    crm.report(sales, tmp_path / "r.html", sections=["overview", "data", "revenue", "segments"])
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "This section could not be made" in page
    assert "All 1 rows are used" in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "r.pdf"}, "html, xlsx, ipynb, json"),
        ({"sections": ["nonsense"]}, "sections"),
        ({"sections": "data"}, "list of sections"),
        ({"ids": True, "least": 5}, "withholds nothing"),
        ({"compare": "2031-01-01"}, "a day before"),
        ({"compare": {"a": 1}}, "earlier date"),
    ],
)
def test_what_cannot_be_asked_is_said_before_any_work(shop, tmp_path, options, words):
    told = {"path": tmp_path / "r.html"} | options
    with pytest.raises(ArgumentError, match=words):
        crm.report(shop, **told)


def test_a_folder_that_is_not_there(shop, tmp_path):
    with pytest.raises(InputFileError):
        crm.report(shop, tmp_path / "no" / "r.html")
    assert not list(tmp_path.iterdir())
