"""Pictures of migration, read back: thickness of bars and bands by hand, and names that keep clear of each other."""

import dataclasses
import itertools

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import PathPatch, Rectangle

import crmkit as crm
from crmkit import labels, segment
from crmkit.errors import ArgumentError
from crmkit.plotting import _fonts, plot_migration, plot_migration_series
from crmkit.plotting.migration import ABSENT_BAR, COLOURS, GAPS

matplotlib.use("Agg")

LANGUAGES = ("en", "zh") if _fonts.chinese_font() else ("en",)
ORDER = ["gold", "iron", "lead"]
JANUARY = {
    "customer_id": ["a", "b", "c", "d", "e"],
    "tier": ["gold", "gold", "iron", "lead", "lead"],
    "monetary": [90.0, 80.0, 40.0, 5.0, 4.0],
}
JUNE = {
    "customer_id": ["f", "e", "c", "b", "a"],
    "tier": ["iron", "iron", "gold", "lead", "gold"],
    "monetary": [30.0, 35.0, 70.0, 3.0, 95.0],
}
JULY = {"customer_id": ["a", "c", "f", "d"], "tier": ["gold", "iron", "iron", "lead"], "monetary": [99.0, 20, 31, 6]}


def moved(before=JANUARY, after=JUNE, **settings):
    return segment.migration(before, after, column="tier", **{"order": ORDER, **settings})


def bars_of(ax, column):
    """Heights of the bars of a column from the top, as shares of the highest column; last those outside the list."""
    return [bar.get_height() / (1 - GAPS) for bar in ax.containers[column]]


def bands_of(ax):
    """Colour, thickness at the left and at the right end, as shares of the highest column."""
    found = []
    for patch in ax.patches:
        if isinstance(patch, PathPatch):
            y = patch.get_path().vertices[:, 1]
            colour = matplotlib.colors.to_hex(patch.get_facecolor()).upper()
            found.append((colour, (y[7] - y[0]) / (1 - GAPS), (y[4] - y[3]) / (1 - GAPS)))
    return found


def edges_of(ax):
    """Upper edges of the bands at the left and at the right."""
    paths = [patch.get_path().vertices[:, 1] for patch in ax.patches if isinstance(patch, PathPatch)]
    return sorted((y[0], y[3]) for y in paths)


def test_bars_and_bands_are_as_thick_as_their_customers(make_table):
    ax = plot_migration(moved(make_table(JANUARY), make_table(JUNE)))
    assert bars_of(ax, 0) == pytest.approx([2 / 6, 1 / 6, 2 / 6, 1 / 6])
    assert bars_of(ax, 1) == pytest.approx([2 / 6, 2 / 6, 1 / 6, 1 / 6])
    bands = bands_of(ax)
    assert [(left, right) for _, left, right in bands] == [pytest.approx((1 / 6, 1 / 6))] * 6
    drawn = sorted(colour for colour, _, _ in bands)
    assert drawn == sorted(COLOURS[way].upper() for way in ("same", "down", "up", "up", "joined", "left"))
    assert [text.get_text() for text in ax.texts] == [
        "Gold: 2 (40.0%)",
        "Iron: 1 (20.0%)",
        "Lead: 2 (40.0%)",
        "joined: 1 (20.0%)",
        "Gold: 2 (40.0%)",
        "Iron: 2 (40.0%)",
        "Lead: 1 (20.0%)",
        "left: 1 (20.0%)",
    ]
    said = [text.get_text() for text in ax.get_legend().get_texts()]
    assert said == ["up: 2 (33.3%)", "down: 1 (16.7%)", "same: 1 (16.7%)", "joined: 1 (16.7%)", "left: 1 (16.7%)"]
    assert ax.get_xlabel() == labels.text("plot_bands_customers")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["before", "after"]


def test_money_is_that_of_before_at_the_left_and_of_after_at_the_right():
    ax = plot_migration(moved(), show="value")
    total = 170 + 40 + 9 + 30  # the higher column is the left one, with the 30 of those who joined
    assert bars_of(ax, 0) == pytest.approx(np.array([170, 40, 9, 30]) / total)
    assert bars_of(ax, 1) == pytest.approx(np.array([165, 65, 3, 5]) / total)  # 5 left
    ends = sorted((round(left * total, 6), round(right * total, 6)) for _, left, right in bands_of(ax))
    assert ends == [(4, 35), (5, 5), (30, 30), (40, 70), (80, 3), (90, 95)]
    assert ax.texts[0].get_text() == "Gold: 170 (77.6%)"  # 170 / 219
    assert ax.texts[3].get_text() == "joined: 30 (12.9%)"  # 30 / 233
    assert ax.get_legend().get_texts()[0].get_text() == "up: 44 → 105"


