"""Every event in src/ has a row in docs/reference/events.md, and every row an event: `python3 -m tools.events`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.tree import Finding, Tree, is_test, line_of, run

PAGE = "docs/reference/events.md"
NAME = r'"([a-z][a-z0-9_]*\.[a-z0-9]+_[a-z0-9_]+)"'
# `log.warn("a.b_c"`, `log->write(Level::warn, "a.b_c"`, `Event{time, Level::warn, "a.b_c"`.
USES = [
    re.compile(r"\blog_?(?:\.|->)(?:error|warn|info|debug)\(\s*" + NAME),
    re.compile(r"\bLevel::\w+,\s*" + NAME),
    re.compile(r"\bwrite\(level,\s*" + NAME),
]
ROW = re.compile(r"^\|\s*`([^`|]+)`\s*\|")


def check(tree: Tree) -> Iterator[Finding]:
    used = dict(_events_of_sources(tree))
    rows = {}
    for number, line in enumerate(tree.text(PAGE).splitlines(), start=1):
        if match := ROW.match(line):
            rows[match[1]] = number
    for name, place in sorted(used.items()):
        if name not in rows:
            yield Finding(place.path, place.line, f"event '{name}' has no row in {PAGE}")
    for name, number in sorted(rows.items()):
        if name not in used:
            yield Finding(PAGE, number, f"event '{name}' is nowhere in src/; remove its row")


def _events_of_sources(tree: Tree) -> Iterator[tuple[str, Finding]]:
    for path in tree.sources("src", suffixes=(".h", ".cc")):
        if is_test(path):
            continue
        code = tree.code(path)
        for pattern in USES:
            for match in pattern.finditer(code):
                yield match[1], Finding(path, line_of(code, match.start(1)), match[1])


if __name__ == "__main__":
    run("events", check)
