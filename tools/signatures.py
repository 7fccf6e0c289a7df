"""Nothing borrowed enters a task: `python3 -m tools.signatures`. A coroutine outlives its caller's statement, so its
parameters arrive by value; clang-tidy finds references, this finds views, spans and iterators as well, and virtual
functions that return a task. A line with `borrows:` and a reason beside the parameter allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.tree import Finding, Tree, closing, is_test, line_of, run, without_literals

TASK = re.compile(r"\bTask<")
NAME = re.compile(r"\s*(?:[A-Za-z_]\w*::)*([A-Za-z_]\w*)\s*\(")
BORROWED = re.compile(r"&|\b(?:string_view|BytesView|span|\w*iterator)\b")


def check(tree: Tree) -> Iterator[Finding]:
    for path in tree.sources("src"):
        if is_test(path):
            continue
        lines = tree.text(path).splitlines()
        for name, parameter, offset in borrowed_parameters(without_literals(tree.code(path))):
            line = line_of(tree.text(path), offset)
            if not any("borrows:" in text for text in lines[max(0, line - 2) : line]):
                yield Finding(path, line, f"task '{name}' borrows '{parameter}'; take it by value, or a pointer with its owner named")


def borrowed_parameters(code: str) -> Iterator[tuple[str, str, int]]:
    """Function, parameter and offset of each parameter of a task that does not own its value."""
    for match in TASK.finditer(code):
        name = NAME.match(code, _after_angle(code, match.end()))
        if not name or name[1] in ("operator", "requires"):
            continue
        end = closing(code, name.end() - 1)
        for start, parameter in _split(code, name.end(), end):
            if BORROWED.search(_outside_angles(parameter)):
                yield name[1], " ".join(parameter.split()), start


def _after_angle(code: str, position: int) -> int:
    depth = 1
    while depth and position < len(code):
        depth += {"<": 1, ">": -1}.get(code[position], 0)
        position += 1
    return position


def _split(code: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    depth = 0
    begin = start
    for position in range(start, end):
        depth += {"<": 1, "(": 1, "{": 1, ">": -1, ")": -1, "}": -1}.get(code[position], 0)
        if code[position] == "," and depth == 0:
            yield begin, code[begin:position]
            begin = position + 1
    yield begin + (len(code[begin:end]) - len(code[begin:end].lstrip())), code[begin:end]


def _outside_angles(parameter: str) -> str:
    """The parameter with the arguments of templates and defaults dropped: `std::span<int> x` keeps `std::span`."""
    kept = []
    depth = 0
    for character in parameter.split("=")[0]:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if depth == 0:
            kept.append(character)
    return "".join(kept)


if __name__ == "__main__":
    run("signatures", check)
