"""Made transactions at any size, with stories planted in them and the truth told.

On top of the ordinary trade (`_world`) come stories that an analysis should find (`_stories`). Every story is
drawn from its own random stream, and always, told or not. So switching one on or off leaves all rows that it
does not touch as they were, to the order id and the cent.

Sources: those of the models are named in `_world`. Licence of the made data: that of crmkit (Apache-2.0).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator

from crmkit import _checks
from crmkit._types import Array
from crmkit.datasets import _stories, _world
from crmkit.datasets._world import Lines, People, Window
from crmkit.datasets.simulation import (
    BargainHunters,
    DoubleLoad,
    Ids,
    KeyAccount,
    Planted,
    PriceRise,
    RefundWave,
    Season,
    Simulation,
    Truth,
    money,
)
from crmkit.errors import ArgumentError, shown

if TYPE_CHECKING:
    import pandas as pd

STORIES = ("season", "refunds", "price_rise", "key_account", "bargain_hunters", "double_load")
# One stream of random numbers each; new ones go to the end, so that old seeds keep their tables.
STREAMS = ("people", "cast", "regular", "season", "refunds", "key_account", "bargain_hunters", "double_load")


def make_transactions(
    n_customers: int = 1000,
    *,
    start: str | dt.date = "2023-01-01",
    end: str | dt.date = "2024-12-31",
    seed: int = 0,
    stories: Collection[str] = STORIES,
) -> Simulation:
    """Draw a table of transactions of `n_customers` customers, and tell the truth behind it.

    Two years give about 14 rows per customer, three years about 20. The same arguments give the same table.

    Stories:

    - "season": in December everybody buys at three times the usual rate.
    - "refunds": of the order lines bought in the month that contains the middle of the window, three in ten
      are taken back within that month.
    - "price_rise": after two thirds of the window all prices rise by 8 %; costs do not.
    - "key_account": one customer buys every week, for 30 % of what is bought outside the season,
      and leaves after three quarters of the window.
    - "bargain_hunters": a tenth of the customers come by the channel "coupon_site" and buy one cheap thing, once.
    - "double_load": the rows of one day are in the table twice.

    A window without a December, or a handful of customers, may leave a story without rows; the truth says so.

    Parameters
    ----------
    n_customers : int, at least 10, default 1000
        Customers in the table; each has bought at least once.
    start, end : date or text, default "2023-01-01" and "2024-12-31"
        First and last day on which anybody can buy.
    seed : int, at least 0, default 0
        Another seed, another table of the same kind.
    stories : names, default all
        Those to plant; () for none.

    Returns
    -------
    Simulation
        `transactions`, a pandas.DataFrame in order of date with `customer_id` (int, 1 to n_customers), `order_id`
        (int; one order may have several rows, and gaps between ids mean nothing), `date` (datetime64, days),
        `product`, `category`, `channel` (categorical), `amount`, `cost` (float, two decimals; negative for
        refunds); and `truth`, a `Truth`.

    Raises
    ------
    ArgumentError
        `n_customers` or `seed` is not a whole number or too small, a date cannot be read, `end` lies before
        `start`, or a story is unknown.

    Notes
    -----
    Sources and licence: see the top of this module.

    Examples
    --------
    >>> made = make_transactions(100, stories=["double_load"])
    >>> int(made.transactions.duplicated().sum()) == made.truth.double_load.rows
    True
    >>> made.truth.key_account is None
    True
    """
    n_customers = _checks.count("n_customers", n_customers, least=10)
    seed = _checks.count("seed", seed, least=0)
    window = _window(start, end)
    told = _told(stories)
    streams = np.random.SeedSequence(seed).spawn(len(STREAMS))
    rng = {name: np.random.default_rng(stream) for name, stream in zip(STREAMS, streams, strict=True)}

    people = _world.draw_people(rng["people"], rng["cast"], n_customers, window)
    sources = _draw_sources(rng, people, window)
    lines = _tell(sources, people, told)
    rise = _stories.raise_prices(lines, window) if "price_rise" in told else None
    if "refunds" in told:
        lines["refunds"] = _stories.take_back(rng["refunds"], lines["regular"], people, window)
    copied_day = _stories.copied_day_of(rng["double_load"], sources["regular"], people)
    if "double_load" in told:
        lines["double_load"] = _stories.rows_of_day(lines, copied_day)
    truth = _truth(lines, people, window, seed=seed, rise=rise, copied_day=copied_day)
    return Simulation(_table(lines, truth.customers, window), truth)


def _window(start: str | dt.date, end: str | dt.date) -> Window:
    window = Window(_checks.date_of(start, "start"), _checks.date_of(end, "end"))
    if window.n_days < 1:
        raise ArgumentError("datasets_end_lies_before_start", end=window.end, start=window.start)
    return window


def _told(stories: Collection[str]) -> frozenset[str]:
    """The names of the stories to plant."""
    names = [stories] if isinstance(stories, str) else list(stories)
    unknown = [name for name in names if name not in STORIES]
    if unknown:
        raise ArgumentError(
            "datasets_story_make_transactions_knows", unknown=shown(unknown), join=", ".join(map(repr, STORIES))
        )
    return frozenset(names)


def _draw_sources(rng: Mapping[str, Generator], people: People, window: Window) -> dict[str, Lines]:
    """The lines of every source of orders, told or not, with order ids in order of date across the sources."""
    sources = {
        "regular": _world.fill_baskets(rng["regular"], *_world.regular_orders(rng["regular"], people, window), people),
        "season": _world.fill_baskets(rng["season"], *_stories.season_orders(rng["season"], people, window), people),
        "bargain_hunters": _stories.hunters_lines(rng["bargain_hunters"], people, window),
    }
    sources["key_account"] = _stories.key_account_lines(rng["key_account"], sources["regular"], people, window)
    _world.number_orders(sources)
    return sources


def _tell(sources: Mapping[str, Lines], people: People, told: frozenset[str]) -> dict[str, Lines]:
    """The sources that are told; a customer with a part in a told story has no ordinary orders."""
    recast = np.zeros(people.n, dtype=bool)
    if "bargain_hunters" in told:
        recast |= people.hunters
    if "key_account" in told:
        recast[people.key_account] = True
    lines = {name: rows for name, rows in sources.items() if name == "regular" or name in told}
    for name in lines.keys() & {"regular", "season"}:
        lines[name] = _world.where(lines[name], ~recast[lines[name]["customer"]])
    return lines


def _truth(
    lines: Mapping[str, Lines], people: People, window: Window, *, seed: int, rise: PriceRise | None, copied_day: int
) -> Truth:
    return Truth(
        **_planted(_world.joined(list(lines.values()))),
        seed=seed,
        start=window.start,
        end=window.end,
        regular=Planted(**_planted(lines["regular"])),
        season=_season(lines["season"], window) if "season" in lines else None,
        refunds=_refunds(lines["refunds"], window) if "refunds" in lines else None,
        price_rise=rise,
        key_account=_key_account(lines["key_account"], window) if "key_account" in lines else None,
        bargain_hunters=_bargain_hunters(lines["bargain_hunters"]) if "bargain_hunters" in lines else None,
        double_load=_double_load(lines["double_load"], window.date(copied_day)) if "double_load" in lines else None,
        customers=_customers(lines, people, window),
    )


def _planted(lines: Lines) -> dict[str, Any]:
    """The fields that every record of the truth has."""
    return {"rows": len(lines["price"]), "amount": money(int(lines["price"].sum()))}


def _season(lines: Lines, window: Window) -> Season:
    return Season(
        **_planted(lines),
        months=tuple(window.date(last).replace(day=1) for _, last in window.decembers()),
        factor=_stories.SEASON_FACTOR,
        order_ids=np.unique(lines["order"]),
    )


def _refunds(lines: Lines, window: Window) -> RefundWave:
    first_day, last_day = _stories.refund_month(window)
    return RefundWave(
        **_planted(lines),
        first_date=window.date(first_day),
        last_date=window.date(last_day),
        order_ids=np.unique(lines["order"]),
        customer_ids=_ids(np.unique(lines["customer"])),
    )


def _key_account(lines: Lines, window: Window) -> KeyAccount:
    return KeyAccount(
        **_planted(lines),
        customer_id=int(_ids(lines["customer"])[0]),
        last_date=window.date(lines["day"].max()),
    )


def _bargain_hunters(lines: Lines) -> BargainHunters:
    return BargainHunters(**_planted(lines), channel=_stories.HUNTER_CHANNEL, customer_ids=_ids(lines["customer"]))


def _double_load(lines: Lines, date: dt.date) -> DoubleLoad:
    return DoubleLoad(**_planted(lines), date=date)


def _customers(lines: Mapping[str, Lines], people: People, window: Window) -> pd.DataFrame:
    """One row per customer: what drew the purchases."""
    import pandas as pd

    acquired = _world.days_of_times(people.first, window).astype(np.int64)
    leaves = people.first + people.lifetime
    rate, mean_line = people.rate.copy(), people.spend / 100
    kind = np.zeros(people.n, dtype=np.int8)
    channel, channels = people.channel.copy(), list(_world.CHANNELS)
    if "bargain_hunters" in lines:
        hunters = people.hunters
        kind[hunters], rate[hunters], leaves[hunters] = 2, 0.0, acquired[hunters]
        mean_line[hunters] = (sum(_stories.HUNTER_CENTS) - 1) / 200
        channel[hunters] = len(channels)
        channels.append(_stories.HUNTER_CHANNEL)
    if "key_account" in lines:
        key, last_day = people.key_account, lines["key_account"]["day"].max()
        kind[key], rate[key], mean_line[key] = 1, 1 / _stories.KEY_GAP, np.nan
        acquired[key], leaves[key] = 0, last_day
    gone = leaves < window.n_days
    leaves_on = np.full(people.n, np.datetime64("NaT", "us"))
    leaves_on[gone] = window.dates(leaves[gone].astype(np.int64))
    return pd.DataFrame(
        {
            "customer_id": _ids(np.arange(people.n)),
            "kind": _named(kind, ["regular", "key_account", "bargain_hunter"]),
            "channel": _named(channel, channels),
            "acquired_on": window.dates(acquired),
            "purchase_rate": rate,
            "leaves_on": leaves_on,
            "mean_line": mean_line,
        }
    )


def _table(lines: Mapping[str, Lines], customers: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows of all sources in order of date."""
    import pandas as pd

    rows = _world.joined(list(lines.values()))
    rows = _world.where(rows, np.argsort(rows["day"], kind="stable"))
    channels = customers["channel"].cat
    return pd.DataFrame(
        {
            "customer_id": _ids(rows["customer"]),
            "order_id": rows["order"],
            "date": window.dates(rows["day"]),
            "product": _named(rows["product"], _world.PRODUCTS),
            "category": _named(rows["product"] // _world.PRODUCTS_PER_CATEGORY, _world.CATEGORIES),
            "channel": _named(channels.codes.to_numpy()[rows["customer"]], list(channels.categories)),
            "amount": rows["price"] / 100,
            "cost": rows["cost"] / 100,
        },
        copy=False,
    )


def _ids(customer: Array) -> Ids:
    """Customers counted from 0 as ids from 1."""
    return customer.astype(np.int64) + 1


def _named(codes: Array, names: Sequence[str]) -> pd.Categorical[str]:
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(names))
