"""The source tree as the checks see it: files, their text, their includes."""

from __future__ import annotations

import argparse
import functools
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, and a sentence with cause and remedy."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.text}"


@dataclass(frozen=True)
class Include:
    """One #include line. `name` is as written; quoted ones are paths from src/."""

    name: str
    quoted: bool
    line: int


class Tree:
    """A checkout. Paths are strings relative to its root, with forward slashes."""

    def __init__(self, root: Path):
        self.root = root

    def sources(self, *folders: str, suffixes: tuple[str, ...] = (".h", ".cc")) -> list[str]:
        """Every source file under the folders, sorted; a folder that is absent has none."""
        found = []
        for folder in folders:
            for path in (self.root / folder).rglob("*"):
                if path.suffix in suffixes and path.is_file():
                    found.append(path.relative_to(self.root).as_posix())
        return sorted(found)

    def tracked(self) -> list[str]:
        """What git holds or would add."""
        command = ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        return sorted(path for path in listing.split("\0") if path and (self.root / path).is_file())

    @functools.lru_cache(maxsize=None)
    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def exists(self, path: str) -> bool:
        return (self.root / path).is_file()

    @functools.lru_cache(maxsize=None)
    def code(self, path: str) -> str:
        """The text with comments blanked; lines and columns stay."""
        return COMMENT_OR_LITERAL.sub(_blank_comment, self.text(path))

    @functools.lru_cache(maxsize=None)
    def includes(self, path: str) -> tuple[Include, ...]:
        code = self.code(path)
        return tuple(
            Include(match[1] or match[2], match[1] is not None, line_of(code, match.start()))
            for match in INCLUDE.finditer(code)
        )

    def resolve(self, include: Include) -> str | None:
        """The project file a quoted include means, or None."""
        if not include.quoted:
            return None
        for folder in ("src", "engine-rs/include"):
            if self.exists(f"{folder}/{include.name}"):
                return f"{folder}/{include.name}"
        return None

    def closure(self, path: str) -> list[str]:
        """The file and every project header it reaches, sorted."""
        seen = {path}
        waiting = [path]
        while waiting:
            for include in self.includes(waiting.pop()):
                target = self.resolve(include)
                if target and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return sorted(seen)


def _blank_comment(match: re.Match[str]) -> str:
    if not match[0].startswith("/"):
        return match[0]
    return re.sub(r"[^\n]", " ", match[0])


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def closing(text: str, opening: int) -> int:
    """The offset of the bracket that closes the one at `opening`, or -1."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    stack = []
    for position in range(opening, len(text)):
        character = text[position]
        if character in pairs:
            stack.append(pairs[character])
        elif stack and character == stack[-1]:
            stack.pop()
            if not stack:
                return position
    return -1


def without_literals(code: str) -> str:
    """Code with string and character literals emptied; offsets stay."""
    return COMMENT_OR_LITERAL.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), code)


def is_test(path: str) -> bool:
    return path.endswith("_test.cc")


def run(name: str, check: Callable[[Tree], Iterable[Finding]]) -> None:
    """The main function of a check: prints the findings, ends the process with 1 if there are any."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    tree = Tree(parser.parse_args().root)
    findings = list(check(tree))
    for finding in findings:
        print(finding)
    print(f"{name}: {len(findings)} findings" if findings else f"{name}: ok")
    sys.exit(1 if findings else 0)