def test_bands_fill_their_bars_without_gap_or_overlap():
    """Each band begins where the one above it ends, on either side."""
    ax = plot_migration(moved())
    for vertex, column in ((0, 0), (3, 1)):
        edges = sorted(
            (y[vertex], y[7 if vertex == 0 else 4])
            for y in (patch.get_path().vertices[:, 1] for patch in ax.patches if isinstance(patch, PathPatch))
        )
        ends = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.containers[column]]
        for top, bottom in ends:
            inside = [(a, b) for a, b in edges if top - 1e-9 <= a and b <= bottom + 1e-9]
            assert sum(b - a for a, b in inside) == pytest.approx(bottom - top)
            assert all(lower[0] == pytest.approx(upper[1]) for upper, lower in itertools.pairwise(inside))
        assert all(lower[0] > upper[1] for upper, lower in itertools.pairwise(ends))


def test_without_an_order_every_change_has_the_same_colour():
    before, after = ({**columns, "tier": [f"my {tier}" for tier in columns["tier"]]} for columns in (JANUARY, JUNE))
    ax = plot_migration(moved(before, after, order=None))
    assert {colour for colour, _, _ in bands_of(ax)} == {
        COLOURS[way].upper() for way in ("same", "moved", "joined", "left")
    }


def test_money_below_zero_has_no_thickness_and_keeps_its_number():
    ax = plot_migration(moved({**JANUARY, "monetary": [90.0, 80.0, 40.0, -5.0, -4.0]}), show="value")
    assert bars_of(ax, 0)[2] == 0
    assert ax.texts[2].get_text().startswith("Lead: -9 ")


def test_a_series_has_a_column_per_date(make_table):
    dated = {"2025-01-31": make_table(JANUARY), "2025-06-30": make_table(JUNE), "2025-07-31": make_table(JULY)}
    ax = plot_migration_series(segment.migration_series(dated, column="tier", order=ORDER))
    assert [tick.get_text() for tick in ax.get_xticklabels()] == list(dated)
    assert len(ax.containers) == 3
    assert np.array(bars_of(ax, 1)) * 6 == pytest.approx([2, 2, 1, 1])  # in June one had left and one comes back
    assert np.array(bars_of(ax, 2)) * 6 == pytest.approx([1, 2, 1, 2])
    assert len(bands_of(ax)) == 6 + 6
    assert ax.containers[1][3].get_facecolor() == matplotlib.colors.to_rgba(ABSENT_BAR)
    names = [text.get_text() for text in ax.texts]
    assert names[:4] == ["Gold: 2 (40.0%)", "Iron: 1 (20.0%)", "Lead: 2 (40.0%)", "joined: 1 (20.0%)"]
    assert names[4:] == ["Gold: 1 (25.0%)", "Iron: 2 (50.0%)", "Lead: 1 (25.0%)", "left: 2 (40.0%)"]


def test_a_group_that_is_large_only_in_between_is_named_there():
    tiers = ["gold", "iron", "lead", "lead", "lead", "lead"]  # iron: 1, 4, 2 of six; lead: 4, 0, 0; gold: 1, 2, 4
    in_between = ["gold", "gold", "iron", "iron", "iron", "iron"]
    at_the_end = ["gold", "gold", "gold", "gold", "iron", "iron"]
    dated = {
        date: {"customer_id": range(6), "tier": groups, "monetary": [1.0, 2, 3, 4, 5, 6]}
        for date, groups in (("2025-01-31", tiers), ("2025-06-30", in_between), ("2025-07-31", at_the_end))
    }
    ax = plot_migration_series(segment.migration_series(dated, column="tier"))
    assert [
        text.get_text() for text in ax.texts[5:]
    ] == []  # iron is four in between and two in the end: no more than twice
    series = segment.migration_series({**dated, "2025-07-31": dated["2025-01-31"]}, column="tier")
    ax = plot_migration_series(series)
    inside = ax.texts[-1]
    assert inside.get_text() == "Iron\n4 (66.7%)"
    assert round(inside.xy[0]) == 1
    bar = ax.containers[1][1]
    assert bar.get_y() < inside.xy[1] < bar.get_y() + bar.get_height()
    by_money = plot_migration_series(series, show="value", language="en")
    assert by_money.texts[-1].get_text() == "Iron\n18 (85.7%)"


def test_lists_without_money_are_drawn_by_customers_only():
    bare = [{name: values for name, values in columns.items() if name != "monetary"} for columns in (JANUARY, JUNE)]
    found = moved(*bare)
    assert bars_of(plot_migration(found), 0) == bars_of(plot_migration(moved()), 0)
    series = segment.migration_series(dict(zip(("2025-01-31", "2025-06-30"), bare, strict=True)), column="tier")
    for draw, result in ((plot_migration, found), (plot_migration_series, series)):
        with pytest.raises(ArgumentError, match=r'show="value" needs money.*show="customers".*value="monetary"'):
            draw(result, show="value")


def boxes_of(ax):
    """Boxes of all names, in pixels."""
    ax.figure.canvas.draw()
    return [text.get_window_extent() for text in [*ax.texts, *ax.get_legend().get_texts()]]


