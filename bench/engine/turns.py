"""Interleaved rounds over both programs; who comes first changes with every round."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

import figures
import findings
import instructions
import programs
import start
from process import BenchError, cpu_seconds, machine_busy_seconds
from servers import ROOT
from start import HELLO


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench engine", description="calls into and out of guests, beside typed functions in Rust",
        epilog="how to read it: bench/README.md")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batches", type=int, default=25, help="of each figure in a round")
    parser.add_argument("--only", default="", help="figures whose names begin so, such as import.inline; others are left out")
    parser.add_argument("--residents", type=int, default=1000, help="components that stay in memory; 0 leaves it out")
    parser.add_argument("--resident", type=Path, default=HELLO, help="the component that they are copies of")
    parser.add_argument("--starts", type=int, default=20, help="of the host; 0 leaves it out")
    parser.add_argument("--no-instructions", action="store_true", help="count none")
    parser.add_argument("--weft", type=Path, default=ROOT / "build/release/weft")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.batches < 1:
        parser.error("--rounds and --batches must be at least 1")
    if not any(row.name.startswith(options.only) for row in figures.rows()):
        parser.error(f"no figure begins with '{options.only}'; some are: import.inline, export.1m.plain, guest")
    return options


def main(arguments: list[str]) -> int:
    options = read_arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return run(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: stopped", file=sys.stderr)
        return 130


def run(options: argparse.Namespace) -> int:
    both = programs.build()
    result = findings.Result()
    with start.scratch() as scratch:
        folder = Path(scratch)
        guests = programs.assemble(both, folder / "guests")
        play_rounds(options, both, guests, result)
        if not options.only:
            measure_host(options, both, folder, result)
        if not options.no_instructions:
            count_instructions(options, both, guests, result)
    print(findings.as_json(result) if options.output == "json" else findings.as_text(result))
    return 0


def play_rounds(options: argparse.Namespace, both: programs.Programs, guests: Path, result: findings.Result) -> None:
    wanted = [row for row in figures.rows() if row.name.startswith(options.only)]
    for number in range(options.rounds):
        before = Machine()
        measured: dict[str, dict[str, dict[str, float]]] = {"weft": {}, "baseline": {}}
        for row in wanted:
            play_row(options, both, guests, row, measured, weft_first=number % 2 == 0)
        result.rounds.append(findings.Round(os.getloadavg()[0], before.others_percent(), measured))
        print(f"  round {number + 1}: load {os.getloadavg()[0]:.1f}, others "
              f"{result.rounds[-1].other_cpu_percent:.0f} % of the CPU", file=sys.stderr)


def play_row(options: argparse.Namespace, both: programs.Programs, guests: Path, row: figures.Row,
             measured: dict[str, dict[str, dict[str, float]]], *, weft_first: bool) -> None:
    """A figure and its baseline right after one another: a shared machine is faster and slower by the second."""
    names = {"weft": row.name, "baseline": row.baseline}
    for program in ("weft", "baseline") if weft_first else ("baseline", "weft"):
        name = names[program]
        if name:
            found = both.calls(program, guests, "--batches", str(options.batches), "--only", name)
            measured[program][row.name] = found[name]


class Machine:
    """How much of all cores others use from now on; `pids` are programs of ours that run on after it."""

    def __init__(self, pids: list[int] | None = None) -> None:
        self._pids = pids or []
        self._began, self._busy, self._own = time.monotonic(), machine_busy_seconds(), self._own_seconds()

    def _own_seconds(self) -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system + cpu_seconds(self._pids)

    def others_percent(self) -> float:
        busy = machine_busy_seconds() - self._busy - (self._own_seconds() - self._own)
        return max(0.0, busy) * 100 / ((time.monotonic() - self._began) * (os.cpu_count() or 1))


def measure_host(options: argparse.Namespace, both: programs.Programs, folder: Path, result: findings.Result) -> None:
    if options.residents > 0:
        components = start.fill_cache(both, options.resident, options.residents, folder)
        result.residents = [start.resident(both, components) for _ in range(min(3, options.rounds))]
    if options.starts > 0:
        host = folder / "host"
        host.mkdir()
        start.prepare_host(host)
        start.first_200_ms(options.weft, host)  # Fills the cache.
        result.starts = [start.first_200_ms(options.weft, host) for _ in range(options.starts)]


def count_instructions(options: argparse.Namespace, both: programs.Programs, guests: Path,
                       result: findings.Result) -> None:
    if not instructions.is_there():
        result.remarks.append("instructions were not counted: there is no valgrind (Debian's package valgrind)")
        return
    for row in figures.rows():
        if not row.name.startswith(options.only) or not instructions.is_counted(row):
            continue
        try:
            result.instructions[row.name] = instructions.count(both, "weft", guests, row.name)
            if row.baseline and row.baseline not in result.baseline_instructions:
                result.baseline_instructions[row.baseline] = instructions.count(both, "baseline", guests, row.baseline)
        except BenchError as error:
            result.remarks.append(f"instructions were not counted: {error}")
            return
