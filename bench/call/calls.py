"""Interleaved rounds of linked calls, request-reply over NATS and key-value stores; then streams."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import figures
import findings
import nats
import programs
import start
import stores
import streams
import tables
import turns
from process import BenchError
from servers import ROOT

PARTS = ("nats", "keyvalue", "stream")


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench call", description="calls through the host's links: to a component, to a key-value store, with streams; "
        "beside them request-reply over NATS", epilog="how to read it: bench/README.md")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batches", type=int, default=25, help="of each figure in a round")
    parser.add_argument("--without", default="", metavar="PARTS", help=f"leaves out some of {','.join(PARTS)}")
    parser.add_argument("--stream-mib", type=int, default=1024, help="bytes of a stream; there are at most three rounds of it")
    parser.add_argument("--weft", type=Path, default=ROOT / "build/release/weft")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    options.without = [name for name in options.without.split(",") if name]
    if unknown := [name for name in options.without if name not in PARTS]:
        parser.error(f"there is no part '{unknown[0]}'; choose from {', '.join(PARTS)}")
    for name in ("rounds", "batches", "stream_mib"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
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
        print("bench: stopped; what it had started is ended", file=sys.stderr)
        return 130


@dataclass
class Result:
    """What the rounds found; the calls as `./dev bench engine` has them."""

    calls: findings.Result = field(default_factory=findings.Result)
    nats: list[dict[str, dict[str, float]]] = field(default_factory=list)
    """By round and payload."""
    stores: list[dict[str, dict[str, float]]] = field(default_factory=list)
    """By round and name of the figure."""
    streams: list[dict[str, streams.Flow]] = field(default_factory=list)
    """By round and guest."""


@dataclass
class Machinery:
    """What the rounds use; all of it is there until they are over."""

    both: programs.Programs
    guests: Path
    folder: Path
    nats: nats.Peer | None


def run(options: argparse.Namespace) -> int:
    result = Result()
    if "stream" not in options.without and not os.access(options.weft, os.X_OK):
        raise BenchError(f"there is no program '{options.weft}'; run './dev build release', or leave out 'stream'")
    both = programs.build()
    over_nats = nats.build_or_none(result.calls.remarks) if "nats" not in options.without else None
    with start.scratch() as scratch, contextlib.ExitStack() as running:
        folder = Path(scratch)
        guests = programs.assemble(both, folder / "guests")
        peer = running.enter_context(nats.peer(over_nats, folder)) if over_nats else None
        machinery = Machinery(both, guests, folder, peer)
        for number in range(options.rounds):
            play_round(options, machinery, number, result)
        if "stream" not in options.without:
            result.streams = [streams.play(options.weft, folder, options.stream_mib, number)
                              for number in range(min(3, options.rounds))]
    print(tables.as_json(result) if options.output == "json" else tables.as_text(result))
    return 0


def play_round(options: argparse.Namespace, machinery: Machinery, number: int, result: Result) -> None:
    before = turns.Machine(machinery.nats.pids if machinery.nats else [])
    measured: dict[str, dict[str, dict[str, float]]] = {"weft": {}, "baseline": {}}
    asked: dict[str, dict[str, float]] = {}
    weft_first = number % 2 == 0
    for row in figures.rows():
        if not row.name.startswith("linked."):
            continue
        payload = tables.payload_over_nats(row.name) if machinery.nats else None
        if payload and not weft_first:
            asked[payload] = machinery.nats.ask(payload)
        turns.play_row(options, machinery.both, machinery.guests, row, measured, weft_first=weft_first)
        if payload and weft_first:
            asked[payload] = machinery.nats.ask(payload)
    if machinery.nats:
        result.nats.append(asked)
    if "keyvalue" not in options.without:
        result.stores.append(stores.measure(machinery.both, machinery.guests, options.batches, number))
    result.calls.rounds.append(findings.Round(os.getloadavg()[0], before.others_percent(), measured))
    print(f"  round {number + 1}: load {os.getloadavg()[0]:.1f}, others "
          f"{result.calls.rounds[-1].other_cpu_percent:.0f} % of the CPU", file=sys.stderr)
