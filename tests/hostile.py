"""Hostile calls of every public function: one argument at a time is what nobody should pass, the others are sound."""

from __future__ import annotations

import contextlib
import inspect
import io
import random
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import crmkit as crm
from crmkit import cli
from crmkit.cli.session import commands


class Odd:
    """An object of no use to anybody."""

    def __repr__(self) -> str:
        return "Odd()"


HOSTILE: list[Any] = [
    None, True, 0, -1, 7, 10**30, 0.5, -0.1, float("nan"), float("inf"), "", "x", "a" * 2000, "1e9", "2025-13-45",
    b"bytes", [], ["a", "b"], [1, "a", None], [[1], [2]], (), ("a",), {}, {"a": 1}, {"a": [1, "x"]}, {1: 2},
    {"customer_id": [], "date": [], "amount": []}, {"customer_id": ["a"], "date": ["never"], "amount": ["much"]},
    {"customer_id": ["a", "b"], "x": ["one", "two"], "t_x": [0, 1], "T": [None, 2]}, {"monetary": [float("nan")] * 3},
    set(), {"a"}, range(3), Odd(), Odd, len, object(), 1j, "\x1b[2J", "'; DROP TABLE x; --", "\U0001f600",
]  # fmt: skip

# Functions that write, wait, or do as they are told with any size.
LEFT_OUT = {"crmkit.set_language", "crmkit.labels.set_language", "crmkit.datasets.make_transactions"}


