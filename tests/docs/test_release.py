"""What says who crmkit is - citation, recipe, workflow, classifiers - says the same as pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Packages that conda calls otherwise.
IN_CONDA = {"duckdb": "python-duckdb", "tzdata": "python-tzdata"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def load(name: str):
    return pytest.importorskip("yaml").safe_load(text(name))


def test_the_citation_is_of_this_version():
    cited = load("CITATION.cff")
    assert cited["version"] == PROJECT["version"]
    assert cited["license"] == PROJECT["license"]
    assert [one["name"] for one in cited["authors"]] == [one["name"] for one in PROJECT["authors"]]
    assert cited["cff-version"] == "1.2.0"


def test_the_conda_recipe_asks_for_what_the_package_asks_for():
    recipe = text(".ci/conda/meta.yaml")
    listed = re.findall(r"^    - (\S+) >=(\S+)$", recipe.split("  run:\n")[1].split("\ntest:")[0], flags=re.MULTILINE)
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["cli"]]  # conda has no extras
    asked = [re.match(r"([\w-]+)>=([\d.]+)", dependency) for dependency in needed]
    assert all(asked)
    wanted = {IN_CONDA.get(found[1], found[1]): found[2] for found in asked if found}
    assert dict(listed) == {"python": PROJECT["requires-python"].removeprefix(">="), **wanted}
    assert f'version: "{PROJECT["version"]}"' in recipe
    assert f"- crmkit = {PROJECT['scripts']['crmkit']}" in recipe


def test_the_workflow_tries_every_python_that_is_promised():
    flow = load(".github/workflows/ci.yml")
    matrix = flow["jobs"]["tests"]["strategy"]["matrix"]
    promised = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]
    assert matrix["python"][: len(promised)] == promised  # and the next one, before it is promised
    assert [one.partition("-")[0] for one in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert flow["permissions"] == {"contents": "read"}


def test_the_workflow_installs_extras_and_runs_files_that_exist():
    lines = re.findall(r"run: (.*)", text(".github/workflows/ci.yml"))
    extras = {extra for line in lines for extra in re.findall(r"\.\[(\w+)\]", line)}
    assert extras == {"test", "dev", "docs"}
    assert extras <= set(PROJECT["optional-dependencies"])
    files = {word for line in lines for word in line.split() if word.startswith(".ci/")}
    assert files
    assert all((ROOT / name).is_file() for name in files)


@pytest.mark.parametrize(
    "name", ["SECURITY.md", "CITATION.cff", "README.md", "README.zh.md", "pyproject.toml", "docs/llms.txt"]
)
def test_no_address_or_contact_is_invented(name):
    """crmkit has no public address yet; its owner writes one here when there is."""
    said = re.sub(r"[\w.]+://user@host\S*|git@\S+", "", text(name))
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", said) == []
    assert re.findall(r"https?://(?:www\.)?(?:git(?:hub|lab)|pypi|crmkit|readthedocs)\S*", said) == []
