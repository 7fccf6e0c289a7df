"""Rust modules of the engine use each other in one direction: no cycle of `use`, nested modules counted as their parent's.

A path counts where it is written (`crate::a::b`, `super::a`, `self::a`), in a `use` or in the code. What a module's parent
re-exports counts as the parent: lower modules name the one that they mean. Tests may use anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.tree import Finding, Tree, line_of, run

ROOT = "engine-rs/src/"
COMMENT = re.compile(r"//[^\n]*")
TESTS = re.compile(r"#\[cfg\(test\)\]\s*mod tests \{.*", re.DOTALL)
PATH = re.compile(r"\b(crate|super|self)((?:::[a-z_]\w*)*)(?:::\{([^}]*)\})?")


def check(tree: Tree) -> Iterator[Finding]:
    texts = {name_of(path): path for path in tree.sources(ROOT, suffixes=(".rs",)) if "/tests/" not in path}
    uses = {name: dict(_uses(tree.text(path), name, set(texts))) for name, path in texts.items() if name}
    for way in _cycles({name: sorted(used) for name, used in uses.items()}):
        first, second = way[0], way[1 % len(way)]
        text = " -> ".join([*way, first])
        yield Finding(
            texts[first], uses[first][second], f"modules use each other: {text}; move what both need to a lower module"
        )


def name_of(path: str) -> str:
    """`value::lift` of `engine-rs/src/value/lift.rs`; empty for the root."""
    name = path.removeprefix(ROOT).removesuffix(".rs").removesuffix("/mod")
    return "" if name == "lib" else name.replace("/", "::")


def _uses(text: str, name: str, known: set[str]) -> Iterator[tuple[str, int]]:
    code = TESTS.sub("", COMMENT.sub("", text))
    parent = name.rpartition("::")[0]
    for match in reversed(list(PATH.finditer(code))):
        base = {"crate": "", "super": parent, "self": name}[match[1]]
        path = [part for part in base.split("::") if part] + match[2].split("::")[1:]
        ends = [part.split()[0].split("::")[0] for part in (match[3] or "").split(",") if part.strip()] or [""]
        for end in ends:
            used = _module([*path, end], known)
            if used and not _is_inside(used, name) and not _is_inside(name, used):
                yield used, line_of(code, match.start())


def _module(path: list[str], known: set[str]) -> str:
    """The longest beginning of a path that is a module."""
    while path and "::".join(path) not in known:
        path = path[:-1]
    return "::".join(path)


def _is_inside(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(outer + "::")


def _cycles(uses: dict[str, list[str]]) -> Iterator[list[str]]:
    """One way round for each module that closes a cycle in a walk in depth."""
    done: set[str] = set()
    for start in sorted(uses):
        way: list[str] = []
        waiting = [(start, iter(uses[start]))] if start not in done else []
        way.extend(name for name, _ in waiting)
        while waiting:
            name, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                way.pop()
                done.add(name)
            elif following in way:
                yield way[way.index(following) :]
            elif following not in done:
                waiting.append((following, iter(uses.get(following, []))))
                way.append(following)


if __name__ == "__main__":
    run("rust_modules", check)
