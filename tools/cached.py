"""Runs one command per file, two at a time, and remembers by content what passed. Only clean results are kept, in
$XDG_CACHE_HOME/weft/<check>; entries that no run has used for 30 days are removed."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.tree import Tree

KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True)
class Outcome:
    """What a command said about a file. `cpu_seconds` is its own processor time, also when it comes from the cache."""

    path: str
    ok: bool
    output: str
    cpu_seconds: float
    cached: bool


@functools.lru_cache(maxsize=None)
def version_of(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def cache_folder(check: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "weft" / check


def key_of(tree: Tree, path: str, *more: str) -> str:
    """Content of the file and all project headers it reaches, and whatever else the outcome depends on."""
    digest = hashlib.sha256()
    for part in more:
        digest.update(part.encode() + b"\0")
    for name in tree.closure(path):
        digest.update(name.encode() + b"\0" + (tree.root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def run_all(check: str, jobs: list[tuple[str, str, list[str]]], root: Path) -> list[Outcome]:
    """`jobs` are (path, key, command). Outcomes come in the order of the jobs."""
    folder = cache_folder(check)
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(folder)
    done = 0

    def one(job: tuple[str, str, list[str]]) -> Outcome:
        nonlocal done
        path, key, command = job
        outcome = _remembered(folder, path, key) or _run(folder, path, key, command, root)
        done += 1
        if not outcome.cached:
            _progress(f"[{done}/{len(jobs)}] {check} {path}")
        return outcome

    with ThreadPoolExecutor(max_workers=int(os.environ.get("WEFT_JOBS", "2"))) as pool:
        return list(pool.map(one, jobs))


def report(check: str, outcomes: list[Outcome], more: Callable[[list[Outcome]], None] | None = None) -> int:
    """Prints what failed and one closing line; the exit code."""
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in failed:
        print(outcome.output.rstrip())
    if more:
        more(outcomes)
    from_cache = sum(outcome.cached for outcome in outcomes)
    print(f"{check}: {len(outcomes)} files, {from_cache} unchanged since they passed, {len(failed)} failed")
    return 1 if failed else 0


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _remembered(folder: Path, path: str, key: str) -> Outcome | None:
    entry = folder / key
    try:
        seconds = float(entry.read_text() or 0)
        os.utime(entry)
    except (OSError, ValueError):
        return None
    return Outcome(path, True, "", seconds, True)


def _run(folder: Path, path: str, key: str, command: list[str], root: Path) -> Outcome:
    process = subprocess.Popen(
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = usage.ru_utime + usage.ru_stime
    if process.returncode == 0:
        entry = folder / f"{key}.{os.getpid()}"
        entry.write_text(f"{seconds:.2f}")
        entry.rename(folder / key)
    return Outcome(path, process.returncode == 0, output, seconds, False)


def _forget_old(folder: Path) -> None:
    oldest = time.time() - KEPT_SECONDS
    for entry in folder.iterdir():
        try:
            if entry.stat().st_mtime < oldest:
                entry.unlink()
        except OSError:
            continue
