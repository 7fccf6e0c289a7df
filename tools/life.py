"""The pages docs/life-of-*.md name `path/file.cc:function`; each must exist: `python3 -m tools.life`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.tree import Finding, Tree, line_of, run

PAGES = ("docs/life-of-a-request.md", "docs/life-of-an-import.md")
REFERENCE = re.compile(r"`([\w./-]+\.(?:cc|h|rs)):([\w:~]+)(?:\(\))?`")
REFERENCES_MIN = 5


def check(tree: Tree) -> Iterator[Finding]:
    for page in PAGES:
        yield from check_page(tree, page)


def check_page(tree: Tree, name: str) -> Iterator[Finding]:
    if not tree.exists(name):
        yield Finding(name, 0, "the page is not there; write the way of it with `path/file.cc:function` at each step")
        return
    page = tree.text(name)
    references = list(REFERENCE.finditer(page))
    if len(references) < REFERENCES_MIN:
        yield Finding(name, 0, f"it names {len(references)} functions as `path/file.cc:function`, fewer than {REFERENCES_MIN}")
    for match in references:
        path = next((name for name in (match[1], f"src/{match[1]}") if tree.exists(name)), None)
        line = line_of(page, match.start())
        if path is None:
            yield Finding(name, line, f"there is no file '{match[1]}'; paths start at the root or at src/")
        elif not names_function(tree.code(path), match[2]):
            yield Finding(name, line, f"'{path}' has no function '{match[2]}'; follow its new name or place")


def names_function(code: str, function: str) -> bool:
    """Whether code declares or defines it: the name as written (`Pool::take`), or its last part inside its class."""
    last = re.escape(function.split("::")[-1])
    if re.search(r"(?<![\w.>])" + re.escape(function) + r"\s*(?:<[^;{()]*>)?\(", code):
        return True
    # `struct Pool { Task<void> take(...)`: a type or `fn` stands before the name, so it is not a call.
    before = r"(?<!\breturn)(?<!\bawait)(?<!\bthrow)(?<!\belse)(?<!\bnew)"
    return re.search(r"(?:[\w>&*\]]" + before + r"\s+|[&*])" + last + r"\s*(?:<[^;{()]*>)?\(", code) is not None


if __name__ == "__main__":
    run("life", check)
