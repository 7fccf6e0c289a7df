"""docs/errors.md, made from the table of codes and the rows of docs/errors.d/: `python3 -m tools.errors [--check]`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools.made import write_or_check

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/errors.md"
CODES = "src/base/core/errc.cc"
ROW = re.compile(r'ErrcRow\{Errc::(\w+), "(\w+)", (\d+), (\d+), (true|false)\}')
INTRO = """# Errors

Made by `python3 -m tools.errors` from `src/base/core/errc.cc` and `docs/errors.d/`; CI fails when it is not up to date.

Every failure has a code, which decides what a program does, and a slug, which names the one place and reason for ever. A command
prints `weft: MESSAGE (SLUG)` on stderr and ends with the code's exit code; `-o json` prints
`{"error":{"code":...,"slug":...,"message":...}}`. The HTTP status is that of a response that reports the error; a client of a
component never gets a status below 500 for the component's own failure (except for 404 where nothing answers).

## Codes

| code | HTTP status | exit code | worth another try |
| --- | --- | --- | --- |
"""


def page(root: Path) -> str:
    codes = ROW.findall((root / CODES).read_text())
    lines = [INTRO]
    lines += [f"| `{name}` | {http} | {exit_code} | {'yes' if retry == 'true' else 'no'} |\n"
              for _, name, http, exit_code, retry in codes]
    for source in sorted((root / "docs/errors.d").glob("*.md")):
        lines.append(f"\n## {source.stem}\n\n{source.read_text().strip()}\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(write_or_check("errors", ROOT / PAGE, page(ROOT), sys.argv[1:]))
