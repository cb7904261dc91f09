"""The id of one customer as a caller gave it: told apart from ids of another kind, or refused with those near to it."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from crmkit._frame import engines, persons
from crmkit._frame.engines import AnyFrame
from crmkit._types import Id
from crmkit.errors import DataError, Words, shown

_LARGEST = 2**63  # a greater number is nobody's id, and no engine compares with it


def plain_id(frame: AnyFrame, customer: Id) -> Any:
    """The id as plain Python, if it is of the kind of the column `customer_id`; engines cannot compare others with it.

    >>> frame = engines.wrap({"customer_id": [7, 8]})
    >>> plain_id(frame, np.int64(7))
    7
    >>> plain_id(frame, "7")
    Traceback (most recent call last):
    crmkit.errors.DataError: no customer '7' among the 2 with a purchase. Near to it: 7. The ids are numbers.
    """
    customer = customer.item() if isinstance(customer, np.generic) else customer
    if fits(frame, customer):
        return customer
    raise unknown(frame, customer)


def unknown(frame: AnyFrame, customer: Id) -> DataError:
    """The error for an id that nobody in the column `customer_id` has."""
    ids = sorted(engines.collect(frame.select("customer_id"))["customer_id"].tolist(), key=str)
    texts = {str(one): one for one in ids}
    near = [texts[text] for text in difflib.get_close_matches(str(customer), texts, cutoff=0.5)]
    kind = "" if fits(frame, customer) else Words(f"ids_are_{persons.kind_of_ids(frame, 'customer_id')}")
    key = "no_such_customer_near" if near else "no_such_customer"
    return DataError(key, customer=customer, n=len(ids), near=shown(near or ids), kind=kind)


def fits(frame: AnyFrame, customer: Id, column: str = "customer_id") -> bool:
    """Whether a plain value is of the kind of the ids in a column, so that an engine can look for it."""
    kind = persons.kind_of_ids(frame, column)
    if kind == "numbers":
        return isinstance(customer, int | float) and not isinstance(customer, bool) and abs(customer) < _LARGEST
    return kind == "any" or isinstance(customer, str)
