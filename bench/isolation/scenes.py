"""The scenes, each beside its bar: spinning guests, one thread shared with a spinning guest, guests that grow."""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import guests
from load import Load, Sample
from load import measure as measure_load
from process import BenchError, Running

TICK_MS = 10
DEADLINE_MS = 200
MIB = 1 << 20


@dataclass
class Figure:
    """One result. `bar` is what it should be, in words; nothing fails by it."""

    name: str
    value: float
    unit: str
    bar: str
    spread: str = ""


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def median_of(name: str, values: list[float], unit: str, bar: str = "") -> Figure:
    return Figure(name, statistics.median(values), unit, bar, f"{min(values):.2f}..{max(values):.2f} of {len(values)}")


def measure(server: Running, load: Load) -> Sample:
    sample = measure_load(server, load)
    if sample.errors:
        raise BenchError(f"{sample.errors} requests to the healthy component failed")
    return sample


def spinners(options: argparse.Namespace, folder: Path) -> list[Figure]:
    """Eight components that never answer, each asked again as soon as its deadline ended it, beside a healthy one."""
    hostile = {f"spinner{number}": f"deadline: {DEADLINE_MS}ms" for number in range(8)}
    load = Load(threads=1, connections=options.connections, seconds=options.seconds, warmup_seconds=1)
    alone: list[Sample] = []
    beside: list[Sample] = []
    ended: list[float] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(dir=folder) as own, guests.host(options.weft, Path(own), hostile) as (running, ports):
            alone.append(measure(running, load))
            with guests.asked_again_and_again([ports[name] for name in hostile], "/spin", 504) as seconds:
                beside.append(measure(running, load))
            ended += seconds
    most = DEADLINE_MS + 3 * TICK_MS
    return [
        median_of("healthy p99 alone", [one.p99_ms for one in alone], "ms"),
        median_of("healthy p99 beside 8 spinners", [one.p99_ms for one in beside], "ms", "< 50"),
        median_of("healthy p50 beside 8 spinners", [one.p50_ms for one in beside], "ms"),
        median_of("healthy rate beside 8 spinners", _ratios(beside, alone), "of alone"),
        Figure(f"spinner ended, p99 of {len(ended)}", percentile(ended, 99) * 1e3, "ms", f"<= {most}",
               f"p50 {percentile(ended, 50) * 1e3:.0f}, max {max(ended) * 1e3:.0f}"),
    ]


def _ratios(beside: list[Sample], alone: list[Sample]) -> list[float]:
    return [one.requests_per_s / other.requests_per_s for one, other in zip(beside, alone, strict=True)]


def one_thread(options: argparse.Namespace, folder: Path) -> list[Figure]:
    """One serving thread, which a healthy component shares with a spinning one."""
    load = Load(threads=1, connections=options.connections, seconds=options.seconds, warmup_seconds=1)
    alone: list[Sample] = []
    beside: list[Sample] = []
    hostile = {"spinner": "deadline: 1s"}
    for _ in range(options.rounds):
        with (tempfile.TemporaryDirectory(dir=folder) as own,
              guests.host(options.weft, Path(own), hostile, ("--shards", "1")) as (running, ports)):
            alone.append(measure(running, load))
            with guests.asked_again_and_again([ports["spinner"]], "/spin", 504):
                beside.append(measure(running, load))
    return [
        median_of("rate of one thread alone", [one.requests_per_s for one in alone], "req/s"),
        median_of("rate of one thread beside one spinner", _ratios(beside, alone), "of alone", ">= 0.5"),
        median_of("p99 beside one spinner", [one.p99_ms for one in beside], "ms"),
    ]


def growth(options: argparse.Namespace, folder: Path) -> list[Figure]:
    """A guest that allocates until it is refused, and one that opens resources, one call after the other."""
    limit_mib = 64
    hostile = {"eater": f"memory: {limit_mib}MiB"}
    with tempfile.TemporaryDirectory(dir=folder) as own, guests.host(options.weft, Path(own), hostile) as (running, ports):
        after: dict[int, int] = {}
        latencies: list[float] = []
        for number in range(1 + options.grow_rounds):
            for path in ("/eat", "/handles"):
                status, _ = guests.ask(ports["eater"], path)
                if status != 500:
                    raise BenchError(f"a guest that grows was answered {status} and not 500")
            status, took = guests.ask(ports["healthy"], "/")
            if status != 200:
                raise BenchError(f"the healthy component answered {status} beside one that grows")
            latencies.append(took * 1e3)
            after[number] = guests.resident_bytes(running.process.pid)
        peak = guests.peak_resident_bytes(running.process.pid)
    first = options.grow_rounds // 10
    return [
        Figure("highest RSS of the host", peak / MIB, "MiB", f"<= {limit_mib + 64}"),
        Figure(f"RSS grown over {options.grow_rounds - first} rounds", (_level(after, options.grow_rounds) - _level(after, first)) / MIB, "MiB", "< 1"),
        median_of("healthy answer between the calls", latencies, "ms"),
    ]


def _level(after: dict[int, int], number: int) -> int:
    """The lowest of the twenty samples up to this one: what is given back late counts as given back."""
    return min(after[one] for one in range(max(0, number - 19), number + 1))


SCENES: dict[str, Callable[[argparse.Namespace, Path], list[Figure]]] = {
    "spinners": spinners, "one-thread": one_thread, "growth": growth}


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench isolation", description="guests that spin and grow beside a healthy one")
    parser.add_argument("--scenes", default=",".join(SCENES), help="which of %(default)s")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="of one measurement")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--grow-rounds", type=int, default=1000)
    parser.add_argument("--weft", type=Path, default=guests.ROOT / "build/release/weft")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    options.scenes = options.scenes.split(",")
    for name in options.scenes:
        if name not in SCENES:
            parser.error(f"there is no scene '{name}'; choose from {', '.join(SCENES)}")
    return options


def as_text(name: str, figures: list[Figure]) -> str:
    lines = [name]
    for one in figures:
        bar = f"   bar {one.bar}" if one.bar else ""
        spread = f"  ({one.spread})" if one.spread else ""
        lines.append(f"  {one.name:45} {one.value:10.2f} {one.unit}{spread}{bar}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    options = read_arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began, load_before = time.monotonic(), os.getloadavg()[0]
    results: dict[str, list[Figure]] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
            for name in options.scenes:
                results[name] = SCENES[name](options, Path(folder))
                if options.output == "text":
                    print(as_text(name, results[name]), flush=True)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: stopped; what it had started is ended", file=sys.stderr)
        return 130
    if options.output == "json":
        print(json.dumps({"scenes": {name: [asdict(one) for one in figures] for name, figures in results.items()}}, indent=2))
    else:
        print(f"load average {load_before:.1f} before, {time.monotonic() - began:.0f} s")
    return 0
