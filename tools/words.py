"""What no tracked file may say: `python3 -m tools.words`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.tree import Finding, Tree, line_of, run

BYTES_MAX = 1 << 20
RULES = [
    (re.compile(r"(?<![\w.$}])/(?:work|root|home/\w+|Users/\w+)/"), "names a folder of one machine; write it relative"),
    (re.compile(r"\b(?:static|index)\.crates\.io|\bproxy\.golang\.org|\bregistry\.npmjs\.org|\bdeb\.debian\.org"
                r"|\bpypi\.org|\bpythonhosted\.org"), "names a package registry; the machine's own configuration does"),
    (re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE), "is left over from a merge"),
]
SOURCE_RULES = [
    (re.compile(r"\b(?:TODO(?!\(#\d+\): )|FIXME\b|XXX\b)"), "write TODO(#issue): and what is missing"),
    (re.compile(r"[ \t]+$", re.MULTILINE), "has blanks at the end of the line"),
]
# Time and random numbers come from outside: so a host runs in a simulation, and its tests are repeatable.
DIRECT_USE = (re.compile(r"\b(?:(?:system|steady|high_resolution)_clock::now|System(?:WallClock|Random)\b|random_device"
                         r"|clock_gettime\(|getrandom\(|gettimeofday\(|std::time\(|::time\()"),
              "is a direct use of a clock or of random numbers; take an Executor, a WallClock or a Random")
MAY_USE = re.compile(r"^src/(?:base/core/|base/rt/shard\.cc$|entry/app/)|_test\.(?:cc|h)$")
# Lock files name where packages come from; that is their job.
EXEMPT = ("Cargo.lock", "package-lock.json", "go.sum")
SOURCE_SUFFIXES = (".h", ".cc", ".rs", ".cmake", ".sh", ".toml")


def rules_of(path: str) -> list[tuple[re.Pattern[str], str]]:
    rules = RULES + (SOURCE_RULES if path.endswith(SOURCE_SUFFIXES) else [])
    is_ours = path.startswith("src/") and path.endswith((".h", ".cc")) and not MAY_USE.search(path)
    return rules + [DIRECT_USE] if is_ours else rules


def check(tree: Tree) -> Iterator[Finding]:
    for path in tree.tracked():
        data = (tree.root / path).read_bytes()[:BYTES_MAX]
        if Path(path).name in EXEMPT or b"\0" in data:
            continue
        text = data.decode("utf-8", errors="replace")
        for pattern, reason in rules_of(path):
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), f"'{match[0].strip()}' {reason}")


if __name__ == "__main__":
    run("words", check)