@cache
def sound() -> dict[str, Any]:
    """Values that would do, by the name of the argument."""
    tx = crm.Transactions(crm.datasets.load_ten_customers())
    customers = crm.summarize(tx)
    scores = crm.rfm.score(customers)
    segments = crm.rfm.segment(scores)
    tiers = crm.pyramid.assign_tiers(customers)
    model = crm.clv.NBD.from_params(r=0.4, alpha=9.0)
    return {
        "transactions": tx, "customers": customers, "customers_or_tx": tx, "frame": crm.datasets.load_ten_customers(),
        "scores": scores, "segments": segments, "tiers": tiers, "before": segments, "after": segments, "model": model,
        "purchases": model, "customer_id": "C06", "period": "month", "horizon": "30D", "date": "2024-06-30",
        "rates": None, "margin": 1.0, "retention_rate": 0.8, "discount_rate": 0.1, "contact_cost": 1.0,
    }  # fmt: skip


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, and the constructor of every public class that takes settings."""
    for name in crm.__all__:
        member = getattr(crm, name)
        if inspect.ismodule(member):
            for inner in dir(member):
                found = getattr(member, inner)
                if inspect.isfunction(found) or (inspect.isclass(found) and hasattr(found, "fit")):
                    yield f"crmkit.{name}.{inner}", found
        elif callable(member):
            yield f"crmkit.{name}", member


def calls(n: int, seed: int) -> Iterator[tuple[str, str, Any, Callable[[], Any]]]:
    """`n` calls: the function, the argument that is hostile, its value, and the call."""
    draw = random.Random(seed)
    everything = [(name, f) for name, f in functions() if name not in LEFT_OUT]
    for at in range(n):
        name, function = everything[at % len(everything)]
        parameters = [
            one for one in inspect.signature(function).parameters.values()
            if one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL) and one.name not in ("ax",)
        ]  # fmt: skip
        if not parameters:
            continue
        chosen, value = draw.choice(parameters).name, draw.choice(HOSTILE)
        given: dict[str, Any] = {}
        for one in parameters:
            if one.name == chosen:
                given[one.name] = value
            elif one.default is one.empty:
                given[one.name] = sound().get(one.name, draw.choice(HOSTILE))
        positional = [given.pop(one.name) for one in parameters
                      if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) and one.name in given
                      and one.default is one.empty]  # fmt: skip

        def call(function: Any = function, positional: Any = positional, given: Any = given) -> Any:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return function(*positional, **given)

        yield name, chosen, value, call


def flaws(n: int, seed: int) -> list[str]:
    """Calls that ended in anything but an answer or an error of crmkit that names an argument."""
    known = {name: list(inspect.signature(function).parameters) for name, function in functions()}
    found = []
    for name, chosen, value, call in calls(n, seed):
        try:
            call()
        except crm.errors.CrmkitError as error:
            said = str(error)
            if error.argument not in known[name] and not any(re.search(rf"\b{one}\b", said) for one in known[name]):
                found.append(f"{name}({chosen}={value!r:.60}) names no argument: {said[:120]!r}")
        except Exception as error:
            found.append(f"{name}({chosen}={value!r:.60}): {type(error).__name__}: {str(error)[:120]}")
    return found


WORDS = ["", "x", "-1", "0", "nan", "1e99", "2025-13-45", "[1, 2]", "{}", "a,b,,", "\x1b[2J", "'; --", "-", "=",
         "9" * 40,
         "9" * 5000, "😀", "a:b", "0.5", "1e-400"]  # fmt: skip
# What a command needs beside its options to get to work, and what keeps it short.
NEEDED = {
    "score": ["-o", "-"], "winback": ["--contact-cost", "1"], "migration": ["--since", "2025-01-20"],
    "contracts": ["--as-of", "2025-12-31"], "explain": ["--who", "a"], "report": ["-o", "-", "--sections", "data"],
    "clusters": ["--number", "2"],
}  # fmt: skip


def command_flaws(n: int, seed: int, folder: Path) -> list[str]:
    """Commands of which an option or two are hostile, and that ended otherwise than in an answer or a good error.

    A good error is one of crmkit (exit code 1 or 2), in the language that is asked for, without an argument as Python
    has it; where an option is to blame it is named.
    """
    sales = folder / "sales.csv"
    sales.write_text("customer_id,date,amount\na,2025-01-05,5\na,2025-02-05,7\nb,2025-01-09,9\n", encoding="utf-8")
    draw, found = random.Random(seed), []
    tree = sorted(commands().commands.items())
    for at in range(n):
        name, command = tree[at % len(tree)]
        places = ("output", "plot", "language", "config", "part")  # nothing is written, and the language is known
        options = [one.opts[0] for one in command.params
                   if one.opts[0].startswith("--") and not one.is_flag and one.name not in places]  # fmt: skip
        chosen = draw.sample(options, min(draw.choice([1, 1, 2]), len(options)))
        given = [part for option in chosen for part in (option, draw.choice(WORDS))]
        source = [draw.choice([str(sales), str(sales), str(sales), str(folder), "absent.csv", ""])]
        language = draw.choice(["en", "zh"])
        words = [
            name,
            *(source if name != "demo" else ["extra"]),
            *NEEDED.get(name, []),
            *given,
            "--language",
            language,
        ]
        with (
            contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())),
            contextlib.redirect_stderr(io.StringIO()) as err,
        ):
            code = cli.main(words)
        flaw = _flaw_of(code, err.getvalue(), language, chosen)
        if flaw:
            found.append(f"{flaw}: crmkit {' '.join(words)[:200]}: {err.getvalue()[:200]!r}")
    return found


def _flaw_of(code: int, said: str, language: str, chosen: list[str]) -> str:
    if code == 3 and any(option.startswith("--fail-if") for option in chosen):
        return ""  # a limit that is passed
    if code not in (0, 1, 2):
        return f"exit code {code}"
    if code == 0:
        return ""
    if not said.startswith({"en": "error: ", "zh": "错误："}[language]):
        return "no error"
    if language == "zh" and not re.search("[\u4e00-\u9fff]", said[3:]):
        return "not in its language"
    if code == 2 and not re.search(r"--[a-z]", said):
        return "no option named"
    if len(said) > 4000:
        return "too long"
    # an argument of Python, which is no SQL of the user's and no currency
    return "Python" if re.search(r"(?<![-\w\"'])[a-z]+_?[a-z]*=[\"'(\[{0-9]", said) and "--where" not in said else ""
