"""Two small tables whose every figure can be worked out on paper.

`load_ten_customers` is clean: no ties at any cut, round shares, all eight RFM groups. `load_tea_shop` has in
23 rows one of each thing that goes wrong in real tables. The docstrings hold the worked figures; the tests
and the lessons use the same ones.

Source: made up for crmkit. Licence: that of crmkit (Apache-2.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# order, customer, date, product, amount
TEA_SHOP = (
    ("T01", "C01", "2024-01-05", "green tea", 20.0),
    ("T02", "C02", "2024-01-10", "teapot", 60.0),
    ("T03", "C03", "2024-01-15", "oolong", 30.0),
    ("T04", "C01", "2024-02-05", "green tea", 20.0),
    ("T05", "C04", "2024-02-10", "black tea", 25.0),
    ("T06", "C02", "2024-02-20", "oolong", 30.0),  # one order,
    ("T06", "C02", "2024-02-20", "tea cup", 10.0),  # two lines
    ("T07", "C01", "2024-03-05", "green tea", 20.0),
    ("T08", "C05", "2024-03-12", "teapot", 60.0),
    ("T09", "C05", "2024-04-02", "black tea", 25.0),
    ("T08", "C05", "2024-04-09", "teapot", -60.0),  # the teapot comes back
    ("T10", "C03", "2024-04-15", "oolong", 30.0),  # two orders
    ("T11", "C03", "2024-04-15", "green tea", 20.0),  # on one day
    ("T12", "C06", "2024-05-01", "sample", 0.0),  # free of charge
    ("T13", "C07", "2024-05-10", "black tea", 25.0),
    ("T14", None, "2024-05-15", "green tea", 20.0),  # nobody asked for the member card
    ("T15", "C06", "2024-05-20", "green tea", 20.0),
    ("T16", "C04", "2024-06-01", "black tea", 25.0),
    ("T17", "C01", "2024-06-05", "green tea", 20.0),
    ("T18", "C08", "2024-06-15", "gift box", 70.0),
    ("T19", "C02", "2024-06-20", "tea cup", 10.0),
    ("T20", "C01", "2024-06-30", "oolong", 30.0),
    ("T21", "C07", "2024-07-02", "green tea", 20.0),  # after as_of
)

# customer: (date, amount) of each order
TEN_CUSTOMERS = {
    "C01": (
        ("2024-02-01", 500.0),
        ("2024-04-01", 700.0),
        ("2024-06-01", 800.0),
        ("2024-08-01", 900.0),
        ("2024-10-01", 1000.0),
        ("2024-12-21", 1100.0),
    ),
    "C02": (
        ("2024-01-10", 400.0),
        ("2024-03-01", 400.0),
        ("2024-05-01", 500.0),
        ("2024-07-01", 500.0),
        ("2024-09-01", 600.0),
        ("2024-10-12", 600.0),
    ),
    "C03": (
        ("2024-04-30", 100.0),
        ("2024-06-30", 100.0),
        ("2024-08-31", 100.0),
        ("2024-10-31", 100.0),
        ("2024-12-31", 100.0),
    ),
    "C04": (("2024-12-11", 400.0),),
    "C05": (("2024-07-01", 100.0), ("2024-09-01", 100.0), ("2024-11-01", 100.0)),
    "C06": (
        ("2024-08-01", 50.0),
        ("2024-09-01", 50.0),
        ("2024-10-01", 50.0),
        ("2024-11-01", 50.0),
        ("2024-12-01", 50.0),
    ),
    "C07": (("2024-08-11", 50.0), ("2024-09-11", 50.0), ("2024-10-11", 50.0), ("2024-11-11", 50.0)),
    "C08": (("2024-09-21", 75.0), ("2024-11-21", 75.0)),
    "C09": (("2024-04-02", 60.0), ("2024-10-02", 60.0)),
    "C10": (("2024-10-22", 80.0),),
}


def load_tea_shop() -> pd.DataFrame:
    """Half a year of a small tea shop: 8 customers, 21 orders in 23 rows, and one of each trouble.

    Judge it at ``as_of="2024-06-30"``. Its story:

    - C01 comes back five times, the last time on `as_of` itself; C02 spends exactly as much in three orders.
    - T06 (C02) is one order of two lines: 40.
    - T10 and T11 (C03) are two orders on one day: 3 orders, but only 1 repeat purchase day.
    - T08 (C05): the teapot for 60 comes back on 2024-04-09 under its own order id. A refund is not a visit:
      the last purchase of C05 is 2024-04-02.
    - T12 (C06) is a free sample, amount 0. Here it counts as an order, as in the papers on CDNOW.
    - T14 has no customer id. T21 (C07) lies after `as_of`, which is why `as_of` must be given.

    ======== ====== ========== ======= ======== ====== === === ===
    customer orders last_date  recency monetary x      t_x   T RFM
    ======== ====== ========== ======= ======== ====== === === ===
    C01           5 2024-06-30       0      110      4 177 177 HHH
    C02           3 2024-06-20      10      110      2 162 172 HHH
    C03           3 2024-04-15      76       80      1  91 167 LHH
    C04           2 2024-06-01      29       50      1 112 141 HLL
    C05           2 2024-04-02      89       25      1  21 110 LLL
    C06           2 2024-05-20      41       20      1  19  60 LLL
    C07           1 2024-05-10      51       25      0   0  51 LLL
    C08           1 2024-06-15      15       70      0   0  15 HLH
    ======== ====== ========== ======= ======== ====== === === ===

    The last column is high or low against the means: recency 38.875 days (below is high), 2.375 orders,
    spend 61.25. Nobody lies on a mean.

    All 23 rows add up to 530: 490 of the eight customers (550 bought, 60 back), 20 without an id, 20 after `as_of`.

    Returns
    -------
    pandas.DataFrame, 23 rows in order of date
        `order_id`, `customer_id` (text; missing in one row), `date` (datetime64, days), `product` (text),
        `amount` (float, in one currency).

    Notes
    -----
    Source: made up for crmkit, under its licence.

    Examples
    --------
    >>> visits = load_tea_shop()
    >>> visits[visits["customer_id"] == "C05"]
       order_id customer_id       date    product  amount
    8       T08         C05 2024-03-12     teapot    60.0
    9       T09         C05 2024-04-02  black tea    25.0
    10      T08         C05 2024-04-09     teapot   -60.0
    """
    import pandas as pd

    visits = pd.DataFrame(list(TEA_SHOP), columns=["order_id", "customer_id", "date", "product", "amount"])
    visits["date"] = pd.to_datetime(visits["date"]).astype("datetime64[us]")
    return visits


def load_ten_customers() -> pd.DataFrame:
    """Ten customers, 35 orders, 10,000 of revenue in 2024: the 80/20 rule and RFM in round numbers.

    The last order lies on 2024-12-31, so `as_of` is that day whether given or not.

    ======== ======= ========= ======== ===== ====== =========================
    customer recency frequency monetary score median eight groups (by medians)
    ======== ======= ========= ======== ===== ====== =========================
    C01           10         6     5000   555 HHH    high value: active
    C02           80         6     3000   155 LHH    high value: retain
    C03            0         5      500   544 HHH    high value: active
    C04           20         1      400   414 HLH    high value: develop
    C05           60         3      300   233 LLH    high value: win back
    C06           30         5      250   443 HHL    low value: active
    C07           50         4      200   332 LHL    low value: retain
    C08           40         2      150   322 HLL    low value: develop
    C09           90         2      120   121 LLL    low value: win back
    C10           70         1       80   211 LLL    low value: win back
    ======== ======= ========= ======== ===== ====== =========================

    Scores are fifths: two customers each, the best two 5; where two values are equal they fall into the same
    fifth, so every way of cutting fifths agrees. Medians: recency 45 days, 3.5 orders, spend 275; means:
    45, 3.5, 1000. Nobody lies on either. Cut by the means, only C01 and C02 are high in spend.

    The pyramid: the top 20 % (C01, C02) hold exactly 80 % of revenue, the top customer alone 50 %. The scheme
    `textbook` gives 1, 1, 3, 5 customers with 50, 30, 12, 8 % of revenue. The Gini coefficient, from the ranks
    in rising order of spend, is (-9*80 -7*120 -5*150 -3*200 -1*250 +1*300 +3*400 +5*500 +7*3000 +9*5000) /
    (10 * 10000) = 66840 / 100000 = 0.6684.

    Returns
    -------
    pandas.DataFrame, 35 rows in order of date
        `order_id`, `customer_id` (text), `date` (datetime64, days), `amount` (float, in one currency).

    Notes
    -----
    Source: made up for crmkit, under its licence.

    Examples
    --------
    >>> orders = load_ten_customers()
    >>> orders.groupby("customer_id")["amount"].sum().head(2)
    customer_id
    C01    5000.0
    C02    3000.0
    Name: amount, dtype: float64
    """
    import pandas as pd

    bought = sorted((date, customer, amount) for customer, orders in TEN_CUSTOMERS.items() for date, amount in orders)
    dates, customers, amounts = zip(*bought, strict=True)
    return pd.DataFrame(
        {
            "order_id": [f"O{number:02d}" for number in range(1, len(bought) + 1)],
            "customer_id": list(customers),
            "date": pd.to_datetime(list(dates)).astype("datetime64[us]"),
            "amount": list(amounts),
        }
    )
