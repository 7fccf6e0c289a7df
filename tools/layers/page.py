"""The table of layers and modules in docs/ARCHITECTURE.md, made from table.toml: `python3 -m tools.layers.page [--check]`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tools.layers.table import Table
from tools.made import write_or_check

PAGE = Path(__file__).resolve().parent.parent.parent / "docs/ARCHITECTURE.md"
BEGIN = "<!-- Made by `python3 -m tools.layers.page` from tools/layers/table.toml. -->\n"
END = "<!-- End of what is made. -->\n"


def table_of(table: Table) -> str:
    """Layers and modules from the lowest up, then the names of those that are planned."""
    lines = ["| layer | number | module | what it is |", "| --- | --- | --- | --- |"]
    for layer, charter in table.layers.items():
        lines.append(f"| `{layer}/` | | | {charter} |")
        lines += [
            f"| | {row.number} | `{row.path.removeprefix(layer + '/')}` | {row.charter} |"
            for row in table.rows
            if row.path.startswith(f"{layer}/") and not row.planned
        ]
    planned = ", ".join(f"`{row.path}`" for row in table.rows if row.planned)
    return "\n".join(lines) + (f"\n\nPlanned: {planned}.\n" if planned else "\n")


def page(text: str, table: Table) -> str:
    """The page with the part between the two marks made anew. Raises ValueError when it has no marks."""
    made, count = re.subn(
        re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: BEGIN + table_of(table) + END, text, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(f"{PAGE.name} has no single part between '{BEGIN.strip()}' and '{END.strip()}'")
    return made


if __name__ == "__main__":
    sys.exit(write_or_check("layers.page", PAGE, page(PAGE.read_text(), Table.read()), sys.argv[1:]))
