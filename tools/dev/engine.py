"""Runs cargo for the engine and shows how far the whole build is: `tools/dev/engine.py BUILD_FOLDER cargo ARGS...`.

Ninja runs cargo as one step that takes minutes and holds back its own progress until then, so this step counts for both: crates
from cargo's progress bar, files by looking which are there. One line that is rewritten on a terminal, elsewhere a line now and
then; warnings, errors and what is downloaded are passed on. With nothing to compile it says nothing. WEFT_TARGETS names the
targets of ninja that count.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

BAR = re.compile(r"Building \[[=> ]*\] (\d+)/(\d+)(?:: (.*))?")
DOWNLOAD = re.compile(r"Downloading (\d+) crates?")
NOISE = re.compile(r"\s*(?:(?:Compiling|Finished|Blocking|Updating|Locking|Downloading|Fetch) |Downloaded \S+ v\d)")
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
OBJECT = re.compile(r" -o (\S+\.o) -c ")
SECONDS_BETWEEN_LINES = {True: 0.5, False: 15}


class Files:
    """The object files that this build has to make: those that are not there when it begins."""

    def __init__(self, commands: str, build: Path):
        paths = (build / name for name in OBJECT.findall(commands))
        self._missing = [path for path in paths if not path.exists()]

    def __str__(self) -> str:
        done = sum(path.exists() for path in self._missing)
        return f"; weft: {done} of {len(self._missing)} files" if self._missing else ""


def files_of(build: Path) -> Files:
    command = ["ninja", "-C", str(build), "-t", "commands", *os.environ.get("WEFT_TARGETS", "").split()]
    return Files(subprocess.run(command, capture_output=True, text=True, check=False).stdout, build)


def line_of(piece: str, files: Files) -> str | None:
    """How far the build is, when this is what cargo writes about that."""
    if bar := BAR.search(piece):
        now = (bar[3] or "").strip()
        return f"engine: {bar[1]} of {bar[2]} crates{files}" + (f"; now {now}" if now else "")
    download = DOWNLOAD.search(piece)
    return f"engine: {download[1]} crates to download" if download else None


def pieces(stream) -> Iterator[str]:
    """What cargo writes, cut at line ends and at the returns of its bar, without colours."""
    rest = b""
    while chunk := stream.read1(4096):
        *whole, rest = re.split(rb"[\r\n]", rest + chunk)
        yield from (ESCAPE.sub("", piece.decode(errors="replace")) for piece in whole)
    yield ESCAPE.sub("", rest.decode(errors="replace"))


def main(build: Path, command: list[str]) -> int:
    terminal = sys.stderr.isatty()
    clear, end = ("\r\x1b[K", "") if terminal else ("", "\n")
    shown = 0.0
    environment = {**os.environ, "CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "100"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as cargo:
        files = files_of(build)
        for piece in pieces(cargo.stderr):
            line = line_of(piece, files)
            if line and time.monotonic() - shown >= SECONDS_BETWEEN_LINES[terminal]:
                print(clear + line[:110], end=end, file=sys.stderr, flush=True)
                shown = time.monotonic()
            elif not line and piece.strip() and not NOISE.match(piece):
                print(clear + piece.rstrip(), file=sys.stderr, flush=True)
    print(clear, end="", file=sys.stderr, flush=True)
    return cargo.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
