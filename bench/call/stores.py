"""What `get` and `set` of wasi:keyvalue cost a component, with each way of keeping values."""

from __future__ import annotations

import tempfile
from pathlib import Path

from programs import Programs, run_json
from servers import ROOT

# As the native program calls them.
WAYS = {"memory": "memory", "relaxed": "SQLite, relaxed", "full": "SQLite, full"}
ACCESSES = ("get", "set")
SIZES = {"64b": "64 B", "4k": "4 KiB"}


def measure(programs: Programs, guests: Path, batches: int, turn: int) -> dict[str, dict[str, float]]:
    """Each way in a process and a folder of its own; who comes first changes with every round."""
    ways = list(WAYS)
    turn %= len(ways)
    found: dict[str, dict[str, float]] = {}
    for way in ways[turn:] + ways[:turn]:
        # Not among temporary files, which may be in memory.
        with tempfile.TemporaryDirectory(prefix="keyvalue-", dir=ROOT / "build") as folder:
            found |= run_json([str(programs.native), "keyvalue", str(guests), folder, "--batches", str(batches),
                               "--only", f"keyvalue.{way}."])["figures"]
    return found


def name_of(way: str, access: str, size: str) -> str:
    return f"keyvalue.{way}.{access}.{size}"
