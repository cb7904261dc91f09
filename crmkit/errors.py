"""What crmkit raises, and how an error speaks.

An error names what is wrong, shows up to three offending values, says what was expected and
gives the next step, ready to paste. Every error is a `CrmkitError`, so scripts can catch one
class; each is also the built-in error that fits, so nobody has to know the library to handle it.
"""

from __future__ import annotations

from collections.abc import Iterable


class CrmkitError(Exception):
    """Base class of every error that crmkit raises on purpose."""


class ColumnError(CrmkitError, KeyError):
    """A column is absent, named twice, of the wrong type, or has missing values."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which would print line breaks as \n.
        return str(self.args[0]) if self.args else ""


class DataError(CrmkitError, ValueError):
    """The columns are there, but their values cannot be used."""


class ArgumentError(CrmkitError, ValueError):
    """An argument has a value that the function does not know or that contradicts another."""


class NotFittedError(CrmkitError, AttributeError):
    """A method that needs `fit` was called before it."""


class InputFileError(CrmkitError, OSError):
    """A file or database cannot be read, or an output cannot be written."""


class MissingPackageError(CrmkitError, ImportError):
    """A feature needs a package that is not installed; the message says which extra brings it."""


class NoLifetimeValueWarning(UserWarning):
    """A list of customers comes without (or with a simpler) lifetime value; the message says why."""


def shown(values: Iterable[object], most: int = 3) -> str:
    """Up to three values, as an error quotes them.

    >>> shown(["n/a", 7, "x", "y"])
    "'n/a', 7, 'x', ..."
    """
    listed = [repr(value)[:60] for value in values]
    return ", ".join(listed[:most]) + (", ..." if len(listed) > most else "")
