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
# Lock files name where packages come from; that is their job.
EXEMPT = ("Cargo.lock", "package-lock.json", "go.sum")
SOURCE_SUFFIXES = (".h", ".cc", ".rs", ".cmake", ".sh", ".toml")


def check(tree: Tree) -> Iterator[Finding]:
    for path in tree.tracked():
        data = (tree.root / path).read_bytes()[:BYTES_MAX]
        if Path(path).name in EXEMPT or b"\0" in data:
            continue
        text = data.decode("utf-8", errors="replace")
        for pattern, reason in RULES + (SOURCE_RULES if path.endswith(SOURCE_SUFFIXES) else []):
            for match in pattern.finditer(text):
                yield Finding(path, line_of(text, match.start()), f"'{match[0].strip()}' {reason}")


if __name__ == "__main__":
    run("words", check)
