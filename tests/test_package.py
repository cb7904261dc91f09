"""The package as a whole: its public face, its rules on the source, its words, and what the README promises."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import crmkit

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "crmkit"
HEAVY = ("pandas", "scipy", "matplotlib", "duckdb", "sklearn", "polars", "pyarrow", "openpyxl", "typer")

# --- the public face ----------------------------------------------------------------------------------------------


def test_the_version_is_that_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert crmkit.__version__ == project["version"]
    assert project["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", crmkit.__all__)
def test_a_public_name_is_there_and_says_what_it_is(name):
    assert name in dir(crmkit)
    assert inspect.getdoc(getattr(crmkit, name))


# Modules without an underscore that are not for `crmkit.<name>`: __init__.py says why.
INDOORS = {"cli", "groups", "models", "schemes"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no process")
def test_every_public_module_is_there_at_once_and_listed():
    """In a fresh process each, so that none is there only because another one has loaded it."""
    public = {found.name for found in pkgutil.iter_modules(crmkit.__path__) if not found.name.startswith("_")}
    listed = sorted(public - INDOORS)
    assert set(listed) <= set(dir(crmkit)) & set(crmkit.__all__)
    code = (
        "import os, duckdb, narwhals.stable.v2, scipy.optimize, scipy.stats, crmkit\n"  # others' modules once for all
        f"for name in {listed!r}:\n"
        "    if os.fork():\n"
        "        os.wait()\n"
        "    else:\n"
        "        print(getattr(crmkit, name).__name__, flush=True)\n"
        "        os._exit(0)"
    )
    assert run([sys.executable, "-c", code]).split() == [f"crmkit.{name}" for name in listed]


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = crmkit.no_such_name


def test_importing_crmkit_imports_nothing_heavy():
    code = f"import sys, crmkit; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    assert run([sys.executable, "-c", code]).split() == []


def test_the_command_line_shows_its_help_without_an_engine():
    engines = [name for name in HEAVY if name != "typer"]
    code = f"import sys, crmkit.cli; print(*[name for name in {engines!r} if name in sys.modules])"
    assert run([sys.executable, "-c", code]).split() == []


def test_the_package_is_typed():
    assert (SOURCE / "py.typed").is_file()


def run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8", cwd=ROOT).stdout


# --- docstrings -----------------------------------------------------------------------------------------------------


@cache
def modules() -> dict[str, object]:
    """Every module of the package; `__main__` would run."""
    names = [found.name for found in pkgutil.walk_packages(crmkit.__path__, "crmkit.")]
    return {name: importlib.import_module(name) for name in names if not name.endswith("__main__")}


def public_functions() -> Iterator[tuple[str, object]]:
    """Functions, classes and their methods that a user may call: no name on the way begins with an underscore."""
    for module_name, module in modules().items():
        if any(part.startswith("_") for part in module_name.split(".")):
            continue
        for name, member in vars(module).items():
            if name.startswith("_") or getattr(member, "__module__", None) != module_name:
                continue
            if inspect.isfunction(member) or inspect.isclass(member):
                yield f"{module_name}.{name}", member


def test_every_module_opens_with_what_it_is_for():
    silent = [str(path) for path in files() if path.stat().st_size and not ast.get_docstring(tree(path))]
    assert silent == []


# Names of a public module that need no example.
NO_EXAMPLE = {
    "crmkit.cli": "commands: tests/test_cli.py and the README run them",
    "crmkit.errors": "classes that are raised, not called; the doctest of `shown` shows a message",
    "crmkit.datasets.simulation": "records of what make_transactions planted, shown there",
    "crmkit.customers.customer_days": "between rooms: gives an unfinished narwhals frame",
    "crmkit.customers.customer_facts": "between rooms: gives an unfinished narwhals frame",
    "crmkit.customers.first_money": "between rooms: an expression",
    **dict.fromkeys(
        (
            "crmkit.customers.Measured",
            "crmkit.customers.Recent",
            "crmkit.customers.Sums",
            "crmkit.customers.customer_sums",
            "crmkit.customers.day_sums",
            "crmkit.customers.days_and_orders",
            "crmkit.customers.kept_days",
            "crmkit.customers.known_by",
            "crmkit.customers.learnt_from",
            "crmkit.customers.summary_columns",
            "crmkit.customers.visit_day",
            "crmkit.lifecycle.stages.staged",
        ),
        "between rooms: sums and expressions of the one pass, shown in `summarize` and `score_customers`",
    ),
    "crmkit.customers.money_of": "between rooms: an expression",
    "crmkit.pyramid.Concentration": "a record that `concentration` gives; the examples are there",
    "crmkit.cli.app": "the application that the commands join",
    "crmkit.customers.RecentValue": "a record that `recent_value` gives; the example is there",
    "crmkit.customers.whole_of": "an expression that other rooms share",
    "crmkit.growth.matrix.GrowthMatrix": "a record that `growth_matrix` gives; the example is there",
    "crmkit.growth.matrix.RevenueBridge": "a record that `revenue_bridge` gives; the example is there",
    "crmkit.growth.size_change.SizeChange": "a record that `size_change` gives; the example is there",
    "crmkit.retention.rates.Rates": "a record that `rates` gives; the example is there",
    "crmkit.retention.revenue.Movements": "a record that `revenue_movements` gives; the example is there",
    "crmkit.retention.contracts.ContractRates": "a record that `contract_rates` gives; the example is there",
    "crmkit.retention.cohorts.Cohorts": "a record that `cohorts` gives; the example is there",
    "crmkit.survival.gaps.Gaps": "a record that `inactivity_threshold` gives; the example is there",
    "crmkit.survival.gaps.gap_curve": "shared by gaps and win-back; the example is in `inactivity_threshold`",
    "crmkit.survival.curves.Survival": "a record that `survival` gives; the example is there",
    "crmkit.interpurchase.fitted_to": "shared by rooms; the example is in `fit_interpurchase`",
    "crmkit.interpurchase.check_interpurchase": "shared by rooms",
    "crmkit.survival.lost.LostRules": "a record that `compare_lost_rules` gives; the example is there",
    "crmkit.survival.lost.Limit": "a record of a rule's figures; the examples are in `flag_lost`",
    "crmkit.survival.repurchase.Repurchase": "a record that `repurchase` gives; the example is there",
    "crmkit.outreach.watch.WatchList": "a record that `watch_list` gives; the example is there",
    "crmkit.outreach.returns.ExpectedReturns": "a record that `expected_returns` gives; the example is there",
    "crmkit.outreach.win_back.lost_customers": "shared by win-back and returns",
    "crmkit.outreach.win_back.pace_of_days": "shared by win-back and returns",
    "crmkit.outreach.win_back.organic_chance": "shared by win-back and returns",
    "crmkit.outreach.win_back.chance_model": "shared by win-back and returns",
    "crmkit.outreach.win_back.in_words": "shared by win-back and returns",
    "crmkit.outreach.win_back.WinBack": "a record that `win_back` gives; the example is there",
    "crmkit.outreach.campaign.Campaign": "a record that `campaign` gives; the example is there",
    "crmkit.churn.model.Validation": "a record of `ChurnModel`; the example is there",
    "crmkit.validation.backtesting.BackTest": "a record that `backtest` gives; the example is there",
    "crmkit.validation.reruns.Sensitivity": "a record that `sensitivity` gives; the example is there",
    "crmkit.basket.mixing.ItemsByGroup": "a record that `items_by_group` gives; the example is there",
    "crmkit.basket.crossing.CrossSelling": "a record that `cross_sell_rate` gives; the example is there",
    "crmkit.basket.following.NextPurchase": "a record that `next_purchase` gives; the example is there",
    "crmkit.basket.following.Sequences": "a record that `sequences` gives; the example is there",
    "crmkit.basket.recommending.Recommendations": "a record that `recommend` gives; the example is there",
    "crmkit.basket.rules.Rules": "a record that `pairs` gives; the example is there",
    "crmkit.datasets.baskets.BasketSimulation": "a record that `make_baskets` gives; the example is there",
    "crmkit.datasets.baskets.BasketTruth": "a record that `make_baskets` gives; the example is there",
    "crmkit.lenses.audit.CustomerBaseAudit": "a record that `customer_base_audit` gives; the example is there",
    "crmkit.teaching.quizzes.Question": "a record that `quiz` gives; the example is there",
    "crmkit.teaching.quizzes.Quiz": "a record that `quiz` gives; the example is there",
    "crmkit.scoring.Headline": "a record that `headline` gives; the example is there",
    "crmkit.models": "formulas on arrays, open to tests; the classes that users call are checked below",
    "crmkit.datasets.opinions.MadeComplaints": "a record that `make_complaints` gives; the example is there",
    "crmkit.datasets.opinions.MadePanel": "a record that `make_brand_panel` gives; the example is there",
    "crmkit.datasets.opinions.MadeSurvey": "a record that `make_survey` gives; the example is there",
    "crmkit.equity.choice.Drivers": "a record that `drivers` gives; the example is there",
    "crmkit.equity.improvement.WhatIf": "a record that `what_if` gives; the example is there",
    "crmkit.equity.moves.Switching": "a record that `switching` gives; the example is there",
    "crmkit.loyalty.importance.SatisfactionDrivers": "a record that `drivers` gives; the example is there",
    "crmkit.loyalty.complaining.Complaints": "a record that `complaints` gives; the example is there",
    "crmkit.loyalty.indicators.Indicators": "a record that `indicators` gives; the example is there",
    "crmkit.loyalty.indicators.Measures": "a record that `measures` gives; the example is there",
    "crmkit.loyalty.matrix.LoyaltyMatrix": "a record that `matrix` gives; the example is there",
    "crmkit.loyalty.response.ResponseBias": "a record that `response_bias` gives; the example is there",
    "crmkit.loyalty.satisfaction.CSAT": "a record that `csat` gives; the example is there",
    "crmkit.loyalty.satisfaction.Satisfaction": "a record that `satisfaction` gives; the example is there",
    "crmkit.loyalty.promoters.NPS": "a record that `nps` gives; the example is there",
    "crmkit.loyalty.promoters.NPSComparison": "a record that `compare_nps` gives; the example is there",
    "crmkit.wallet.concentration.TrueConcentration": "a record that `true_concentration` gives; the example is there",
    "crmkit.wallet.dirichlet.Dirichlet": "a record that `dirichlet` gives; the example is there",
    "crmkit.wallet.norms.Norms": "a record that `nbd_norms` gives; the example is there",
    "crmkit.wallet.norms.Verdict": "a record that `Norms.judge` gives; the example is there",
    "crmkit.sql.dbt.DbtModel": "a record that `to_dbt` gives; the example is there",
}


def test_every_public_function_has_a_running_example():
    missing = [name for name, member in public_functions() if ">>>" not in (inspect.getdoc(member) or "")]
    excused = [name for name in missing if any(name == entry or name.startswith(f"{entry}.") for entry in NO_EXAMPLE)]
    assert sorted(set(missing) - set(excused)) == []


def test_every_exception_to_examples_is_still_one():
    missing = [name for name, member in public_functions() if ">>>" not in (inspect.getdoc(member) or "")]
    idle = [entry for entry in NO_EXAMPLE if not any(n == entry or n.startswith(f"{entry}.") for n in missing)]
    assert idle == []


@pytest.mark.parametrize("name", crmkit.clv.MODELS)
def test_every_model_has_a_running_example(name):
    assert ">>>" in (inspect.getdoc(getattr(crmkit.clv, name)) or "")


# --- rules on the source --------------------------------------------------------------------------------------------


@cache
def files() -> tuple[Path, ...]:
    return tuple(sorted(SOURCE.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def rooms_without_engines() -> list[Path]:
    """All files but those of the rooms that may know engines: `_frame`, and `datasets`, which makes pandas tables."""
    free = (SOURCE / "_frame", SOURCE / "datasets")
    return [path for path in files() if not any(path.is_relative_to(room) for room in free)]


ENGINES = {"pandas", "polars", "duckdb", "pyarrow", "pyspark", "ibis", "sqlglot", "sqlite3", "openpyxl"}
# Methods of tables that are wrong, dear or absent on some engine: count in the engine and finish locally instead.
TRAPS = {"unique", "quantile", "rank", "top_k", "unpivot"}


def engine_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (f"line {node.lineno}: import {name}" for name in names if name.split(".")[0] in ENGINES)


def kind_checks(path: Path) -> Iterator[str]:
    """`isinstance(..., DataFrame)` and its like: a room that asks for the kind of a table knows engines after all."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass"):
            text = ast.unparse(node)
            if "DataFrame" in text or "LazyFrame" in text:
                yield f"line {node.lineno}: {text}"


