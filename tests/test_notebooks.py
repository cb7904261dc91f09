"""The lessons run from top to bottom, their checks hold, and both languages teach the same.

How to change a lesson: edit it in Jupyter and *run all* before committing, because lessons are kept with their outputs.
What is kept true are the checks in the cells, by running them here. Change both languages together: their code may
differ in comments and in the line `language = "..."` only.
"""

import ast
import itertools
import os
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")

FOLDER = Path(__file__).parent.parent / "notebooks"
LESSONS = sorted(FOLDER.glob("*.ipynb"))
NAMES = [path.stem for path in LESSONS]
TOPICS = (
    "01_first_steps", "02_rfm", "03_pyramid", "04_lifetime_value", "05_one_customer_base", "06_retention", "07_loyalty",
    "08_baskets", "09_equity_and_audit", "10_solutions", "11_laptop_to_spark", "own_data",
)  # fmt: skip
IMPORTS = (
    "import crmkit as crm", "import numpy as np", "import pandas as pd",
    "from pyspark.sql import SparkSession",  # a session is the user's own: crmkit starts none
)  # fmt: skip
LIMIT = 300  # seconds for one cell, on a slow and busy machine


def read(path):
    return nbformat.read(path, as_version=4)


def code_of(notebook):
    """What the code cells do: comments left out, the language set to one value."""
    cells = [ast.parse(cell.source.replace(";\n", "\n")) for cell in notebook.cells if cell.cell_type == "code"]
    for node in itertools.chain.from_iterable(map(ast.walk, cells)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "language":
            node.value = ast.Constant("any")
    return [ast.unparse(cell) for cell in cells]


def test_there_are_all_lessons_in_two_languages():
    assert [f"{topic}_{language}" for topic in TOPICS for language in ("en", "zh")] == NAMES


@pytest.mark.notebook
@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_runs_and_its_checks_hold(path, tmp_path, monkeypatch):
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")  # the kernel of this environment, not one of the user's
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = read(path)
    place = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=LIMIT, kernel_name="python3", resources=place).execute()
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.spark
def test_the_checks_of_lesson_eleven_hold_on_spark(spark, tmp_path):
    lesson = read(FOLDER / "11_laptop_to_spark_en.ipynb")
    source = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "code")
    changes = {
        "with_spark = False": "with_spark = True",
        '"cdnow_sample.parquet"': repr(str(tmp_path / "sales.parquet")),
        "spark.stop()": "pass",  # the session is that of the other tests
    }
    for old, new in changes.items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    exec(compile(source, "lesson 11", "exec"), {})


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_have_the_same_code(topic):
    english, chinese = (read(FOLDER / f"{topic}_{language}.ipynb") for language in ("en", "zh"))
    assert code_of(english) == code_of(chinese)
    assert [cell.cell_type for cell in english.cells] == [cell.cell_type for cell in chinese.cells]


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_speaks_its_language(path):
    notebook = read(path)
    language = path.stem[-2:]
    assert sum(f'language = "{language}"' in cell.source for cell in notebook.cells) == 1
    for cell in notebook.cells:
        has_chinese = any("\u4e00" <= character <= "\u9fff" for character in cell.source)
        if cell.cell_type == "markdown" or cell.source.startswith("#"):
            assert has_chinese == (language == "zh"), cell.source


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_is_stored_as_it_should_be_and_has_checks(path):
    notebook = read(path)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert sum("assert" in cell.source for cell in code) >= (
        1 if path.stem.startswith("own_data") else 6
    )  # that is a form, not a lesson
    assert max(cell.source.count("\n") for cell in code) < 25


@pytest.mark.parametrize("path", LESSONS, ids=NAMES)
def test_a_lesson_uses_public_names_only(path):
    source = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_"), node.attr
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            assert ast.unparse(node) in IMPORTS
