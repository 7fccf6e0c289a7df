"""The layer table as values."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """A folder under src/. `path` is the real one: a pattern's `*` is already replaced."""

    path: str
    number: int

    def may_include(self, other: Module) -> bool:
        """Lower numbers, itself, and the module it stands in."""
        return other.path == self.path or other.number < self.number or self.path.startswith(f"{other.path}/")


@dataclass(frozen=True)
class Row:
    """One module as the table has it; `path` may be a pattern. A planned one has no folder yet."""

    path: str
    number: int
    charter: str
    planned: bool


@dataclass(frozen=True)
class Library:
    """Headers from outside that stay in .cc files unless `in_headers`, and in `modules` if there are any."""

    headers: tuple[str, ...]
    modules: tuple[str, ...]
    in_headers: bool
    reason: str


class Table:
    """Raises ValueError with a sentence when the table contradicts itself."""

    def __init__(self, text: str):
        data = tomllib.loads(text)
        self.layers: dict[str, str] = {layer["name"]: layer.get("charter", "") for layer in data["layer"]}
        self.rows = [
            Row(row["path"], row["number"], row.get("charter", ""), row.get("planned", False)) for row in data["module"]
        ]
        self.libraries = [
            Library(tuple(row["headers"]), tuple(row.get("modules", ())), row.get("in_headers", False), row["reason"])
            for row in data.get("library", [])
        ]
        self.unused: dict[str, str] = {row["path"]: row["reason"] for row in data.get("unused", [])}
        self._check()

    @classmethod
    def read(cls, path: Path | None = None) -> Table:
        return cls((path or Path(__file__).with_name("table.toml")).read_text(encoding="utf-8"))

    def module_of(self, path: str) -> Module | None:
        """The module of a file named from src/: the longest row that fits its folder."""
        folders = path.split("/")[:-1]
        for length in range(len(folders), 0, -1):
            prefix = "/".join(folders[:length])
            for row in self.rows:
                if row.path.count("/") == length - 1 and fnmatch.fnmatchcase(prefix, row.path):
                    return Module(prefix, row.number)
        return None

    def library_of(self, header: str) -> Library | None:
        """The first row that fits a header's name."""
        for library in self.libraries:
            if header.startswith(library.headers):
                return library
        return None

    def _check(self) -> None:
        highest = -1
        layer_before = -1
        names = list(self.layers)
        for row in sorted(self.rows, key=lambda row: (row.number, row.path)):
            name = row.path.split("/")[0]
            if name not in names:
                raise ValueError(f"module '{row.path}' stands in no layer of the table")
            layer = names.index(name)
            if layer < layer_before and row.number > highest:
                raise ValueError(f"module '{row.path}' has a higher number than a module of a higher layer")
            layer_before, highest = max(layer, layer_before), row.number
