"""The pictures of the READMEs, from CDNOW, in both languages: `python docs/_making/pictures.py` draws them anew.

They are kept in the repository, small: 64 colours are enough for bars and letters.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import crmkit as crm

FOLDER = Path(__file__).resolve().parent.parent / "images"


def axes_of(language: str) -> Iterator[tuple[str, Any]]:
    """The pictures, by name, drawn in a language."""
    tx = crm.Transactions(crm.datasets.load_cdnow())
    customers = crm.summarize(tx)
    segments = crm.rfm.segment(crm.rfm.score(customers), scheme="eleven")
    drawn = crm.plotting
    yield "segments", drawn.plot_segments(crm.rfm.describe_segments(segments), language=language)
    yield "lorenz", drawn.plot_lorenz(crm.pyramid.concentration(customers), language=language)
    made = crm.datasets.make_transactions(3000, seed=1, end="2024-06-30").transactions
    cohorts = crm.retention.cohorts(crm.Transactions(made, duplicates="drop"), period="quarter")
    yield "cohorts", drawn.plot_cohorts(cohorts, language=language)


def main() -> None:
    """Draw and store them."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from PIL import Image

    FOLDER.mkdir(exist_ok=True)
    for language in ("en", "zh"):
        for name, axes in axes_of(language):
            drawn = io.BytesIO()
            axes.figure.savefig(drawn, dpi=110, bbox_inches="tight")
            pyplot.close("all")
            picture = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
            picture.save(FOLDER / f"{name}_{language}.png", optimize=True)


if __name__ == "__main__":
    main()
