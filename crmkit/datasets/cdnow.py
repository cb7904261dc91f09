"""CDNOW: all purchases of the customers who first bought at an online music shop in early 1997.

The field's standard data set, and the table of `crmkit demo`. It is not part of crmkit: the two text files
are read where the package `lifetimes` installed them.

Sources: Fader & Hardie (2001), Forecasting repeat sales at CDNOW: a case study, Interfaces 31(3/2),
S94-S107; Hardie & Fader (2013), Notes on the CDNOW master data set, http://brucehardie.com/notes/026/.
Licence: `lifetimes` is under the MIT licence. The files in it are those that Bruce Hardie offers at
http://brucehardie.com/datasets/; we know of no licence terms there. Cite the 2001 paper.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crmkit.errors import InputFileError, MissingPackageError

if TYPE_CHECKING:
    import pandas as pd

# Columns of the two files, in their order. The sample carries its own ids 1..2357 beside those of the master.
MASTER_COLUMNS = ("customer_id", "date", "quantity", "amount")
SAMPLE_COLUMNS = ("customer_id", "sample_id", "date", "quantity", "amount")


def load_cdnow(sample: bool = False) -> pd.DataFrame:
    """Every purchase of the CDNOW cohort, 1997-01-01 to 1998-06-30 (Fader & Hardie 2001).

    The rows are the file's rows, in its order: nothing is merged, dropped or filled in. The master file has
    80 rows of amount 0 and 255 rows that repeat another row exactly; a customer may have several rows on a day.

    Parameters
    ----------
    sample : bool, default False
        False: the master file, 69,659 rows of 23,570 customers. True: the tenth of it that most papers
        use, 6,919 rows of 2,357 customers.

    Returns
    -------
    pandas.DataFrame, one row per purchase
        `customer_id` (int; the id of the master file, also for the sample, so the two can be joined), `date`
        (datetime64, days), `quantity` (int, CDs bought), `amount` (float, US dollars).

    Raises
    ------
    MissingPackageError
        The package `lifetimes`, which carries the files, is not installed.
    InputFileError
        `lifetimes` is installed without the file, or the file cannot be read.

    Notes
    -----
    Source and licence: see the top of this module. The package `lifetimes` itself is not imported.

    Examples
    --------
    >>> load_cdnow(sample=True).head(3)
       customer_id       date  quantity  amount
    0            4 1997-01-01         2   29.33
    1            4 1997-01-18         2   29.73
    2            4 1997-08-02         1   14.96
    """
    if sample:
        return _read(_find("CDNOW_sample.txt"), SAMPLE_COLUMNS, header_lines=0)
    return _read(_find("CDNOW_master.txt"), MASTER_COLUMNS, header_lines=1)


def _find(name: str) -> Path:
    """Path of a data file of the installed `lifetimes`; looked up, because importing it is slow and warns."""
    package = find_spec("lifetimes")
    if package is None:
        raise MissingPackageError("datasets_cdnow_data_come_package", name=name)
    for folder in package.submodule_search_locations or []:
        path = Path(folder) / "datasets" / name
        if path.is_file():
            return path
    raise InputFileError("datasets_package_lifetimes_installed_but", name=name)


def _read(path: Path, columns: tuple[str, ...], *, header_lines: int) -> pd.DataFrame:
    """Rows of a file whose columns are separated by a varying number of blanks."""
    import pandas as pd

    try:
        rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()[header_lines:]]
        # Strict: a row with a field too many or too few is an error, and so is a file without rows.
        text = dict(zip(columns, zip(*rows, strict=True), strict=True))
        return pd.DataFrame(
            {
                "customer_id": np.array(text["customer_id"]).astype(np.int64),
                # The same unit of time whatever the version of pandas.
                "date": pd.to_datetime(list(text["date"]), format="%Y%m%d").astype("datetime64[us]"),
                "quantity": np.array(text["quantity"]).astype(np.int64),
                "amount": np.array(text["amount"]).astype(np.float64),
            }
        )
    except (OSError, ValueError) as problem:
        raise InputFileError("datasets_cannot_read_cdnow_file", path=path, problem=problem) from problem
