"""Types that many files share: arrays, tables of any kind, and durations and dates as a caller writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

# A table of any supported kind, also `Transactions` where rows are asked for; given back, one of the kind that came in:
# no type of Python's covers the tables of all engines, so that this says to people what it cannot say to a checker.
Table: TypeAlias = Any
# The id of one customer, of the type that the column of ids has: a text or a whole number, mostly.
Id: TypeAlias = Any
# Groups of customers: the role of the transactions that tells them, or a table with customer_id and a group.
Groups: TypeAlias = str | Table
# One number or several.
Numbers: TypeAlias = float | Sequence[float] | Array
# "39W", "12M", "2Y", "90D", a number of days, or a timedelta: what `_checks.days_of` reads.
Duration: TypeAlias = str | float | dt.timedelta
# "1997-09-30", a date, or anything that is one, such as a time stamp of pandas: what `_checks.date_of` reads.
Date: TypeAlias = str | dt.date
# The first and the last day of a stretch of time.
Span: TypeAlias = tuple[Date, Date]