def table_traps(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TRAPS:
            used = ast.unparse(node.func)
            if not used.startswith("np."):  # numpy, on arrays that were counted in the engine
                yield f"line {node.lineno}: {used}(...)"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            text = ast.unparse(node)
            if re.search(r"\bnw\.|\.dt\.", text):
                yield f"line {node.lineno}: {text}"


# What of narwhals may be used outside `_frame`: expressions, and the types of columns. CONTRIBUTING says it in words.
EXPRESSIONS = {"all", "coalesce", "col", "concat", "concat_str", "len", "lit", "sum_horizontal", "when", "Expr"}
COLUMN_TYPES = {
    "Boolean",
    "Date",
    "Datetime",
    "Float32",
    "Float64",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "String",
    "dtypes",
}
ELSEWHERE = {
    "crmkit/_segment/migration.py": {"maybe_reset_index": "a sorted pandas table counts its rows anew"},
    "crmkit/loyalty/_surveys.py": {"Unknown": "a column of nothing but gaps has no type"},
    "crmkit/loyalty/matrix.py": {"Unknown": "a column of nothing but gaps has no type"},
    "crmkit/privacy.py": {"new_series": "one column beside the others in the caller's order"},
    "crmkit/survival/curves.py": {"Object": "pandas keeps yes and no with gaps as objects"},
}


def narwhals_beyond_expressions(path: Path) -> Iterator[str]:
    """Frames are opened, built, collected and compared in `_frame`; `nw.from_native` and its like stay there."""
    own = ELSEWHERE.get(path.relative_to(ROOT).as_posix(), {}) if path.is_relative_to(ROOT) else {}
    allowed = {*EXPRESSIONS, *COLUMN_TYPES, *own}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "nw" and node.attr not in allowed:
            yield f"line {node.lineno}: nw.{node.attr}"
        if isinstance(node, ast.Call) and not node.args and ast.unparse(node.func).endswith(".collect"):
            yield f"line {node.lineno}: {ast.unparse(node.func)}(); engines.collect(frame) knows how"
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("narwhals"):
            yield f"line {node.lineno}: from {node.module} import ...; import narwhals.stable.v2 as nw"
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("narwhals")]
            yield from (f"line {node.lineno}: import {name}" for name in names if name != "narwhals.stable.v2")


