"""The public side of every module: what it shows, what it takes, and what comes out when something goes wrong.

It is put on from outside, once a module is loaded, so that the rooms themselves hold nothing but their subject:

* `dir(module)` lists its public names and nothing else; an unknown name is answered with the nearest one, and so is
  a module that is called;
* wherever `customers` are asked for, transactions do: they are summarised at the edge;
* a net under every public function turns what an inner library raises into an error that names the argument, and a
  call that does not fit into a `CallError` with the nearest argument.

Errors of crmkit itself, warnings that are errors, KeyboardInterrupt and MemoryError pass as they are.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from crmkit import _near
from crmkit._frame import engines, process
from crmkit._language import Language
from crmkit._refusals import Refusing
from crmkit._types import Table
from crmkit.customers import summarize
from crmkit.errors import (
    ArgumentError,
    CallError,
    ColumnError,
    CrmkitError,
    InputFileError,
    MissingPackageError,
    Options,
    UnknownNameError,
    quoted,
)
from crmkit.transactions import Transactions

# What is meant by a module that is called as if it were a function, where that is not the first function it lists.
MAIN: Mapping[str, str] = {
    "basket": "basket.pairs",
    "clv": "clv.lifetime_value",
    "customers": "summarize",
    "explanation": "explain",
    "lifecycle": "lifecycle.stages",
    "loyalty": "loyalty.nps",
    "outreach": "outreach.watch_list",
    "plotting": "plotting.plot_segments",
    "reporting": "report",
    "retention": "retention.rates",
    "rfm": "rfm.score",
    "scoring": "score_customers",
    "sql": "to_sql",
    "state": "State.of",
    "survival": "survival.curve",
    "transactions": "Transactions",
    "validation": "backtest",
}

# What to give for an argument that is made from transactions, by the argument's name.
MADE_OF_TRANSACTIONS: Mapping[str, str] = {
    "scores": "crmkit.rfm.score(tx)",
    "scored": "crmkit.rfm.score(tx)",
    "segments": "crmkit.rfm.segment(crmkit.rfm.score(tx))",
    "tiers": "crmkit.pyramid.assign_tiers(tx)",
    "concentration": "crmkit.pyramid.concentration(tx)",
    "rates": "crmkit.retention.rates(tx)",
    "cohorts": "crmkit.retention.cohorts(tx)",
    "movements": "crmkit.retention.revenue_movements(tx)",
    "history": "crmkit.lifecycle.history(tx)",
}
ROWS_OF_TRANSACTIONS = {"customer_id", "date", "amount"}

_OWN = ("self", "cls")
_SECRET = ("key",)  # never shown
_MARK = "__crmkit_face__"
_outer: ContextVar[bool] = ContextVar("crmkit_outer", default=True)


Words = CrmkitError  # inside an error: words in the language in which it is read


# --- modules --------------------------------------------------------------------------------------------------------


class Room(types.ModuleType):
    """A module of crmkit as it is seen from outside."""

    def __dir__(self) -> list[str]:
        """The public names: those that the module lists, or else those that are made in it."""
        return sorted(_public(self))

    def __getattr__(self, name: str) -> Any:
        """Nothing has this name here: say which one is meant."""
        if name.startswith("_"):  # asked for by tools, which take no for an answer
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        raise UnknownNameError("unknown_name", module=self.__name__, name=name,
                               meant=_Meant("meant_name", module=self, name=name))  # fmt: skip

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Not a function: say which one is meant."""
        name = self.__name__.removeprefix("crmkit.")
        listed = sorted(dir(self), key=lambda each: not inspect.isfunction(getattr(self, each)))
        main = MAIN.get(name, f"{name}.{listed[0]}")
        raise CallError("module_called", module=self.__name__, main=f"crmkit.{main}(...)")

    def __setattr__(self, name: str, value: Any) -> None:
        """Python binds a module in its package once it is loaded: the moment to put on its face."""
        super().__setattr__(name, value)
        if type(value) is types.ModuleType and value.__name__ == f"{self.__name__}.{name}":
            put_on(value)


