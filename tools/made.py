"""Files that a tool makes: written, or with `--check` compared."""

from __future__ import annotations

from pathlib import Path


def write_or_check(name: str, path: Path, text: str, arguments: list[str]) -> int:
    """The exit code of `python3 -m tools.NAME [--check]`, which makes `path` say `text`."""
    if "--check" not in arguments:
        path.write_text(text)
        print(f"{name}: wrote {path.name}")
        return 0
    if not path.exists() or path.read_text() != text:
        print(f"{name}: {path.name} is not up to date; run: python3 -m tools.{name}")
        return 1
    print(f"{name}: ok")
    return 0
