"""What an object of crmkit is not, a number, a list, a function: each refusal says what to call instead.

Results, transactions and fitted models look like tables to whoever comes from pandas, and like fitters to whoever comes
from another package. Python's own answer to `len(tx)` or `rates * 100` leads nowhere; here it leads on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from crmkit import _near
from crmkit.errors import CallError, UnknownNameError, Words


def _refusing(operation: str) -> Callable[..., NoReturn]:
    def refused(self: Any, *_: Any, **__: Any) -> NoReturn:
        raise CallError("no_operation", what=type(self).__name__, operation=operation, instead=type(self)._instead)

    return refused


class Refusing:
    """Base of objects that are neither numbers nor functions, and whose unknown names are answered.

    >>> class Plan(Refusing):
    ...     steps = 3
    ...     _instead = Words(("Its steps are .steps.", "步数见 .steps。"))
    >>> try:
    ...     Plan() * 2
    ... except TypeError as error:
    ...     print(error)
    Plan cannot be used with *. Its steps are .steps.
    >>> try:
    ...     Plan().step
    ... except AttributeError as error:
    ...     print(error)
    Plan has no 'step'. Did you mean .steps?
    """

    __slots__ = ()
    _instead = Words("")  # what leads on, said after what is refused

    if not TYPE_CHECKING:  # a type checker is to find all this by itself

        def __getattr__(self, name: str) -> Any:
            """Nothing has this name here: say which one is meant, by its spelling or by what others call it."""
            property_of = getattr(type(self), name, None)
            if isinstance(property_of, property):  # it is there, and had an AttributeError of its own to raise
                return property_of.__get__(self)
            if name.startswith("_"):  # asked for by tools, which take no for an answer
                raise AttributeError(f"{type(self).__name__} has no {name!r}")
            raise UnknownNameError("unknown_name", module=type(self).__name__, name=name, meant=self._meant(name))

        __add__ = __radd__ = _refusing("+")
        __sub__ = __rsub__ = __neg__ = _refusing("-")
        __mul__ = __rmul__ = _refusing("*")
        __truediv__ = __rtruediv__ = _refusing("/")
        __floordiv__ = __rfloordiv__ = _refusing("//")
        __mod__ = __rmod__ = _refusing("%")
        __pow__ = __rpow__ = _refusing("**")
        __matmul__ = __rmatmul__ = _refusing("@")
        __and__ = __rand__ = _refusing("&")
        __or__ = __ror__ = _refusing("|")
        __invert__ = _refusing("~")
        __lt__ = __gt__ = _refusing("< >")
        __le__ = __ge__ = _refusing("<= >=")
        __enter__ = __exit__ = _refusing("with ...:")
        __float__ = _refusing("float()")
        __int__ = _refusing("int()")
        __round__ = __floor__ = __ceil__ = __trunc__ = _refusing("round()")
        __abs__ = _refusing("abs()")
        __setitem__ = _refusing("[...] = ...")
        __delitem__ = _refusing("del [...]")
        __reversed__ = _refusing("reversed()")
        __array_ufunc__ = __array_function__ = _refusing("numpy")

    def __format__(self, spec: str) -> str:
        """As it prints; what numbers are formatted by is refused."""
        return str(self) if not spec else _refusing(f":{spec}")(self)

    def _meant(self, name: str) -> Words:
        near = _near.members(name, dir(self))
        return Words("meant_name", near=" / ".join(near)) if near else type(self)._instead


class RefusingRows(Refusing):
    """One of them that holds no rows either."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True

    if not TYPE_CHECKING:
        __getitem__ = _refusing("[...]")
        __len__ = _refusing("len()")
        __iter__ = _refusing("for ... in")
        __contains__ = _refusing("... in")
