"""One word, one meaning: the same argument has the same type and the same default in every public function.

The meaning of a name is the one that most functions give it; what differs stands in `DIFFERENT`, with the reason.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

import pytest

import crmkit as crm
from crmkit import _near
from crmkit._results import Result

MOST = 9  # arguments of a function, without self
DOOR = {
    "crmkit.read",
    "crmkit.transactions.read",
    "crmkit.Transactions",
}  # a role for every column that a file may have


def public_calls() -> Iterator[tuple[str, Callable[..., object]]]:
    """Everything that a user calls: functions, constructors that take settings, methods."""
    seen: set[int] = set()
    for module in modules():
        for name in dir(module):
            member = getattr(module, name)
            if inspect.ismodule(member) or id(member) in seen:
                continue
            seen.add(id(member))
            if inspect.isfunction(member):
                yield f"{module.__name__}.{name}", member
            elif inspect.isclass(member) and not issubclass(member, BaseException):
                if is_called(member):
                    yield f"{module.__name__}.{name}", member.__init__
                for call in methods_of(member):
                    if id(call) not in seen:
                        seen.add(id(call))
                        yield f"{call.__module__}.{call.__qualname__}", call


def modules() -> list[object]:
    """The package first, so that what it shows at its door is called by its shortest name."""
    names = [found.name for found in pkgutil.iter_modules(crm.__path__) if not found.name.startswith("_")]
    return [
        crm,
        *(
            importlib.import_module(f"crmkit.{name}")
            for name in sorted(names)
            if name not in {"cli", "models", "schemes"}
        ),
    ]


def is_called(kind: type) -> bool:
    """Results and records are handed out by functions; what is made by hand takes settings."""
    record = getattr(kind, "__dataclass_fields__", None)
    made_by_hand = (crm.Calendar, crm.clv.Valuation, crm.scoring.Extras, crm.lifecycle.StageRules)
    return not issubclass(kind, Result) and (record is None or kind in made_by_hand)


def methods_of(kind: type) -> Iterator[Callable[..., object]]:
    """The public methods that crmkit wrote, those of bases too."""
    for owner in kind.__mro__:
        if not owner.__module__.startswith("crmkit."):
            continue
        for name, member in vars(owner).items():
            call = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            if inspect.isfunction(call) and not name.startswith("_"):
                yield call


def arguments(call: Callable[..., object]) -> Iterator[inspect.Parameter]:
    for parameter in inspect.signature(call).parameters.values():
        if parameter.name not in ("self", "cls") and parameter.kind not in (
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        ):
            yield parameter


CELLS = "crmkit.teaching._sheets.Sheet"  # its arguments are about cells, not about customers
CALLS = {name: call for name, call in public_calls() if not name.startswith(CELLS)}

# Arguments whose type is the same everywhere and whose default is each function's own.
OWN_DEFAULT = {
    "discount_rate": "what has happened, and plans, are not discounted unless somebody asks",
    "horizon": "each function's usual one",
    "into": "the name of the column that the function adds",
    "items": "what is bought together are products, what customers cross between are categories",
    "least": "a report shows all that it is given, a table for others none of few",
    "level": "0.95 for estimates, 0.9 for what is still to come",
    "most": "as many lines as the answer has",
    "n_customers": "made data are as large as their story needs",
    "scale": "satisfaction is asked from 1 to 5, recommendation from 0 to 10",
    "show": "each picture draws its own measures",
    "ties": "a score takes the middle of the places, a tier the best",
    "timing": "a formula of the textbooks pays at the start or the end, a model at any time",
    "value": "money so far, or still to come",
    "window": "each function's usual one",
}
# Argument -> function -> why its type differs there; "*" where the name has no single meaning.
OWN_TYPE: dict[str, dict[str, str]] = {
    "age": {"crmkit.clv.recency_frequency_grid": "a duration; of contracts, whole periods"},
    **{cost: {"crmkit.clv.with_costs": "of averages; of customers, a column or a number"}
       for cost in ("attracting", "selling", "serving")},
    "base": {"crmkit.retention.rates": "whom the rates are of"},
    "baseline": dict.fromkeys(("crmkit.outreach.watch_list", "crmkit.pyramid.watch_accounts"),
                              "compared with a stretch of time, not with a group"),
    "bins": {"crmkit.sensitivity": "several to try"},
    "by": {"*": "a role or a table of groups of transactions; a column of a table"},
    "columns": {"*": "of a table to work on, or the names that a survey has instead"},
    "cost": {"crmkit.equity.what_if": "money that the improvement takes; of transactions, a column"},
    "costs": {"*": "a table of costs, or the columns of what customers give up"},
    "current": {"crmkit.segment.value_matrix": "the column of the axis current value"},
    "customers": {
        "crmkit._door.table.Transactions.ids_of": "ids in any spelling",
        "crmkit.state.State.ids_of": "ids in any spelling",
        "crmkit.equity.what_if": "how many there are",
        "crmkit.rfm.break_even": "the column of how many there are",
        "crmkit.segment.markov_value": "how many are in each group",
    },
    "date": dict.fromkeys(("crmkit._door.table.Transactions.until", "crmkit.state.State.until"),
                          "a day; elsewhere a column"),
    "days": {
        "crmkit.interpurchase.Interpurchase.of": "what gaps took together, of one customer or of many",
        "crmkit.plotting.plot_return_hazard": "how far the axis goes",
        "crmkit.retention.cohorts": "the days n of kind n_day",
    },
    "end": {"*": "a day, the column of one, or customers at the end"},
    "gaps": {"crmkit.survival.flag_lost": "how many gaps are too long"},
    "ids": {"*": "ids of customers, or whether a report shows them"},
    "into": dict.fromkeys(("crmkit.read", "crmkit.transactions.read", "crmkit.state.State.load"),
                          "the kind of table to read into"),
    "items": {"crmkit.loyalty.csat": "questions of a survey", "crmkit.loyalty.drivers": "questions of a survey"},
    "key": {"crmkit.privacy.pseudonymise": "a secret", "crmkit.privacy.restore": "a secret"},
    "kind": {"*": "of cohort, or of model"},
    "margin": {"*": "money: of one purchase, of a period, of each item"},
    "matrix": {"crmkit.datasets.make_brand_panel": "nested numbers"},
    "method": {"*": "of scores, of clusters, of an interval: the choices differ"},
    "min_customers": {"*": "a share where baskets are counted by the thousand, a number where a cell is shown"},
    "n": {"*": "a count, whatever of"},
    "order": {"*": "the column of the order's id, or the groups from best to worst"},
    "origins": {"crmkit.clv.compare": "how many; elsewhere the dates"},
    "own": {"*": "labels, a column, or numbers"},
    "path": {"crmkit.read": "may be several files", "crmkit.transactions.read": "may be several files"},
    "period": {"*": "the unit of a model's parameters has no fiscal year; that of a table has its own usual length"},
    "purchases": {"*": "a model, a column, a table or a number"},
    "rules": {"crmkit.survival.compare_lost_rules": "rules of loss; elsewhere of stages"},
    "sample": {"crmkit.datasets.load_cdnow": "the published sample or not"},
    "scheme": {
        "crmkit.backtest": "also tiers, or a function of one's own",
        "crmkit.sensitivity": "also tiers, or a function of one's own",
        "crmkit.pyramid.assign_tiers": "inside a module, the rule by which it names customers",
    },
    "scale": {"crmkit.models.spend_mean.SpendMean.of_facts": "of money: its units in one"},
    "share": {"*": "a share, or the column of shares"},
    "show": {"*": "each picture draws its own measures"},
    "split": {"*": "by a column, or where high begins"},
    "start": {"*": "a day, the column of one, or customers at the start"},
    "table": {"crmkit.privacy.suppress_small": "a table; of a database, its name"},
    "ties": {"crmkit.sensitivity": "several to try"},
    "tiers": {"crmkit.pyramid.describe_tiers": "customers with their tiers; elsewhere the scheme of tiers"},
    "top": {"*": "how many, or which share"},
    "total": {"crmkit.wallet.share": "numbers; elsewhere a column"},
    "transform": {"*": "scikit-learn's word for the kind of table that comes out"},
    "value": {"crmkit.outreach.campaign": "money per customer: a number or a column",
              "crmkit.outreach.win_back": "money per customer: a number or a column"},
    "values": {"*": "numbers, or the columns of what customers get"},
    "weight": {"crmkit.clv.Boosted": "of the boosted forecast in the mean; elsewhere the column of a weight"},
    "within": {"crmkit.basket.pairs": "of what a basket is made", "crmkit.basket.rules": "of what a basket is made"},
}  # fmt: skip


def uses() -> dict[str, dict[str, tuple[str, str]]]:
    """Argument -> function -> its type, apart from None, and its default."""
    found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for name, call in CALLS.items():
        listed = list(arguments(call))
        if name.startswith("crmkit.plotting."):
            listed = listed[1:]  # the result that is drawn, called by what it is
        for one in listed:
            default = "" if one.default in (one.empty, None) else repr(one.default)
            found[one.name][name] = (kind_of(str(one.annotation)), default)
    return found


def kind_of(annotation: str) -> str:
    """A type without its module and without None; a table is a table, given or given back."""
    plain = annotation.removesuffix(" | None").replace("rfm.", "")
    return "Table" if plain in ("FrameT", "Any") else plain


def test_there_are_calls_to_compare():
    assert len(CALLS) > 250
    assert {"crmkit.retention.rates", "crmkit.rfm.Scorer", "crmkit.Calendar"} <= set(CALLS)
    assert {"predict", "p_alive", "to_pandas", "text"} <= {name.rpartition(".")[2] for name in CALLS}


@pytest.mark.parametrize("name", [name for name in CALLS if name not in DOOR])
def test_no_call_has_more_arguments_than_can_be_looked_over(name):
    taken = [one.name for one in arguments(CALLS[name])]
    assert len(taken) <= MOST, taken


@pytest.mark.parametrize("argument", sorted(uses()))
def test_an_argument_has_one_type_wherever_it_stands(argument):
    types = {function: kind for function, (kind, _) in uses()[argument].items()}
    reasons = OWN_TYPE.get(argument, {})
    if "*" in reasons:
        assert len(set(types.values())) > 1, f"{argument} has one type everywhere: its exception can go"
        return
    usual = Counter(kind for function, kind in types.items() if function not in reasons).most_common(1)[0][0]
    other = {function: kind for function, kind in types.items() if kind != usual}
    assert set(other) == set(reasons), other


@pytest.mark.parametrize("argument", sorted(uses()))
def test_an_argument_has_one_default_wherever_it_has_any(argument):
    """Or none: a function may need what another one does without."""
    apart = OWN_TYPE.get(argument, {})
    here = uses()[argument].items()
    defaults = {function: default for function, (_, default) in here if default and function not in apart}
    if argument in OWN_DEFAULT:
        assert len(set(defaults.values())) > 1, f"{argument} has one default everywhere: its exception can go"
    elif "*" not in apart:
        assert len(set(defaults.values())) <= 1, defaults


def documented_defaults(call: Callable[..., object]) -> dict[str, object]:
    """What the documentation says that an argument is unless it is given."""
    said: dict[str, object] = {}
    for line in (inspect.getdoc(call) or "").splitlines():
        found = re.match(r"^(\w[\w, ]*) : .*\bdefault (.+)$", line)
        try:
            default = ast.literal_eval(found[2].rstrip(".").split(" (")[0]) if found else None
        except (SyntaxError, ValueError):  # in words
            continue
        names = [name.strip() for name in found[1].split(",")] if found else []
        each = default if len(names) > 1 and isinstance(default, tuple) else [default] * len(names)
        said |= dict(zip(names, each, strict=True))
    return said


def test_a_default_is_the_one_that_is_documented():
    wrong, compared = [], 0
    for name, call in CALLS.items():
        said = documented_defaults(call)
        for one in arguments(call):
            if one.name in said and said[one.name] is not None:
                compared += 1
                wrong += [f"{name}({one.name}={one.default!r})"] if one.default != said[one.name] else []
    assert wrong == []
    assert compared > 250


# Numbers that stand in no line of their own ("as in ..."), each with what it is meant to be.
PLAIN_DEFAULTS: dict[str, dict[str, object]] = {
    "crmkit.basket.rules": {"min_orders": 0.01, "level": 0.95, "max_items": 1000},
    "crmkit.basket.sequences": {"max_items": 1000},
    "crmkit.churn.ChurnModel": {"horizon": "90D", "snapshots": 6},
    "crmkit.models.bg_bb.BGBB.interval": {"level": 0.9},
    "crmkit.models._purchases.PurchaseModel.interval": {"level": 0.9},
    "crmkit.models._purchases.PurchaseModel.total_interval": {"level": 0.9, "draws": 200, "seed": 0},
    "crmkit.clv.Boosted": {"horizon": "52W", "weight": 0.5},
    "crmkit.clv.SpendMean": {"keep_first": True, "horizon": "52W"},
    "crmkit.clv.Valuation": {"horizon": "52W", "discount_rate": 0.1},
    "crmkit.clv.customer_equity": {"acquired": (), "clv": 0.0, "acquisition_cost": 0.0, "discount_rate": 0.0},
    "crmkit.clv.elasticities": {"acquisition_cost": 0.0, "timing": "start"},
    "crmkit.clv.payback": {"timing": "start"},
    "crmkit.datasets.make_complaints": {"n_customers": 4000, "in_time_effect": 0.12, "late_effect": -0.25, "seed": 0},
    "crmkit.datasets.make_survey": {"n_customers": 4000, "seed": 0},
    "crmkit.explanation.upgrade_paths": {"bins": 5, "scheme": "eleven"},
    "crmkit.lifecycle.StageRules": {
        "formation_orders": 3, "stability_orders": 5, "growing": 0.6, "falling": -0.6, "decline_at": 2.0,
        "ended_at": 4.0, "long_stability": 8.0,
    },
    "crmkit.loyalty.compare_nps": {"level": 0.95, "scale": (0, 10)},
    "crmkit.loyalty.nps_interval": {"level": 0.95, "method": "score"},
    "crmkit.loyalty.response_bias": {"level": 0.95, "scale": (0, 10)},
    "crmkit.retention.movement_list": {"period": "month"},
    "crmkit.rfm.Scorer": {"bins": 5, "method": "quantile", "ties": "middle"},
    "crmkit.scoring.Extras": {"next_product": False, "level": 0.9},
    "crmkit.segment.Clusterer": {
        "columns": ("recency", "frequency", "monetary"), "n_clusters": "auto", "method": "kmeans", "transform": "auto",
        "seed": 0,
    },
    "crmkit.sql.to_dbt": {"scheme": "eleven", "horizon": "52W", "discount_rate": 0.1, "margin_rate": 1.0},
    "crmkit.wallet.concentration.TrueConcentration.top_share": {"top": 0.2, "span": "long_run"},
    **{f"crmkit.clv.{name}": {"period": "week", "one_time": False} for name in ("BGNBD", "ParetoNBD", "MBGNBD", "NBD")},
    **{f"crmkit.clv.{name}": {"period": "year"} for name in ("BDW", "BGBB", "SBG")},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PLAIN_DEFAULTS))
def test_a_default_without_a_line_of_its_own_is_what_it_is_meant_to_be(name):
    defaults = {one.name: one.default for one in arguments(CALLS[name])}
    assert {argument: defaults[argument] for argument in PLAIN_DEFAULTS[name]} == PLAIN_DEFAULTS[name]


def test_every_exception_is_about_an_argument_that_there_is():
    assert set(OWN_DEFAULT) | set(OWN_TYPE) <= set(uses())
    assert all(reason for reasons in OWN_TYPE.values() for reason in reasons.values())


@pytest.mark.parametrize("synonym", sorted(_near.KEYWORDS))
def test_a_synonym_leads_to_another_argument_that_there_is(synonym):
    meant = _near.KEYWORDS[synonym]
    assert synonym not in meant
    assert set(meant) <= set(uses())


def test_a_setting_inside_a_value_is_one_of_its_fields():
    for setting, (argument, value) in _near.INSIDE.items():
        assert argument in uses()
        if value != "dict":
            kind = functools.reduce(getattr, value.split(".")[1:], crm)
            assert setting in inspect.signature(kind).parameters


# Words that were changed before the first release (docs/names.md): no class, field or method is called by them again.
GONE = {"ageing", "alarm", "alarms", "card", "cards", "ladder", "ladders", "rhythm", "slip", "slips", "yardstick"}


def public_classes() -> dict[str, type]:
    return {
        f"{module.__name__}.{name}": member
        for module in modules()
        for name, member in ((name, getattr(module, name)) for name in dir(module))
        if inspect.isclass(member)
    }


def test_the_old_words_stand_in_no_class_and_no_attribute():
    found = {
        f"{name}.{attribute}"
        for name, kind in public_classes().items()
        for attribute in [kind.__name__, *dir(kind)]
        if not attribute.startswith("_")
        and GONE & set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", attribute).lower().split("_"))
    }
    assert found == set()
    assert len(public_classes()) > 80