def put_on(module: types.ModuleType) -> None:
    """Give a loaded module of crmkit its face, and the modules inside it."""
    if isinstance(module, Room) or not _is_public(module.__name__):
        return
    for name in [name for name in sys.modules if name.rpartition(".")[0] == module.__name__]:
        inner = sys.modules[name]
        if isinstance(inner, types.ModuleType):
            put_on(inner)
    module.__class__ = Room
    for name in getattr(module, "__all__", ()):
        if name in vars(module):
            setattr(module, name, _with_net(vars(module)[name], module.__name__))
    if "__getattr__" in vars(module):
        vars(module)["__getattr__"] = _on_first_use(module, vars(module)["__getattr__"])


def _with_net(member: Any, home: str) -> Any:
    """A public function with its net, a class with its nets; all else as it is."""
    if inspect.isfunction(member):
        return _netted(member, home)
    if inspect.isclass(member):
        _put_on_class(member)
    return member


def _on_first_use(module: types.ModuleType, give: Callable[[str], Any]) -> Callable[[str], Any]:
    """What a module looks up when it is first asked for, with its net."""

    def given(name: str) -> Any:
        member = give(name)
        if not inspect.ismodule(member):
            member = _with_net(member, module.__name__)
            setattr(module, name, member)
        return member

    return given


def _is_public(module: str) -> bool:
    return not any(part.startswith("_") for part in module.split("."))


def _public(module: types.ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return list(listed)
    own = module.__name__
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == own and not inspect.ismodule(value)
    ]


class _Meant(CrmkitError):  # noqa: N818  it is said inside an error, not raised
    """The name that was meant; looked for only when somebody reads it, because tools ask for names all the time."""

    def text(self, language: Language | None = None, *, command: Options | None = None) -> str:
        """The nearest names, or else all of the module."""
        module, name = self.fields["module"], self.fields["name"]
        found = [f"{module.__name__}.{one}" for one in _near.closest(name, dir(module))[:1]]
        found += [f"crmkit.{full}" for full in _near.names(name, _all_names())]
        found = [full for full in found if full != module.__name__]  # what was asked is no answer
        if found:
            return Words("meant_name", near=" / ".join(dict.fromkeys(found))).text(language, command=command)
        return Words("listed_names", names=", ".join(dir(module)[:40])).text(language, command=command)


@functools.cache
def _all_names() -> Mapping[str, list[str]]:
    """Every public name of the package, and where it is to be had."""
    import crmkit

    found: dict[str, list[str]] = {}
    for name in crmkit.__all__:
        found.setdefault(name, []).append(name)
        module = getattr(crmkit, name, None)
        if isinstance(module, Room):
            for inner in dir(module):
                if inner not in crmkit.__all__:
                    found.setdefault(inner, []).append(f"{name}.{inner}")
    return found


# --- functions ------------------------------------------------------------------------------------------------------


def _put_on_class(kind: type) -> None:
    """A net under the constructor and the public methods of a class and its bases in crmkit; an error needs none."""
    if issubclass(kind, BaseException):
        return
    for owner in kind.__mro__:
        if owner.__module__.startswith("crmkit.") and _MARK not in vars(owner):
            for name, member in _netted_methods(owner):
                setattr(owner, name, member)
            setattr(owner, _MARK, True)


