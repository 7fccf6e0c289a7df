"""C++ for the interfaces of wit/, in src/platform/capability/wit: `python3 -m tools.wit [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.wit.cpp import files
from tools.wit.model import WitError
from tools.wit.parse import parse
from tools.wit.resolve import Library

ROOT = Path(__file__).resolve().parent.parent.parent
OUTPUT = "src/platform/capability/wit"


def library_of(root: Path) -> Library:
    paths = sorted((root / "wit").rglob("*.wit"))
    return Library([parse(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in paths])


def differences(root: Path, made: dict[str, str]) -> list[str]:
    """The files whose text is not what was made, and those that nothing makes."""
    there = {path.name: path.read_text(encoding="utf-8") for path in (root / OUTPUT).glob("*.[ch]*")}
    return sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))


def write(root: Path, made: dict[str, str], names: list[str]) -> None:
    (root / OUTPUT).mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in made:
            (root / OUTPUT / name).write_text(made[name], encoding="utf-8")
        else:
            (root / OUTPUT / name).unlink()


def main(root: Path, arguments: list[str]) -> int:
    try:
        made = files(library_of(root))
    except WitError as error:
        print(f"wit: {error}")
        return 1
    names = differences(root, made)
    if "--check" in arguments:
        for name in names:
            print(f"{OUTPUT}/{name}: it is not what wit/ says; run: python3 -m tools.wit")
        print(f"wit: {len(names)} files are not up to date" if names else "wit: ok")
        return 1 if names else 0
    write(root, made, names)
    print(f"wit: {len(made)} files, {len(names)} of them changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1:]))
