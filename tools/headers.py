"""Each header compiles alone: `python3 -m tools.headers [FILE...]`. Names those that take longer than a second; that is a
measurement on a shared machine, so it is printed and fails nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.cached import Outcome, key_of, report, run_all, version_of
from tools.tree import Tree

COMPILER = "clang++-19"
FLAGS = ["-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Wshadow", "-Wnon-virtual-dtor", "-Werror",
         "-DWEFT_SOURCE_DIR=\".\"", "-Isrc", "-Iengine-rs/include", "-Iinclude", "-x", "c++", "/dev/null", "-include"]
SLOW_SECONDS = 1.0


def print_slow(outcomes: list[Outcome]) -> None:
    for outcome in sorted(outcomes, key=lambda one: -one.cpu_seconds):
        if outcome.cpu_seconds > SLOW_SECONDS:
            print(f"{outcome.path}: {outcome.cpu_seconds:.1f} s of compile time on its own")


def main() -> int:
    tree = Tree(Path(__file__).resolve().parent.parent)
    paths = sys.argv[1:] or tree.sources("src", "engine-rs/include", "include", suffixes=(".h",))
    settings = version_of(COMPILER) + " ".join(FLAGS)
    jobs = [(path, key_of(tree, path, settings), [COMPILER, *FLAGS, path]) for path in paths]
    return report("headers", run_all("headers", jobs, tree.root), print_slow)


if __name__ == "__main__":
    sys.exit(main())
