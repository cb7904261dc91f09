"""Check a built wheel: pure Python, typed, the package and nothing else, the licence in it.

python .ci/wheel.py dist
"""

import sys
import zipfile
from pathlib import Path


def problems(wheel: Path) -> list[str]:
    """What is wrong with the wheel; nothing, as a rule."""
    files = zipfile.ZipFile(wheel).namelist()
    checks = {
        "is not pure (py3-none-any)": wheel.name.endswith("-py3-none-any.whl"),
        "lacks crmkit/py.typed": "crmkit/py.typed" in files,
        "lacks the licence": any(name.endswith("licenses/LICENSE") for name in files),
        "lacks the command line": "crmkit/cli/__init__.py" in files,
        "has more than the package": all(name.split("/")[0].split("-")[0] == "crmkit" for name in files),
    }
    return [what for what, fine in checks.items() if not fine]


def main(folder: str) -> None:
    wheels = list(Path(folder).glob("*.whl"))
    if len(wheels) != 1:
        raise SystemExit(f"{folder} has {len(wheels)} wheels, not one")
    found = problems(wheels[0])
    if found:
        raise SystemExit(f"{wheels[0].name} {'; '.join(found)}")
    print(f"{wheels[0].name}: {wheels[0].stat().st_size / 1024:.0f} kB, fine")


if __name__ == "__main__":
    main(sys.argv[1])
