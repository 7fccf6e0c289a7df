"""Every slug in src/ has a row in docs/errors.d/, and every row a slug: `python3 -m tools.slugs`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.tree import Finding, Tree, closing, is_test, line_of, run

SLUG = r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"'
# `Errc::denied, "a.b"` in calls and tables; `Slug("a.b")`, `Slug name = "a.b"`, `constexpr Slug name{"a.b"}`.
DIRECT = [re.compile(r"\bErrc::\w+\s*,\s*" + SLUG), re.compile(r"\bSlug\b[^;\"]{0,60}?" + SLUG)]
FAIL = re.compile(r"\bfail\s*\(")
LITERAL = re.compile(SLUG)
ROW = re.compile(r"^\|\s*`([^`|]+)`\s*\|(.*)\|(.*)\|\s*$")
HEADER = ("| slug | cause | remedy |", "| --- | --- | --- |")


def check(tree: Tree) -> Iterator[Finding]:
    used, literals = _slugs_of_sources(tree)
    rows: dict[str, Finding] = {}
    for path in tree.sources("docs/errors.d", suffixes=(".md",)):
        for finding in _read_rows(tree, path, rows):
            yield finding
    for slug, place in sorted(used.items()):
        if slug not in rows:
            yield Finding(place.path, place.line, f"slug '{slug}' has no row in docs/errors.d/; add its cause and remedy")
    for slug, place in sorted(rows.items()):
        if slug not in literals:
            yield Finding(place.path, place.line, f"slug '{slug}' is nowhere in src/; remove its row")


def slugs_in(code: str) -> Iterator[tuple[str, int]]:
    """The slugs that code fails with, and their lines."""
    for pattern in DIRECT:
        for match in pattern.finditer(code):
            yield match[1], line_of(code, match.start(1))
    for match in FAIL.finditer(code):
        end = closing(code, match.end() - 1)
        comma = _second_argument(code, match.end(), end)
        slug = re.compile(r"\s*" + SLUG).match(code, comma) if comma else None
        if slug:
            yield slug[1], line_of(code, slug.start(1))


def _second_argument(code: str, start: int, end: int) -> int | None:
    position = start
    while position < end:
        if code[position] in "({[":
            position = closing(code, position)
            if position < 0:
                return None
        elif code[position] == ",":
            return position + 1
        position += 1
    return None


def _slugs_of_sources(tree: Tree) -> tuple[dict[str, Finding], set[str]]:
    """Slugs that src/ fails with, each with its first place, and every literal that looks like one."""
    used: dict[str, Finding] = {}
    literals: set[str] = set()
    for path in tree.sources("src", "engine-rs/src", suffixes=(".h", ".cc", ".rs")):
        if is_test(path):
            continue
        code = tree.code(path)
        literals.update(LITERAL.findall(code))
        for slug, line in slugs_in(code):
            used.setdefault(slug, Finding(path, line, slug))
    return used, literals


def _read_rows(tree: Tree, path: str, rows: dict[str, Finding]) -> Iterator[Finding]:
    lines = tree.text(path).splitlines()
    if tuple(lines[:2]) != HEADER:
        yield Finding(path, 1, f"begin with '{HEADER[0]}' and '{HEADER[1]}'")
    for number, line in enumerate(lines[2:], start=3):
        match = ROW.match(line)
        if not match:
            yield Finding(path, number, "every line is a row: | `area.noun_reason` | cause | remedy |")
            continue
        slug, cause, remedy = match[1], match[2].strip(), match[3].strip()
        if not cause or not remedy:
            yield Finding(path, number, f"slug '{slug}' lacks a cause or a remedy")
        if slug in rows:
            yield Finding(path, number, f"slug '{slug}' has a row already: {rows[slug].path}:{rows[slug].line}")
        rows.setdefault(slug, Finding(path, number, slug))


if __name__ == "__main__":
    run("slugs", check)
