"""What the layer table forbids, found in the real includes."""

from __future__ import annotations

from collections.abc import Iterator

from tools.layers.table import Table
from tools.tree import Finding, Include, Tree, is_test


def check(tree: Tree, table: Table | None = None) -> Iterator[Finding]:
    table = table or Table.read()
    files = tree.sources("src")
    for path in files:
        yield from _check_file(tree, table, path)
    yield from _check_cycles(tree, files)
    yield from _check_used(tree, table, files)


def check_planned(tree: Tree, table: Table) -> Iterator[Finding]:
    """The folder of each module is there, and that of a planned one is not."""
    for row in table.rows:
        is_there = any(folder.is_dir() for folder in (tree.root / "src").glob(row.path))
        if row.planned and is_there:
            yield Finding(f"src/{row.path}", 0, "it is there now; remove `planned` from its row in tools/layers/table.toml")
        elif not row.planned and not is_there:
            yield Finding(f"src/{row.path}", 0, "it is not there; mark its row in tools/layers/table.toml as `planned = true`")


def _check_file(tree: Tree, table: Table, path: str) -> Iterator[Finding]:
    module = table.module_of(path.removeprefix("src/"))
    if module is None:
        yield Finding(path, 0, "its folder is not a module of tools/layers/table.toml; move the file or add the module")
        return
    includes = tree.includes(path)
    own = path.removeprefix("src/").removesuffix(".cc") + ".h"
    if path.endswith(".cc") and tree.exists(f"src/{own}") and (not includes or includes[0].name != own):
        yield Finding(path, includes[0].line if includes else 1, f"include its own header '{own}' first")
    for include in includes:
        library = table.library_of(include.name)
        if library and path.endswith(".h") and not library.in_headers:
            yield Finding(path, include.line, f"'{include.name}' belongs in .cc files only: {library.reason}")
        elif library and library.modules and module.path not in library.modules:
            modules = ", ".join(library.modules)
            yield Finding(path, include.line, f"'{include.name}' belongs in {modules} only: {library.reason}")
        yield from _check_include(tree, table, path, include)


def _check_include(tree: Tree, table: Table, path: str, include: Include) -> Iterator[Finding]:
    if not include.quoted:
        if tree.exists(f"src/{include.name}"):
            yield Finding(path, include.line, f"write \"{include.name}\" with quotes: it is a file of the project")
        return
    target = tree.resolve(include)
    if target is None:
        yield Finding(path, include.line, f"'{include.name}' is not a file under src/; includes are paths from src/")
        return
    module = table.module_of(path.removeprefix("src/"))
    other = table.module_of(target.removeprefix("src/"))
    if module is None or other is None or module.may_include(other):
        return
    if other.number == module.number:
        text = f"'{module.path}' and '{other.path}' are neighbours ({module.number}); what both need moves to a lower module"
    else:
        text = f"'{module.path}' ({module.number}) includes '{other.path}' ({other.number}), which is above it"
    yield Finding(path, include.line, text)


def _check_cycles(tree: Tree, files: list[str]) -> Iterator[Finding]:
    """Each file on a cycle of includes is named once, with the way round."""
    done: set[str] = set()
    for start in files:
        way: list[str] = []
        iterators: list[Iterator[Include]] = []

        def enter(path: str) -> None:
            way.append(path)
            iterators.append(iter(tree.includes(path)))

        if start not in done:
            enter(start)
        while way:
            include = next(iterators[-1], None)
            if include is None:
                done.add(way.pop())
                iterators.pop()
                continue
            target = tree.resolve(include)
            if target in way:
                names = " -> ".join([*way[way.index(target) :], target])
                yield Finding(way[-1], include.line, f"includes go in a circle: {names}")
            elif target and target not in done:
                enter(target)


def _check_used(tree: Tree, table: Table, files: list[str]) -> Iterator[Finding]:
    used: set[str] = set()
    for path in files + tree.sources("tests", "fuzz", "bench", "include"):
        stem = path.removesuffix(".cc").removesuffix("_test") if path.endswith(".cc") else ""
        used.update(
            target
            for target in map(tree.resolve, tree.includes(path))
            if target and target != path and target.removesuffix(".h") != stem
        )
    for path in files:
        if is_test(path) or not path.endswith(".h"):
            continue
        listed = path.removeprefix("src/") in table.unused
        if path not in used and not listed:
            yield Finding(path, 0, "nobody includes it but its own source and test; use it or remove it")
        if path in used and listed:
            yield Finding(path, 0, "it is used now; remove it from [[unused]] in tools/layers/table.toml")
