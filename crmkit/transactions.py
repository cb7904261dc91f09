"""The door: any table of transactions comes in, canonical rows and the ledger come out.

`Transactions` names the roles of the columns once and fixes the past: nothing after `as_of` is seen.
It counts what it leaves out instead of guessing, so that every row and every unit of money that came
in is either used or stands in the ledger with its reason. Money is a whole number of units from here
on (cents, say), because sums of floats depend on their order.

Sources: Fader & Hardie (2001), Forecasting repeat sales at CDNOW, Interfaces 31(3), for the customer-day as the
unit of purchase; the rest is what users of existing packages stumbled over.
"""

from __future__ import annotations

from crmkit._door.files import read
from crmkit._door.table import Transactions
from crmkit._door.table import open_transactions as open_transactions

__all__ = [
    "Transactions",
    "read",
]