def _netted_methods(owner: type) -> Iterator[tuple[str, Any]]:
    for name, member in list(vars(owner).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if inspect.isfunction(member):
            yield name, _netted(member)
        elif isinstance(member, classmethod | staticmethod):
            yield name, type(member)(_netted(member.__func__))
        elif isinstance(member, property) and member.fget is not None:
            yield name, property(_netted(member.fget), member.fset, member.fdel, member.__doc__)


def _netted(function: Callable[..., Any], home: str = "") -> Callable[..., Any]:
    """The function with its net; it looks the same from outside, its signature and documentation too."""
    if getattr(function, _MARK, False):
        return function
    place = _place_of_customers(function)

    @functools.wraps(function)
    def netted(*args: Any, **kwargs: Any) -> Any:
        if not _outer.get():
            return function(*args, **kwargs)
        token = _outer.set(False)
        try:
            args, kwargs = process.in_turn(lambda: _at_the_edge(place, args, kwargs), (*args, *kwargs.values()))
            return process.in_turn(lambda: function(*args, **kwargs), (*args, *kwargs.values()))
        except (CrmkitError, Warning) as error:
            again = _summarised(error, place, args, kwargs)
            if again is None:
                _refuse_transactions(error, function, args, kwargs)
                _name_argument(error, function, args, kwargs)
                raise
            return function(*again[0], **again[1])
        except (MemoryError, NameError):  # the second is a fault of crmkit, and of nobody's argument
            raise
        except Exception as error:
            if process.was_interrupted(error):
                raise KeyboardInterrupt from None
            raise _told(error, function, _called(function, home, args), args, kwargs) from error
        finally:
            _outer.reset(token)

    if home and not _is_public(function.__module__):
        netted.__module__ = home  # where users find it, not the file of the room in which it is made
    setattr(netted, _MARK, True)
    return netted


def _place_of_customers(function: Callable[..., Any]) -> int | None:
    """Where customers are asked for, unless the documentation says that the function reads transactions itself."""
    names = list(inspect.signature(function).parameters)
    if "customers" not in names or "Transactions" in documented_as(function, "customers"):
        return None
    return names.index("customers")


def _at_the_edge(place: int | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """Streams read once into tables, and transactions summarised where customers are asked for."""
    if any(engines.is_stream(value) for value in args) or any(engines.is_stream(value) for value in kwargs.values()):
        args = tuple(engines.read_stream(value) if engines.is_stream(value) else value for value in args)
        kwargs = {name: engines.read_stream(v) if engines.is_stream(v) else v for name, v in kwargs.items()}
    if place is None:
        return args, kwargs
    given = args[place] if len(args) > place else kwargs.get("customers")
    if isinstance(given, Transactions):
        return _with_customers(summarize(given), place, args, kwargs)
    return args, kwargs


def _with_customers(table: Table, place: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    if len(args) > place:
        return (*args[:place], table, *args[place + 1 :]), kwargs
    return args, {**kwargs, "customers": table}


def _summarised(
    error: Exception, place: int | None, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Any] | None:
    """The call with customers, if it lacked a column because its table is one of transactions by the usual names."""
    if place is None or not isinstance(error, ColumnError):
        return None
    given = args[place] if len(args) > place else kwargs.get("customers")
    try:
        columns = set(engines.names_of(engines.wrap(given)))
        if columns >= ROWS_OF_TRANSACTIONS:
            return _with_customers(summarize(given), place, args, kwargs)
    except CrmkitError:
        pass
    return None


def _called(function: Callable[..., Any], home: str, args: tuple[Any, ...]) -> str:
    """The name by which a user calls the function: with its module, or with the class of the object that has it."""
    name = function.__name__
    if home:
        return f"{home}.{name}"
    kind = args[0] if args and isinstance(args[0], type) else type(args[0]) if args else function
    return kind.__name__ if name == "__init__" else f"{kind.__name__}.{name}"


# --- what went wrong ------------------------------------------------------------------------------------------------


def _told(
    error: Exception, function: Callable[..., Any], called: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> BaseException:
    """An error of crmkit's for one of an inner library's."""
    if _is_on_the_class(function, args):
        kind = function.__qualname__.split(".")[-2]
        return CallError("on_the_class", function=function.__name__, kind=kind)
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return _misfit(function, called, args, kwargs)
    fault = engines.system_fault(error)
    if fault is not None:
        return fault
    refused = _option_refused(error, function, called, kwargs)
    if refused is not None:
        return refused
    if isinstance(error, OSError):
        path = str(error.filename or "")
        return InputFileError("system_fault", path=path, reason=error.strerror or str(error))
    if isinstance(error, ModuleNotFoundError) and error.name:
        return MissingPackageError("package_missing", package=error.name)
    if isinstance(error, ImportError):  # as libraries raise it for an optional package of their own
        return MissingPackageError("package_missing_unnamed", reason=_reason(error))
    given = {name: value for name, value in bound.arguments.items() if name not in _OWN}
    for name, value in given.items():
        if isinstance(value, Transactions) and name in MADE_OF_TRANSACTIONS:
            return ArgumentError(name, value, "transactions_given", call=MADE_OF_TRANSACTIONS[name])
    if not given:
        return CrmkitError("inner_refused", name_given=called, reason=_reason(error), takes="")
    argument = _blamed(function, given, error)
    documented = documented_as(function, argument)
    takes = Words("takes", documented=documented, argument_of=argument) if documented else ""
    return ArgumentError(argument, given[argument], "inner_refused", reason=_reason(error), takes=takes)


# How matplotlib refuses what a picture hands on to its lines and patches, and which keyword it is.
_NO_OPTION = re.compile(r"(\w+)(?:\.set)?\(\) got (?:an unexpected|multiple values for) keyword argument '(\w+)'")
# What others take as an option of a picture, and what there is instead.
_OTHERWISE: Mapping[str, str] = {
    "figsize": "option_figsize", "fig": "option_figsize", "dpi": "option_figsize",
    "kind": "option_kind", "type": "option_kind", "style": "option_kind",
    "title": "option_title", "xlabel": "option_title", "ylabel": "option_title", "xlim": "option_title",
    "ylim": "option_title", "grid": "option_title", "legend": "option_title", "rot": "option_title",
    "logy": "option_title", "fontsize": "option_title",
    "save": "option_save", "filename": "option_save", "path": "option_save", "file": "option_save",
}  # fmt: skip


def _option_refused(
    error: Exception, function: Callable[..., Any], called: str, kwargs: Mapping[str, Any]
) -> CallError | None:
    """The error for an option of a picture that matplotlib does not know, with what there is instead."""
    found = _NO_OPTION.search(str(error))
    if found is None or not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values()):
        return None
    artist, name = found.groups()
    if name not in kwargs:
        return None
    instead = Words(_OTHERWISE[name]) if name in _OTHERWISE else Words("option_of_artist", artist=artist)
    return CallError(name, kwargs[name], "unknown_option", function=called, keyword=name, instead=instead)


def _is_on_the_class(function: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    """Whether a method was called on its class, so that its first argument stands where the object belongs."""
    takes = next(iter(inspect.signature(function).parameters), "")
    kinds = type(args[0]).__mro__ if args else ()
    has_it = any(function.__name__ in vars(kind) and kind.__module__.startswith("crmkit.") for kind in kinds)
    return takes == "self" and not has_it


def _refuse_transactions(
    error: Exception, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Who holds transactions where another table belongs needs no advice on how to open a file."""
    if getattr(error, "key", None) != "unsupported_table":
        return
    for name, value in inspect.signature(function).bind(*args, **kwargs).arguments.items():
        refused = isinstance(error, CrmkitError) and error.fields.get("kind") == _kind_of(value)
        if name not in _OWN and refused and isinstance(value, Transactions):
            if name in MADE_OF_TRANSACTIONS:
                raise ArgumentError(name, value, "transactions_given", call=MADE_OF_TRANSACTIONS[name]) from None
            of = type(args[0]) if function.__name__ == "__init__" else function
            documented = documented_as(of, name) or name
            raise ArgumentError(name, value, "transactions_misplaced", documented=documented) from None


def _name_argument(
    error: Exception, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Let an error of crmkit that names no argument know which one it is about."""
    if not isinstance(error, CrmkitError) or isinstance(error, UnknownNameError | MissingPackageError):
        return
    known = inspect.signature(function).parameters
    if error.argument is not None and any(name in str(error.argument) for name in known):
        return
    given = {
        n: v for n, v in inspect.signature(function).bind(*args, **kwargs).arguments.items() if n not in _OWN + _SECRET
    }
    if not given:
        return
    argument = _blamed(function, given, error)
    value, said = given[argument], str(error)
    named = any(re.search(rf"\b{name}\b", said) for name in given)
    spoken = named or isinstance(value, Transactions) or quoted(value) in said or engines.is_table(value)
    error.blame(argument, value, aloud=not spoken)


def _reason(error: Exception) -> str:
    words = " ".join(str(error).split())[:200].rstrip(". ")
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _misfit(function: Callable[..., Any], called: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CallError:
    """The error for a call that does not fit the signature."""
    parameters = {
        name: parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in _OWN and parameter.kind is not parameter.VAR_KEYWORD
    }
    known = ", ".join(parameters) or "-"
    for keyword in kwargs:
        if keyword not in parameters:
            free = [name for name in parameters if name not in kwargs]
            near = _near.inside(keyword, parameters) or " / ".join(f"{n}=" for n in _near.keywords(keyword, free))
            meant = Words("meant_keyword", near=near) if near else ""
            return CallError(
                keyword, kwargs[keyword], "unknown_keyword", function=called, keyword=keyword, meant=meant, known=known
            )
    positional = [n for n, p in parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    shift = len(inspect.signature(function).parameters) - len(parameters)
    given = args[shift:] if "self" in inspect.signature(function).parameters else args
    if len(given) > len(positional):
        named = ", ".join(positional) or Words("nothing_by_position")
        return CallError(
            known, given[len(positional)], "too_many_positional", function=called, positional=named, known=known
        )
    twice = [name for name in positional[: len(given)] if name in kwargs]
    if twice:
        return CallError(twice[0], kwargs[twice[0]], "twice_given", function=called, keyword=twice[0])
    missing = [
        name
        for at, (name, parameter) in enumerate(parameters.items())
        if parameter.default is parameter.empty and name not in kwargs and at >= len(given)
        and parameter.kind is not parameter.VAR_POSITIONAL
    ]  # fmt: skip
    wanted = ", ".join(f"{name}=" if name not in positional else name for name in missing)
    return CallError(
        missing[0] if missing else known, None, "missing_argument", function=called, missing=wanted, known=known
    )


def _blamed(function: Callable[..., Any], given: Mapping[str, Any], error: Exception) -> str:
    """The argument to name: one that is not what it should be, one that the error quotes, the last resort the first."""
    hints = _hints(function)
    unfit = [name for name, value in given.items() if not _fits(hints.get(name, Any), value)]
    if unfit:
        return unfit[0]
    said = str(error)
    tables = [name for name, value in given.items() if _is_rows(value)]
    spoken = [name for name in given if re.search(rf"\b{name}=", said)]
    if engines.is_theirs(error):  # an engine quotes cells, and knows nothing but tables
        spoken += tables
    spoken += [name for name, value in given.items() if not engines.is_native(value) and quoted(value) in said]
    spoken += _spoken_of(given, said)
    if spoken:
        return spoken[0]
    parameters = inspect.signature(function).parameters
    changed = [name for name, value in given.items()
               if name in parameters and parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
               and value is not parameters[name].default]  # fmt: skip
    first = next(iter(given))
    if first not in tables:
        return first
    return changed[0] if len(changed) == 1 else first


def _is_rows(value: Any) -> bool:
    return isinstance(value, Transactions) or engines.is_table(value)


def _kind_of(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__name__}"


def _spoken_of(given: Mapping[str, Any], said: str) -> list[str]:
    """The one argument of which the error quotes the type ('int' object is not iterable), or one of its parts."""
    quotes = re.findall(r"'[^']+'|\"[^\"]+\"", said)
    found = []
    for name, value in given.items():
        parts = repr(value) if isinstance(value, list | tuple | dict | set) else ""
        if _kind_of(value) in said or any(type(value).__name__ == one[1:-1] or one in parts for one in quotes):
            found.append(name)
    return found if len(found) == 1 else []


def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return inspect.get_annotations(inspect.unwrap(function), eval_str=True)
    except Exception:  # a name that only a type checker imports
        return {}


def _fits(hint: Any, value: Any) -> bool:
    """Whether a value is what its annotation says, as far as plain types tell."""
    from typing import Literal, get_args, get_origin

    if hint is Any or isinstance(hint, str) or type(hint).__name__ == "TypeVar":
        return True
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in inner)
    if origin is types.UnionType or str(origin) == "typing.Union":
        return any(_fits(one, value) for one in inner)
    kind = origin or hint
    if kind is float:
        return _is_number(value)
    if kind is int:
        return _is_number(value) and not isinstance(value, float)
    if hint is None or kind is type(None):
        return value is None
    if isinstance(kind, type):
        if isinstance(value, str) and kind is not str:
            return False
        return isinstance(value, kind)
    return True


def _is_number(value: Any) -> bool:
    return (
        hasattr(value, "__float__") and not isinstance(value, bool | str | Refusing) and getattr(value, "ndim", 0) == 0
    )


def documented_as(function: Callable[..., Any], argument: str) -> str:
    """What the documentation says an argument is.

    >>> documented_as(summarize, "transactions")
    'Transactions, or table with customer_id, date, amount (and order_id, cost ...)'
    """
    for line in (inspect.getdoc(function) or "").splitlines():
        name, colon, documented = line.partition(" : ")
        if colon and argument in [one.strip() for one in name.split(",")]:
            return documented.strip().rstrip(".")
    return ""
