"""Chinese labels: the font that is found, the one warning where there is none, and nothing global changed."""

import shutil
import warnings

import matplotlib
import matplotlib.pyplot as plt
import pytest
from matplotlib import font_manager

from crmkit import labels
from crmkit.plotting import MissingFontWarning, _fonts, plot_tiers

matplotlib.use("Agg")

TIERS = {"tier": ["A", "B"], "customers": [2, 8], "customer_share": [0.2, 0.8], "value": [80.0, 20.0],
         "value_share": [0.8, 0.2]}  # fmt: skip
DEJAVU = font_manager.findfont("DejaVu Sans")  # comes with matplotlib; has no Chinese characters


@pytest.fixture(autouse=True)
def _fresh():
    """Each test warns anew and looks for fonts anew."""
    _fonts._warn_once.cache_clear()
    _fonts._look_again.cache_clear()
    yield
    _fonts._warn_once.cache_clear()
    _fonts._look_again.cache_clear()


@pytest.fixture
def no_font(monkeypatch):
    monkeypatch.setattr(_fonts, "FAMILIES", ())
    monkeypatch.setattr(_fonts, "_caller_has_chinese", lambda: False)


@pytest.fixture
def some_font(monkeypatch):
    """A font that is there on every machine stands in for the Chinese one."""
    monkeypatch.setattr(_fonts, "FAMILIES", ("Not Installed", "DejaVu Serif"))
    monkeypatch.setattr(_fonts, "_caller_has_chinese", lambda: False)


def texts_of(ax):
    ticks = [*ax.get_xticklabels(), *ax.get_yticklabels()]
    return [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts, *ticks]


def test_without_a_font_labels_are_english_and_one_warning_shows_the_way_out(no_font):
    with pytest.warns(MissingFontWarning, match=r"apt-get install fonts-noto-cjk[\s\S]*Windows and macOS") as caught:
        ax = plot_tiers(TIERS, language="zh")
    assert len(caught) == 1
    assert caught[0].filename == __file__  # it points to the caller's own line
    assert ax.get_xlabel() == labels.text("plot_both_shares", "en")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot_tiers(TIERS, language="zh")  # no second warning in this process
    assert issubclass(MissingFontWarning, UserWarning)


def test_english_asks_for_no_font(no_font):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot_tiers(TIERS)
        plot_tiers(TIERS, language="en")


def test_the_font_stands_behind_the_callers_own_in_every_text(some_font):
    ax = plot_tiers(TIERS, language="zh")
    assert ax.get_xlabel() == labels.text("plot_both_shares", "zh")
    assert all(text.get_fontfamily() == ["sans-serif", "DejaVu Serif"] for text in texts_of(ax))
    ax.set_title("客户金字塔")
    assert ax.title.get_fontfamily() == ["sans-serif", "DejaVu Serif"]


def test_nothing_but_the_one_axes_is_changed(some_font):
    before = dict(matplotlib.rcParams)
    _, (mine, other) = plt.subplots(1, 2)
    plot_tiers(TIERS, ax=mine, language="zh")
    other.set(xlabel="x", title="t")
    assert dict(matplotlib.rcParams) == before
    assert all(text.get_fontfamily() == ["sans-serif"] for text in texts_of(other))


def test_a_font_set_by_the_caller_is_left_alone(monkeypatch):
    monkeypatch.setattr(_fonts, "FAMILIES", ())
    monkeypatch.setattr(_fonts, "_NEEDED", "ab")  # the caller's font has these
    ax = plot_tiers(TIERS, language="zh")
    assert ax.get_xlabel() == labels.text("plot_both_shares", "zh")
    assert all(text.get_fontfamily() == ["sans-serif"] for text in texts_of(ax))


def test_the_usual_font_of_matplotlib_has_no_chinese_characters():
    with matplotlib.rc_context({"font.family": ["DejaVu Sans"]}):
        assert not _fonts._caller_has_chinese()
    with matplotlib.rc_context({"font.family": ["No Such Font"]}):
        assert not _fonts._caller_has_chinese()


def test_fonts_installed_since_matplotlib_made_its_list_are_found(monkeypatch, tmp_path):
    new = tmp_path / "NotoSansCJK-new.ttf"
    shutil.copy(DEJAVU, new)
    broken = tmp_path / "simhei.ttf"
    broken.write_bytes(b"not a font")
    listed = [entry for entry in font_manager.fontManager.ttflist if entry.name != "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *args: [DEJAVU, str(broken), str(new)])
    monkeypatch.setattr(_fonts, "FAMILIES", ("DejaVu Sans",))
    assert _fonts.chinese_font() == "DejaVu Sans"
    assert [entry.fname for entry in font_manager.fontManager.ttflist if entry.name == "DejaVu Sans"] == [str(new)]


def test_a_listed_font_whose_file_is_gone_is_not_taken(monkeypatch, tmp_path):
    gone = font_manager.FontEntry(fname=str(tmp_path / "gone.ttf"), name="SimHei")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [gone])
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *args: [])
    monkeypatch.setattr(_fonts, "FAMILIES", ("SimHei",))
    assert _fonts.chinese_font() is None


def test_the_folders_are_read_again_only_once(monkeypatch):
    asked = []
    monkeypatch.setattr(_fonts, "FAMILIES", ())
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda *args: asked.append(1) or [])
    assert _fonts.chinese_font() is None
    assert _fonts.chinese_font() is None
    assert len(asked) == 1


def test_every_family_can_be_told_by_its_file_name():
    assert _fonts._may_be_chinese("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    assert _fonts._may_be_chinese("C:\\Windows\\Fonts\\msyh.ttc")
    assert not _fonts._may_be_chinese(DEJAVU)


def test_with_a_real_font_no_character_is_missing():
    if _fonts.chinese_font() is None:
        pytest.skip("no Chinese font is installed here")
    ax = plot_tiers({**TIERS, "value": [-8.0, 28.0], "value_share": [-0.4, 1.4]}, language="zh")
    ax.set_title("重要保持客户，−1")
    ax.figure.canvas.draw()  # a missing character would warn, and warnings are errors
