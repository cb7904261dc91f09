"""One scale for all columns of a clustering: skewed columns transformed, every column in its own standard deviations.

Distances mix columns, so without a common scale the column with the largest numbers decides alone. Nothing here
depends on the unit of a column: money in cents gives the clusters of money in euros.

Sources: Stahel (2008), Statistische Datenanalyse, 5th ed. (the started logarithm); Yeo & Johnson (2000), Biometrika
87(4), 954-959; Box & Cox (1964), JRSS B 26(2), 211-252 (the choice).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crmkit import _checks
from crmkit._types import Floats
from crmkit.errors import ArgumentError, DataError

TRANSFORMS = ("auto", "log", "yeo-johnson", "none")
# A column beyond this skewness (of either sign) is not left as it is; an exponential distribution has 2.
SKEWED = 1.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How a column was brought to the common scale: reshape, then subtract `mean` and divide by `spread`.

    Attributes
    ----------
    column : str
        Name of the column.
    transform : {"log", "yeo-johnson", "none"}
        How it was reshaped: "log" is log(x / unit) from the unit up and the straight line x / unit - 1 below it;
        "yeo-johnson" is that transform of (x - centre) / unit with `power`.
    skewness, skewness_after : float
        Skewness of the column as it came, and once reshaped; 0 is symmetric.
    low, high : float
        The range of the fitted customers; values beyond it count as its ends.
    centre, unit, power : float
        What the transform needs, in the unit of the column (power: none).
    mean, spread : float
        Mean and standard deviation of the reshaped column.

    Examples
    --------
    >>> scale = learn("spend", np.array([1.0, 10.0, 100.0, 1000.0, 10000.0]))
    >>> scale.transform, round(scale.skewness, 2), round(scale.skewness_after, 2)
    ('log', 1.47, 0.0)
    """

    column: str
    transform: str
    skewness: float
    skewness_after: float
    low: float
    high: float
    centre: float
    unit: float
    power: float
    mean: float
    spread: float

    def apply(self, values: Floats) -> Floats:
        """Values of the column on the common scale, in standard deviations from the mean.

        >>> scale = learn("spend", np.array([1.0, 2.0, 3.0]), transform="none")
        >>> scale.apply(np.array([2.0, 3.0, 99.0])).round(2).tolist()
        [0.0, 1.22, 1.22]
        """
        within = np.clip(values, self.low, self.high)
        return (_reshaped(within, self.transform, self.centre, self.unit, self.power) - self.mean) / self.spread


def learn(
    column: str, values: Floats, *, transform: str = "auto", low: float | None = None, high: float | None = None
) -> Scale:
    """The scale of a column, learnt from its values (one per customer).

    "auto" takes the logarithm of a column without values below 0 where that looks more normal than the column itself
    (Box and Cox's likelihood); otherwise Yeo-Johnson beyond a skewness of 1, and leaves the others as they are.

    >>> learn("spend", np.array([1.0, 10.0, 100.0, 1000.0, 10000.0])).transform
    'log'
    >>> learn("profit", np.array([-5.0, 1.0, 2.0, 3.0, 200.0])).transform
    'yeo-johnson'
    """
    low, high = float(np.min(values)) if low is None else low, float(np.max(values)) if high is None else high
    if not low < high or np.ptp(values) == 0:
        raise DataError("segment_column_same_value_nearly", column=column, low=low)
    if transform == "log" and low < 0:
        raise DataError("segment_column_values_below_logarithm", column=column, low=low)
    skewness = _skewness(values)
    chosen = _chosen(values, low, skewness) if transform == "auto" else transform
    centre, unit, power = _shape(values, chosen)
    reshaped = _reshaped(values, chosen, centre, unit, power)
    return Scale(column, chosen, skewness, _skewness(reshaped), low, high, centre, unit, power,
                 mean=float(reshaped.mean()), spread=float(reshaped.std()))  # fmt: skip


def transforms_of(transform: str | Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """The transform of each column: one for all, or a mapping that leaves the others to "auto".

    >>> transforms_of({"recency": "none"}, ["recency", "monetary"])
    {'recency': 'none', 'monetary': 'auto'}
    """
    if not isinstance(transform, Mapping):
        return dict.fromkeys(columns, _checks.choice("transform", transform, TRANSFORMS))
    unknown = [name for name in transform if name not in columns]
    if unknown:
        raise ArgumentError(
            "transform",
            dict(transform),
            "segment_names_among_columns",
            join=", ".join(map(repr, unknown)),
            join_2=", ".join(map(repr, columns)),
        )
    return {name: _checks.choice("transform", transform.get(name, "auto"), TRANSFORMS) for name in columns}


def _chosen(values: Floats, low: float, skewness: float) -> str:
    if low >= 0 and _log_is_nearer_normal(values):
        return "log"
    return "yeo-johnson" if abs(skewness) > SKEWED else "none"


def _log_is_nearer_normal(values: Floats) -> bool:
    """Box and Cox's comparison: whether the values are likelier under a normal distribution of their logarithm or of
    their own.

    Skewness alone would miss a column of groups at 1, 20 and 400, which is not skewed if most are at 400.
    """
    shape = _shape(values, "log")
    logarithm = _reshaped(values, "log", *shape)
    slopes = np.log(np.maximum(values, shape[1]))
    return float(np.log(np.std(logarithm)) + slopes.mean()) < float(np.log(np.std(values)))


def _shape(values: Floats, transform: str) -> tuple[float, float, float]:
    """Centre, unit and power of a transform."""
    if transform == "log":
        # Stahel's threshold: low enough to leave a lognormal's logarithm whole, high enough to keep zeros near.
        lower, upper = np.quantile(values[values > 0], [0.25, 0.75])
        return 0.0, float(lower**2 / upper), 1.0
    if transform == "yeo-johnson":
        centre = float(np.median(values))
        unit = float(np.mean(np.abs(values - centre)))
        return centre, unit, _best_power((values - centre) / unit)
    return 0.0, 1.0, 1.0


def _reshaped(values: Floats, transform: str, centre: float, unit: float, power: float) -> Floats:
    if transform == "log":
        ratio = values / unit
        return np.where(ratio >= 1, np.log(np.maximum(ratio, 1)), ratio - 1)
    if transform == "yeo-johnson":
        return _yeo_johnson((values - centre) / unit, power)
    return values


def _yeo_johnson(u: Floats, power: float) -> Floats:
    """Yeo & Johnson (2000), eq. 2.1; a Box-Cox transform of 1 + |u| on either side of 0."""
    size, above = np.log1p(np.abs(u)), u >= 0
    exponent = np.where(above, power, 2 - power)
    safe = np.where(exponent == 0, 1.0, exponent)
    grown = np.where(exponent == 0, size, np.expm1(exponent * size) / safe)
    return np.where(above, grown, -grown)


def _best_power(u: Floats) -> float:
    """The power under which the transformed values look most normal: their maximum likelihood, to three digits."""
    from scipy.optimize import minimize_scalar

    jacobian = float(np.sum(np.sign(u) * np.log1p(np.abs(u))))

    def loss(power: float) -> float:
        return len(u) / 2 * float(np.log(np.var(_yeo_johnson(u, power)))) - (power - 1) * jacobian

    return round(float(minimize_scalar(loss, bounds=(-3, 5), method="bounded").x), 3)


def _skewness(values: Floats) -> float:
    """Third standardised moment."""
    centred = values - values.mean()
    return float(np.mean(centred**3) / np.mean(centred**2) ** 1.5)
