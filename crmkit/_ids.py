"""The id of one customer as a caller gave it: told apart from ids of another kind, or refused with those near to it."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame
from crmkit.errors import DataError, Words, shown

_LARGEST = 2**63  # a greater number is nobody's id, and no engine compares with it


def plain_id(frame: AnyFrame, customer: Any) -> Any:
    """The id as plain Python, if it is of the kind of the column `customer_id`; engines cannot compare others with it.

    >>> frame = engines.wrap({"customer_id": [7, 8]})
    >>> plain_id(frame, np.int64(7))
    7
    >>> plain_id(frame, "7")
    Traceback (most recent call last):
    crmkit.errors.DataError: no customer '7' among the 2 with a purchase. Near to it: 7. The ids are numbers.
    """
    customer = customer.item() if isinstance(customer, np.generic) else customer
    if _fits(frame, customer):
        return customer
    raise unknown(frame, customer)


def unknown(frame: AnyFrame, customer: Any) -> DataError:
    """The error for an id that nobody in the column `customer_id` has."""
    ids = sorted(engines.collect(frame.select("customer_id"))["customer_id"].tolist(), key=str)
    texts = {str(one): one for one in ids}
    near = [texts[text] for text in difflib.get_close_matches(str(customer), texts, cutoff=0.5)]
    kind = "" if _fits(frame, customer) else Words("ids_are_numbers" if _are_numbers(frame) else "ids_are_text")
    key = "no_such_customer_near" if near else "no_such_customer"
    return DataError(key, customer=customer, n=len(ids), near=shown(near or ids), kind=kind)


def _fits(frame: AnyFrame, customer: Any) -> bool:
    if _are_numbers(frame):
        return isinstance(customer, int | float) and not isinstance(customer, bool) and abs(customer) < _LARGEST
    return isinstance(customer, str)


def _are_numbers(frame: AnyFrame) -> bool:
    return frame.collect_schema()["customer_id"].is_numeric()
