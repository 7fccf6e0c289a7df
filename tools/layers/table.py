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
        self.layers: list[str] = [layer["name"] for layer in data["layer"]]
        self._patterns: list[tuple[str, int]] = [(module["path"], module["number"]) for module in data["module"]]
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
            for pattern, number in self._patterns:
                if pattern.count("/") == length - 1 and fnmatch.fnmatchcase(prefix, pattern):
                    return Module(prefix, number)
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
        for path, number in sorted(self._patterns, key=lambda row: (row[1], row[0])):
            name = path.split("/")[0]
            if name not in self.layers:
                raise ValueError(f"module '{path}' stands in no layer of the table")
            layer = self.layers.index(name)
            if layer < layer_before and number > highest:
                raise ValueError(f"module '{path}' has a higher number than a module of a higher layer")
            layer_before, highest = max(layer, layer_before), number
