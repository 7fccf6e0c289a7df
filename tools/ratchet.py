"""Limits on the size of files: `python3 -m tools.ratchet`. Longer files are listed in ratchet.toml and may only shrink."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.tree import Finding, Tree, is_test, run

LIMITS = {".h": 400, ".cc": 700, ".rs": 700, ".py": 700, ".sh": 400}
TEST_LIMIT = 900
MEDIAN_LIMIT = 150
RUST_LIMIT = 9300
FOLDERS = ("src", "engine-rs/src", "engine-rs/include", "include", "tests", "fuzz", "bench", "tools")


def length(tree: Tree, path: str) -> int:
    return tree.text(path).count("\n")


def limit_of(path: str) -> int:
    return TEST_LIMIT if is_test(path) or path.startswith("tests/") else LIMITS[Path(path).suffix]


def check(tree: Tree, known: dict[str, int] | None = None) -> Iterator[Finding]:
    if known is None:
        known = tomllib.loads((Path(__file__).with_name("ratchet.toml")).read_text(encoding="utf-8"))
    files = {path: length(tree, path) for path in tree.sources(*FOLDERS, suffixes=tuple(LIMITS))}
    for path, lines in files.items():
        limit = known.get(path, limit_of(path))
        if lines > limit:
            yield Finding(path, 0, f"{lines} lines, limit {limit}; split it by concept")
        elif path in known and lines <= limit_of(path):
            yield Finding(path, 0, f"{lines} lines is within the limit; remove it from tools/ratchet.toml")
        elif path in known and lines < limit:
            yield Finding(path, 0, f"{lines} lines, was {limit}; lower its number in tools/ratchet.toml")
    for path in sorted(known.keys() - files.keys()):
        yield Finding(path, 0, "it is gone; remove it from tools/ratchet.toml")
    yield from _check_whole(files)


def _check_whole(files: dict[str, int]) -> Iterator[Finding]:
    sources = [lines for path, lines in files.items() if path.endswith((".h", ".cc", ".rs"))]
    median = statistics.median(sources) if sources else 0
    rust = sum(lines for path, lines in files.items() if path.startswith("engine-rs/src/") and "/tests/" not in path)
    print(f"ratchet: {len(sources)} source files, median {median:.0f} lines (limit {MEDIAN_LIMIT}), "
          f"engine-rs {rust} lines without tests (limit {RUST_LIMIT})")
    if median > MEDIAN_LIMIT:
        yield Finding("src", 0, f"the median source file has {median:.0f} lines, limit {MEDIAN_LIMIT}; split by concept")
    if rust > RUST_LIMIT:
        yield Finding("engine-rs/src", 0, f"{rust} lines of Rust, limit {RUST_LIMIT}; what decides something is C++")


if __name__ == "__main__":
    run("ratchet", check)
