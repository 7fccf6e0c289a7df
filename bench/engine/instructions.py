"""Instructions of single operations, counted by callgrind: the difference of two runs that differ in their number."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from figures import Row
from process import BenchError
from programs import Programs

# Two counts; what both runs do besides falls out.
_FEW, _MANY = 100, 10_100
# Small operations; a large one is a copy and counts bytes.
COUNTED = ("nop", "add", "4k")


def is_there() -> bool:
    return shutil.which("valgrind") is not None


def is_counted(row: Row) -> bool:
    """Not across threads: there the loops wait."""
    return row.name.split(".")[-2] in COUNTED and "thread" not in row.name


def count(programs: Programs, program: str, guests: Path, name: str) -> float:
    few, many = (_instructions(programs, program, guests, name, number) for number in (_FEW, _MANY))
    return (many - few) / (_MANY - _FEW)


def _instructions(programs: Programs, program: str, guests: Path, name: str, number: int) -> int:
    binary = programs.native if program == "weft" else programs.baseline
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(binary), "calls", str(guests),
               "--only", name, "--batches", "1", "--count", str(number)]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode != 0 or not found:
        raise BenchError(f"callgrind does not run '{name}': {ran.stderr.strip().splitlines()[-1:]}")
    return int(found[1])
