"""The one room that knows table engines.

`engines` holds what differs between them, `sources` opens files and databases, `table` is a table of
customers that formulas read from and write back to. No formula of the field lives here.
"""

from crmkit._frame.table import ArrayTable, Table, open_table

__all__ = ["ArrayTable", "Table", "open_table"]
