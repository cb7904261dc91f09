"""What everything that is fitted has in common: its settings, how it prints, and the protocol of scikit-learn.

The protocol is written out here, so that `clone`, `make_pipeline` and `set_output` work without crmkit importing
scikit-learn. `score` keeps crmkit's meaning, a table of customers with their figures; `cross_val_score` is not
promised.

Source: scikit-learn, Developing estimators, https://scikit-learn.org/stable/developers/develop.html.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any, Literal, Self

from crmkit import _checks, _reading, labels
from crmkit._frame import engines
from crmkit._refusals import RefusingRows
from crmkit._types import Table
from crmkit.errors import ArgumentError, NotFittedError, Words

_TYPES = {"Scorer": "transformer", "Clusterer": "clusterer", "ChurnModel": "classifier"}


class Estimator(RefusingRows):
    """Base of scorers, clusterers and models.

    >>> class Doubler(Estimator):
    ...     def __init__(self, *, by: int = 2) -> None:
    ...         self.by = by
    >>> Doubler().set_params(by=3).get_params(), Doubler(by=3)
    ({'by': 3}, Doubler(by=3): not fitted yet)
    """

    _given: dict[str, Any]
    _instead = Words("estimator_instead")

    def __new__(cls, *_: Any, **given: Any) -> Self:
        """Remember the settings as they were given, which a clone is made with."""
        made = super().__new__(cls)
        made._given = given
        return made

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002  no setting is an estimator
        """The settings as they were given to the constructor."""
        parameters = inspect.signature(type(self)).parameters.values()
        named = [one for one in parameters if one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)]
        return {one.name: self._given.get(one.name, one.default) for one in named}

    def set_params(self, **params: Any) -> Self:
        """Other settings for the next fit."""
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ArgumentError(name, value, "no_such_setting", what=type(self).__name__, known=", ".join(known))
        self._given = {**self._given, **params}
        type(self).__init__(self, **self._given)
        return self

    def set_output(self, *, transform: Literal["default", "pandas", "polars"] | None = None) -> Self:
        """The kind of table that `transform` gives; "default" is the kind that comes in."""
        if transform is not None:
            _checks.choice("transform", transform, ("default", "pandas", "polars"))
            self._sklearn_output_config = {"transform": transform}
        return self

    def fit_transform(self, customers: Table, y: Any = None) -> Any:  # noqa: ARG002  as pipelines call it
        """Fit, and transform the same customers."""
        return self.fit(customers).transform(customers)  # type: ignore[attr-defined]

    def _as_output(self, table: Table) -> Any:
        """A result of `transform` in the kind that was asked for."""
        kind = getattr(self, "_sklearn_output_config", {}).get("transform", "default")
        return table if kind == "default" else engines.converted(table, kind)

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks before it uses an estimator; nobody else does, so it is there."""
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(
            estimator_type=_TYPES.get(type(self).__name__),
            target_tags=utils.TargetTags(required=False),
            transformer_tags=utils.TransformerTags() if hasattr(self, "transform") else None,
            input_tags=utils.InputTags(string=True, allow_nan=False),
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Whether anything was learned."""
        return bool(_learned(self))

    def _meant(self, name: str) -> Words:
        if name.endswith("_") and not _learned(self):
            raise NotFittedError("fit_first", what=type(self).__name__, name=name)
        return super()._meant(name)

    # --- in print ---------------------------------------------------------------------------------------------------

    def _facts(self) -> Mapping[str, str]:
        """What was learned, by name, ready to be read."""
        return {name: _short(value) for name, value in _learned(self).items()}

    def __repr__(self) -> str:
        """The settings that are not the usual ones, and what was learned."""
        usual = {name: one.default for name, one in inspect.signature(type(self)).parameters.items()}
        changed = {name: value for name, value in self.get_params().items() if value is not usual[name]}
        settings = ", ".join(f"{name}={_short(value)}" for name, value in changed.items())
        head = f"{type(self).__name__}({settings})"
        facts = self._facts()
        if not facts:
            return f"{head}: {labels.text('model_not_fitted')}"
        return "\n".join([head, *(f"  {line}" for line in _reading.facts(facts).splitlines())])

    def _repr_html_(self) -> str:
        """The same for a notebook."""
        return _reading.preformatted(repr(self))


def _learned(estimator: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(estimator).items() if name.endswith("_") and not name.startswith("_")}


def _short(value: Any) -> str:
    """A value in a line; a table by its size."""
    if engines.is_native(value):
        frame = engines.wrap(value)
        return f"{engines.n_rows(frame):,} x {len(engines.names_of(frame))}"
    if isinstance(value, float):
        return _reading.number(value)
    said = _reading.plain(repr(value)).replace("\n", " ")
    return said if len(said) <= 100 else said[:97] + "..."