def test_every_exception_from_the_rule_about_narwhals_is_used():
    for path, names in ELSEWHERE.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in names if f"nw.{name}" not in text] == []


@pytest.mark.parametrize("rule", [engine_imports, kind_checks, table_traps, narwhals_beyond_expressions])
def test_only_frame_knows_table_engines(rule):
    broken = {str(path.relative_to(ROOT)): list(rule(path)) for path in rooms_without_engines()}
    assert {path: found for path, found in broken.items() if found} == {}


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (engine_imports, "def f():\n    import polars as pl"),
        (engine_imports, "from duckdb import connect"),
        (kind_checks, "isinstance(x, pd.DataFrame)"),
        (table_traps, "frame.unique()"),
        (table_traps, "nw.col('a').quantile(0.5)"),
        (table_traps, "nw.col('a') // 7"),
        (narwhals_beyond_expressions, "nw.from_native(frame)"),
        (narwhals_beyond_expressions, "frame.lazy().collect()"),
        (narwhals_beyond_expressions, "from narwhals.typing import IntoFrame"),
        (narwhals_beyond_expressions, "import narwhals as nw"),
    ],
)
def test_the_rules_catch_what_they_forbid(rule, code, tmp_path):
    path = tmp_path / "room.py"
    path.write_text(code)
    assert list(rule(path))


