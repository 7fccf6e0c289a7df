"""clang-tidy over what changed since it last passed: `python3 -m tools.tidy [--tests] [FILE...]`. Settings are in
.clang-tidy; compile commands come from build/asan, which `./dev test` makes."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from tools.cached import key_of, report, run_all, version_of
from tools.tree import Tree, is_test

PROGRAM = "clang-tidy-19"


def flags_by_path(root: Path, build: Path) -> dict[str, str]:
    """The compile command of each file, without what differs between checkouts."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    return {
        Path(entry["file"]).relative_to(root).as_posix(): re.sub(r" -o \S+", "", entry["command"]).replace(f"{root}/", "")
        for entry in entries
        if Path(entry["file"]).is_relative_to(root)
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="tidy")
    parser.add_argument("--tests", action="store_true", help="x_test.cc as well")
    parser.add_argument("--build", default="build/asan")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    tree = Tree(Path(__file__).resolve().parent.parent)
    build = tree.root / options.build
    if not (build / "compile_commands.json").is_file():
        print(f"tidy: '{options.build}' has no compile_commands.json; run ./dev test first", file=sys.stderr)
        return 2
    flags = flags_by_path(tree.root, build)
    wanted = options.files or [path for path in tree.sources("src") if path.endswith(".cc")]
    wanted = [path for path in wanted if path in flags and (options.tests or options.files or not is_test(path))]
    settings = version_of(PROGRAM) + tree.text(".clang-tidy")
    command = [PROGRAM, "--quiet", "-p", str(build)]
    jobs = [(path, key_of(tree, path, settings, flags[path]), [*command, path]) for path in wanted]
    return report("tidy", run_all("tidy", jobs, tree.root))


if __name__ == "__main__":
    sys.exit(main())
