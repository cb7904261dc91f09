"""Yearly gifts to a non-profit organisation: the table that the BG/BB model was published with.

Source: Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
Science 29(6), 1086-1108, table 3: the 11,104 people who first gave in 1995, and their six opportunities to give
again from 1996 to 2001. The 22 counts are facts of that publication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_OPPORTUNITIES = 6
# Gifts x, and the last opportunity that was taken t_x: people with that history.
_PEOPLE = {
    (0, 0): 3464,
    (1, 1): 1091, (1, 2): 277, (1, 3): 129, (1, 4): 78, (1, 5): 119, (1, 6): 129,
    (2, 2): 613, (2, 3): 255, (2, 4): 155, (2, 5): 173, (2, 6): 234,
    (3, 3): 322, (3, 4): 181, (3, 5): 225, (3, 6): 357,
    (4, 4): 240, (4, 5): 284, (4, 6): 512,
    (5, 5): 335, (5, 6): 728,
    (6, 6): 1203,
}  # fmt: skip


def load_donations() -> pd.DataFrame:
    """Yearly giving histories of 11,104 donors, as the distinct histories with their counts.

    Returns
    -------
    pandas DataFrame, 22 rows
        `x`: gifts in the six yearly opportunities; `t_x`: the last one with a gift (0 if none); `n`: opportunities
        (6); `customers`: people with that history, which `crmkit.clv.BGBB().fit(..., weight="customers")` reads.

    Examples
    --------
    >>> donations = load_donations()
    >>> len(donations), int(donations["customers"].sum())
    (22, 11104)
    """
    import pandas as pd

    histories = list(_PEOPLE)
    return pd.DataFrame(
        {
            "x": [x for x, _ in histories],
            "t_x": [t_x for _, t_x in histories],
            "n": _OPPORTUNITIES,
            "customers": list(_PEOPLE.values()),
        }
    )
