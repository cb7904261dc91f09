"""`to_dbt`: the same query as a model of dbt, with its description and its tests."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkit import _checks, labels, rfm
from crmkit._frame import outputs
from crmkit._types import Duration
from crmkit.errors import ArgumentError
from crmkit.sql import _dialects
from crmkit.sql._frozen import frozen_of
from crmkit.sql._text import Query
from crmkit.sql.queries import DIALECTS

SCORES = ("r_score", "f_score", "m_score")
AMOUNTS = ("expected_purchases", "discounted_purchases", "expected_spend")


@dataclass(frozen=True, slots=True)
class DbtModel:
    """A model of dbt; made by `to_dbt`.

    Attributes
    ----------
    name : str
        Of the model.
    sql : str
        The model itself: models/NAME.sql.
    schema : str
        Descriptions and tests of its columns: models/NAME.yml.
    check : str
        A test of the whole rows, which finds those that cannot be: tests/NAME_holds.sql.
    """

    name: str
    sql: str
    schema: str
    check: str

    def write(self, folder: str | Path) -> list[Path]:
        """Write the three files into a project of dbt; existing ones are replaced.

        Raises
        ------
        InputFileError
            A file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as project:
        ...     [path.name for path in DbtModel("scored", "SELECT 1", "version: 2", "SELECT 1").write(project)]
        ['scored.sql', 'scored.yml', 'scored_holds.sql']
        """
        parts = {f"models/{self.name}.sql": self.sql, f"models/{self.name}.yml": self.schema}
        written = []
        for part, text in {**parts, f"tests/{self.name}_holds.sql": self.check}.items():
            path = Path(folder) / part
            outputs.folder_of(path.parent)
            outputs.write_text(text, path)
            written.append(path)
        return written


def to_dbt(
    fitted: Any,
    *,
    name: str = "scored_customers",
    dialect: str = "duckdb",
    table: str = "customers",
    scheme: str | rfm.Rules = "eleven",
    horizon: Duration = "52W",
    discount_rate: float = 0.1,
    margin_rate: float = 1.0,
    customer: str = "customer_id",
) -> DbtModel:
    r"""Write the query of `to_sql` as a model of dbt, with tests of its columns and rows.

    Parameters
    ----------
    fitted, dialect, scheme, horizon, discount_rate, margin_rate, customer
        As for `to_sql`.
    name : str, default "scored_customers"
        Of the new model.
    table : str, default "customers"
        The model of dbt that it reads, by ``ref``: one row per customer, with the columns of `crmkit.summarize`.

    Returns
    -------
    DbtModel
        `sql`, `schema` (tests: ids are there and unique, scores, segments and tiers are known ones) and `check` (a test
        that finds rows with probabilities outside 0 to 1 or amounts below 0); ``write(folder)`` puts them into a
        project.

    Raises
    ------
    ArgumentError, DataError, ColumnError
        As `to_sql`; or `name` is not made of letters, digits and underscores.

    Examples
    --------
    >>> import crmkit as crm
    >>> scorer = crm.rfm.Scorer(bins=2).fit({"recency": [3, 40], "frequency": [5, 1], "monetary": [90.5, 10]})
    >>> model = to_dbt(scorer, scheme="eight")
    >>> "FROM {{ ref('customers') }}" in model.sql
    True
    >>> print(*model.schema.splitlines()[5:9], sep="\n")
          - name: "customer_id"
            description: "customer / 客户编号"
            data_tests:
              - not_null
    """
    written = _dialects.DIALECTS[_checks.choice("dialect", dialect, DIALECTS)]
    for argument, value in {"name": name, "table": table}.items():
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_]\w*", value, re.ASCII):
            raise ArgumentError(argument, value, "sql_model_name")
    rate = _checks.share("margin_rate", margin_rate)
    frozen = frozen_of(fitted, scheme, horizon, discount_rate)
    query = Query(written, f"{{{{ ref('{table}') }}}}", customer, frozen, rate)
    config = "{{ config(materialized='table') }}\n"
    return DbtModel(name, config + query.text(), _schema(name, query), _check(name, query))


def _schema(name: str, query: Query) -> str:
    """Descriptions in both languages, and the tests that dbt brings."""
    frozen = query.frozen
    known: dict[str, list[Any]] = {}
    if frozen.scores is not None:
        known = {score: list(range(1, frozen.scores.levels + 1)) for score in SCORES}
    if frozen.segments:
        known["segment"] = list(dict.fromkeys(segment for segment, _ in frozen.segments))
    if frozen.tiers:
        known["tier"] = [tier.name for tier in frozen.tiers]
    said = " / ".join(
        labels.phrase("sql_dbt_model", language, columns=", ".join(labels.texts(query.columns, language)))
        for language in ("en", "zh")
    )
    lines = ["version: 2", "models:", f"  - name: {_yaml(name)}", f"    description: {_yaml(said)}", "    columns:"]
    for column in query.columns:
        key = "customer_id" if column == query.customer else column
        lines += [f"      - name: {_yaml(column)}", f"        description: {_yaml(_words(key))}"]
        if key == "customer_id":
            lines += ["        data_tests:", "          - not_null", "          - unique"]
        elif column in known:
            quoted = "true" if isinstance(known[column][0], str) else "false"
            lines += ["        data_tests:", "          - not_null", "          - accepted_values:",
                      "              arguments:", f"                values: {_yaml(known[column])}",
                      f"                quote: {quoted}"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _words(column: str) -> str:
    return " / ".join(dict.fromkeys(labels.text(column, language) for language in ("en", "zh")))


def _yaml(value: Any) -> str:
    """A value as YAML takes it, which takes JSON."""
    return json.dumps(value, ensure_ascii=False)


def _check(name: str, query: Query) -> str:
    """A query that finds rows which cannot be."""
    quoted = query.dialect.identifier
    tests = [f"{quoted(column)} < 0" for column in AMOUNTS if column in query.columns]
    if "p_alive" in query.columns:
        tests.insert(0, f"{quoted('p_alive')} NOT BETWEEN 0 AND 1")
    if query.frozen.scores is not None:
        total = " + ".join(map(quoted, SCORES))
        tests.insert(0, f"{quoted('rfm_sum')} <> {total}")
    said = " / ".join(labels.text("sql_dbt_check", language) for language in ("en", "zh"))
    where = " OR ".join(tests) if tests else f"{quoted(query.customer)} IS NULL"
    return f"-- {said}\nSELECT *\nFROM {{{{ ref('{name}') }}}}\nWHERE {where}\n"
