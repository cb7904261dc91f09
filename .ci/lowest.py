"""Print pip constraints that pin every requirement of pyproject.toml to its lowest version.

    python .ci/lowest.py > lowest.txt && pip install -c lowest.txt -e ".[...]"

A bound that nobody installs is a guess: `.ci/run` installs these and runs the core tests.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def lowest(requirements: list[str]) -> list[str]:
    """`name>=version` as `name==version`, with or without `,<version`; extras of the project itself pin nothing.

    Any other form is an error: a requirement without a lowest version cannot be tested with it.
    """
    pins = []
    for requirement in requirements:
        if requirement.startswith("crmkit["):
            continue
        found = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\w.]+)(?:,<[\w.]+)?", requirement)
        if found is None:
            raise SystemExit(f"pyproject.toml: {requirement!r} is not of the form name>=version")
        pins.append(f"{found[1]}=={found[2]}")
    return pins


def main() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    listed = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    print("\n".join(sorted(set(lowest(listed)))))


if __name__ == "__main__":
    main()
