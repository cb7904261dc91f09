"""A switching matrix as it comes (table, array, nested lists) and as formulas take it: names and a square of shares."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from crmkit._frame import engines
from crmkit._frame.engines import AnyFrame
from crmkit._types import Array, Floats, Table
from crmkit.errors import DataError, shown

LAST = "last"  # column of the brand bought last
_CLOSE = 1e-6  # how far a row's sum may be from 1


@dataclass(frozen=True, slots=True)
class Matrix:
    """Of those who bought brand i last, the share p[i, j] whose next purchase is of brand j."""

    brands: list[str]
    p: Floats
    like: AnyFrame

    def build(self, columns: Mapping[str, Array]) -> Table:
        """A small result in the kind of the matrix."""
        return engines.build(columns, self.like)

    def square(self, values: Floats) -> Table:
        """A square of numbers as a table: the brand bought last, and a column per brand."""
        columns = {name: values[:, at] for at, name in enumerate(self.brands)}
        return self.build({LAST: np.array(self.brands, dtype=object), **columns})

    def position(self, brand: str) -> int:
        """Where a brand stands."""
        if brand not in self.brands:
            raise DataError("unknown_brand", brand=brand, brands=shown(self.brands, most=15))
        return self.brands.index(brand)


def read_matrix(matrix: Any) -> Matrix:
    """A matrix whose rows add up to 1, with its brands."""
    if isinstance(matrix, np.ndarray) or (isinstance(matrix, list | tuple) and len(matrix) and _is_row(matrix[0])):
        return _of_array(matrix)
    frame = engines.wrap(matrix)
    columns = engines.collect(frame)
    texts = [name for name, values in columns.items() if values.dtype.kind in "OUST"]
    brands = [name for name in columns if name not in texts]
    if len(texts) > 1 or not brands:
        raise DataError("matrix_columns", columns=shown(columns, most=15))
    p = np.stack([np.asarray(columns[name], dtype=float) for name in brands], axis=1)
    names = [str(name) for name in columns[texts[0]]] if texts else _row_names(matrix, frame, brands)
    if sorted(names) != sorted(brands):
        raise DataError("matrix_brands", rows=shown(names, most=15), columns=shown(brands, most=15))
    order = [names.index(name) for name in brands]
    return Matrix(brands, _checked(p[order], brands), frame)


def _is_row(first: Any) -> bool:
    return isinstance(first, list | tuple | np.ndarray)


def _of_array(matrix: Any) -> Matrix:
    try:
        p = np.asarray(matrix, dtype=float)
    except (TypeError, ValueError):
        p = np.zeros(0)
    if p.ndim != 2 or p.shape[0] != p.shape[1] or not p.size:
        raise DataError("matrix_square")
    letters = string.ascii_uppercase
    brands = [letters[at] if len(p) <= len(letters) else f"B{at + 1}" for at in range(len(p))]
    return Matrix(brands, _checked(p, brands), engines.wrap({"n": [0]}))


def _row_names(native: Any, frame: AnyFrame, brands: list[str]) -> list[str]:
    """The rows of a table without names: by the labels that some kinds have, or else in the order of the columns."""
    labels = getattr(native, "index", None)
    named = [str(label) for label in labels] if labels is not None and not callable(labels) else []
    if sorted(named) == sorted(brands):
        return named
    if not engines.is_eager(frame):
        raise DataError("matrix_unnamed")
    n = len(next(iter(engines.collect(frame).values())))
    return brands if n == len(brands) else [str(at) for at in range(n)]


def _checked(p: Floats, brands: list[str]) -> Floats:
    if not np.isfinite(p).all() or (p < 0).any():
        bad = p[~np.isfinite(p) | (p < 0)]
        raise DataError("matrix_entries", values=shown(bad.tolist()))
    sums = p.sum(axis=1)
    off = np.abs(sums - 1) > _CLOSE
    if off.any():
        at = int(np.flatnonzero(off)[0])
        raise DataError("matrix_rows", brand=brands[at], total=f"{sums[at]:.6g}")
    return np.asarray(p / sums[:, None])
