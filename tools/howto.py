"""docs/howto/*.md name the files that a change touches; each must exist: `python3 -m tools.howto`.

`src/a/b.cc` is a file or folder, `src/a/*.md` at least one, `src/a/b.cc:name` a name in a file. A part in angle brackets is the
reader's to choose: `src/a/<name>/`, whose folder must exist and hold a folder or file of that form already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.tree import Finding, Tree, line_of, run

FOLDER = "docs/howto"
PAGES = ("command", "manifest-key", "provider")
REFERENCE = re.compile(r"`((?:src|engine-rs|docs|tests|tools|fuzz|examples|cmake)/[^\s`:]*)(?::([\w:]+))?`")
REFERENCES_MIN = 4


def check(tree: Tree) -> Iterator[Finding]:
    for page in (f"{FOLDER}/{name}.md" for name in PAGES):
        if not tree.exists(page):
            yield Finding(page, 0, "the page is not there; write which files the change touches, in the order of the work")
            continue
        text = tree.text(page)
        references = list(REFERENCE.finditer(text))
        if len(references) < REFERENCES_MIN:
            yield Finding(page, 0, f"it names {len(references)} files as `path`, fewer than {REFERENCES_MIN}")
        for match in references:
            reason = wrong(tree, match[1], match[2])
            if reason:
                yield Finding(page, line_of(text, match.start()), reason)


def wrong(tree: Tree, path: str, name: str | None) -> str | None:
    """Why a reference leads nowhere, or None."""
    found = list(tree.root.glob(re.sub(r"<[^>]+>", "*", path).rstrip("/")))
    if not found:
        return f"there is no '{path}'; follow its new name or place"
    if name and not any(one.is_file() and re.search(rf"\b{re.escape(name)}\b", one.read_text()) for one in found):
        return f"'{path}' has no '{name}'; follow its new name or place"
    return None


if __name__ == "__main__":
    run("howto", check)