@pytest.fixture(scope="module")
def cdnow_series():
    """The eleven segments of CDNOW by the cuts of the end of 1997: two of them are large on that day only."""
    tx = crm.Transactions(crm.datasets.load_cdnow())
    scorer = crm.rfm.Scorer().fit(crm.summarize(tx.until("1997-12-31")))
    dates = ("1997-09-30", "1997-12-31", "1998-03-31", "1998-06-30")
    return segment.migration_series(
        {date: crm.rfm.segment(scorer.score(crm.summarize(tx.until(date))), scheme="eleven") for date in dates}
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("show", ["customers", "value"])
def test_every_group_of_a_series_is_named_and_names_keep_clear(cdnow_series, language, show):
    ax = plot_migration_series(cdnow_series, show=show, language=language)
    said = " ".join(text.get_text() for text in ax.texts)
    for group in cdnow_series.groups:
        assert labels.text(group, language) in said
    boxes = boxes_of(ax)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    bars = [bar.get_window_extent() for bar in ax.patches if isinstance(bar, Rectangle) and bar.get_height()]
    assert not any(box.overlaps(bar) for box in boxes for bar in bars)


@pytest.fixture(scope="module")
def cdnow_moves():
    tx = crm.Transactions(crm.datasets.load_cdnow())
    before, after = (
        crm.rfm.segment(crm.rfm.score(crm.summarize(tx.until(date))), scheme="eleven")
        for date in ("1997-02-28", "1998-03-31")
    )
    return segment.migration(before, after, order=["champions", "loyal", "potential_loyalist", "new", "promising",
        "needs_attention", "about_to_sleep", "at_risk", "cannot_lose", "hibernating", "lost"])  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("show", ["customers", "value"])
def test_names_of_eleven_segments_keep_clear_of_each_other(cdnow_moves, language, show):
    ax = plot_migration(cdnow_moves, show=show, language=language)
    ax.figure.canvas.draw()
    picture = ax.figure.bbox
    boxes = [text.get_window_extent() for text in [*ax.texts, *ax.get_legend().get_texts()]]
    assert len(ax.texts) > 18
    for box in boxes:
        assert picture.x0 <= box.x0
        assert box.x1 <= picture.x1
        assert picture.y0 <= box.y0
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    bars = [bar.get_window_extent() for bar in ax.patches if isinstance(bar, Rectangle)]
    assert not any(box.overlaps(bar) for box in boxes for bar in bars)


def test_names_of_tiny_groups_keep_clear_of_each_other():
    groups = [f"g{at:02d}" for at in range(12)]
    for crowded in (groups, groups[::-1]):  # the tiny bars at the foot, then on top
        people = [crowded[0]] * 3000 + crowded[1:]
        table = {"customer_id": range(len(people)), "segment": people, "monetary": [1.0] * len(people)}
        ax = plot_migration(segment.migration(table, table, order=groups))
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in [*ax.texts, *ax.get_legend().get_texts()]]
        assert len(boxes) == 12 + 12 + 1
        assert min(box.y0 for box in boxes[:24]) >= ax.get_window_extent().y0 - 10  # half a line, in pixels
        assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_the_order_of_the_rows_of_a_result_does_not_matter():
    found = moved()
    shuffled = dataclasses.replace(found, moves=found.moves.iloc[::-1].reset_index(drop=True))
    one, other = (np.array(edges_of(plot_migration(result))) for result in (found, shuffled))
    assert one == pytest.approx(other)


@pytest.mark.skipif(len(LANGUAGES) < 2, reason="no font with Chinese characters")
def test_labels_in_chinese():
    ax = plot_migration(moved(), language="zh")
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["之前", "之后"]
    assert ax.texts[0].get_text() == "黄金客户：2（40.0%）"
    assert ax.texts[3].get_text() == "新进：1（20.0%）"
    assert ax.get_legend().get_texts()[0].get_text() == "升级：2（33.3%）"
    assert ax.get_legend().get_texts()[0].get_fontfamily() == ax.texts[0].get_fontfamily()


def test_the_callers_axes_are_used_and_returned():
    _, ax = plt.subplots()
    assert plot_migration(moved(), ax=ax) is ax
    series = segment.migration_series({"2025-01-31": JANUARY, "2025-06-30": JUNE}, column="tier")
    _, ax = plt.subplots()
    assert plot_migration_series(series, ax=ax) is ax


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ArgumentError, match=r"a DataFrame is not a counted migration. Build it with crmkit\.segment"):
        plot_migration(moved().moves)
    with pytest.raises(ArgumentError, match=r"a Migration is not a series of migrations[\s\S]*migration_series\("):
        plot_migration_series(moved())
    with pytest.raises(ArgumentError, match=r"show='money' is not known. Choose one of 'customers', 'value'"):
        plot_migration(moved(), show="money")