# --- words ----------------------------------------------------------------------------------------------------------

# Chinese labels without a Chinese character are abbreviations, signs and {places}: RFM, CSV, A, 80 %.
SAME_IN_BOTH = re.compile(r"(?:[A-Z0-9 %.,:：+/()（）-]|\{\w+\})+")
CJK = re.compile(r"[\u4e00-\u9fff]")


def test_every_label_is_in_both_languages():
    from crmkit import labels

    words = labels._WORDS
    assert words
    flawed = {
        key: pair
        for key, pair in words.items()
        if len(pair) != len(labels.LANGUAGES)
        or not all(isinstance(word, str) and word.strip() == word != "" for word in pair)
        or CJK.search(pair[0])
        or not (CJK.search(pair[1]) or SAME_IN_BOTH.fullmatch(pair[1]))
    }
    assert flawed == {}


def test_no_label_is_a_bare_key():
    """An underscore in a label is a key that nobody put into words."""
    from crmkit import labels

    bare = [re.sub(r"\{\w+\}", "", word) for pair in labels._WORDS.values() for word in pair]
    meant = re.compile("CRMKIT_CUSTOMER|residual_clv|mean_order|n_day")  # help that names what is to be typed
    assert [word for word in bare if "_" in meant.sub("", word)] == []


def test_no_key_is_listed_twice():
    """A dict literal takes the last of two equal keys in silence."""
    listed = [
        key.value
        for path in sorted((SOURCE / "labels").glob("*.py"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    ]
    assert sorted({key for key in listed if listed.count(key) > 1}) == []


# --- the repository -------------------------------------------------------------------------------------------------

# Of the machines that crmkit was written on, not of users'.
FOLDERS = ("tmp", "work", "root", "home", "Users", "opt", "mnt")
MACHINE_PATHS = re.compile(rf"(?<![\w.])/(?:{'|'.join(FOLDERS)})/\w")


def repository_files() -> list[Path]:
    """What git tracks, or would: the files of the working tree that are not ignored."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_carries_a_path_of_somebody_s_machine():
    found = []
    for path in repository_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in MACHINE_PATHS.finditer(text)]
    assert found == []


def test_no_file_is_large():
    assert [str(path) for path in repository_files() if path.stat().st_size > 1_000_000] == []


PAGES = ("README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "docs/opinions.md", "docs/engines.md")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    links = re.findall(r"\]\((?!https?://)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


# --- what the README promises ---------------------------------------------------------------------------------------

READMES = ("README.md", "README.zh.md")


def commands_of(readme: str) -> list[str]:
    """The lines to paste that set something up."""
    return re.findall(r"^python3 -m venv .*$", (ROOT / readme).read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_both_readmes_give_the_same_two_commands():
    job, tests = commands_of("README.md")
    assert commands_of("README.zh.md") == [job, tests]
    assert job.endswith(".venv/bin/crmkit demo")
    assert re.search(r"\.venv/bin/python -m pytest\b", tests)


def test_ci_runs_the_readme_s_commands_word_for_word():
    """`.ci/run` takes the first line of the README that contains a text; here is which lines these are."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    asked = re.findall(r'readme_command "([^"$]+)"', script)
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    taken = [next(line for line in lines if text in line) for text in asked]
    assert sorted(taken) == sorted(commands_of("README.md"))


def test_the_setups_of_the_readme_are_extras_that_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    asked = [extra for command in commands_of("README.md") for extra in re.findall(r"\.\[(\w+)\]", command)]
    assert asked == ["demo", "test"]
    assert set(asked) <= set(extras)


@pytest.mark.slow  # each scores CDNOW and writes its report; .ci/run runs the command of the README every time
@pytest.mark.parametrize(("readme", "more"), [("README.md", ""), ("README.zh.md", "--language zh")])
def test_the_readme_shows_what_the_demo_prints(readme, more, tmp_path):
    page = (ROOT / readme).read_text(encoding="utf-8")
    pasted = re.search(r"<!-- demo -->\n```text\n(.*?)```", page, flags=re.DOTALL)
    command = [sys.executable, "-X", "utf8", "-m", "crmkit", "demo", *shlex.split(more)]
    shown = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert pasted is not None
    assert pasted[1] == shown.stdout, "paste what the demo prints into the README"
    assert (tmp_path / "crmkit-demo" / "customers.csv").is_file()
