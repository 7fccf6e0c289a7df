"""Interleaved rounds over the servers: who comes first changes with every round, so that drift of the machine hits all."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import report
import servers
from load import Load, Sample, measure
from process import BenchError

NAMES = ("weft", "wasmtime", "nginx")


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench http", description="the same component under weft and under wasmtime serve, and nginx",
        epilog="how to read it: bench/README.md")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of one measurement")
    parser.add_argument("--warmup", type=int, default=1, help="seconds before each measurement")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--servers", default=",".join(NAMES), help="which of %(default)s")
    parser.add_argument("--component", type=Path, default=servers.ROOT / "examples/http-hello/rust/hello.wasm")
    parser.add_argument("--app", choices=("hello", "counter"), default="hello",
                        help="counter: the hit counter over each store beside hello with equal settings, no other server")
    parser.add_argument("--weft", type=Path, default=servers.ROOT / "build/release/weft")
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    options.servers = options.servers.split(",")
    for name in options.servers:
        if name not in NAMES:
            parser.error(f"there is no server '{name}'; choose from {', '.join(NAMES)}")
    for name in ("rounds", "seconds", "warmup", "connections"):
        if getattr(options, name) < 1:
            parser.error(f"--{name} must be at least 1")
    return options


def main(arguments: list[str]) -> int:
    options = read_arguments(arguments)
    # A kill ends the bench as Ctrl-C does: through the blocks that end the servers.
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


def run(options: argparse.Namespace) -> int:
    check(options)
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
        compared = prepare_counter(options) if options.app == "counter" else prepare(options, Path(folder))
        load = Load(threads=1, connections=options.connections, seconds=options.seconds,
                    warmup_seconds=options.warmup)
        result = report.Result(servers=compared, load=load)
        for number in range(options.rounds):
            play_round(number, compared, load, Path(folder), result)
    print(report.as_json(result) if options.output == "json" else report.as_text(result))
    return 0 if result.errors() == 0 else 1


def check(options: argparse.Namespace) -> None:
    if not shutil.which("wrk"):
        raise BenchError("there is no wrk; run './dev setup --servers'")
    if not options.component.is_file():
        raise BenchError(f"there is no component '{options.component}'")
    if "weft" in options.servers and not os.access(options.weft, os.X_OK):
        raise BenchError(f"there is no program '{options.weft}'; run './dev build'")


def prepare_counter(options: argparse.Namespace) -> list[servers.Server]:
    """Hello and the counter, with instances that are reused and that are not; and one that gets and sets."""
    counter = servers.ROOT / "examples/counter/rust/counter.wasm"
    get_set = servers.ROOT / "bench/http/get_set/get_set.wasm"
    compared = []
    for kind, reuse in (("reused", 128), ("fresh", 1)):
        compared.append(servers.weft_app(f"hello {kind}", options.weft, options.component, reuse))
        compared.append(servers.weft_app(f"memory {kind}", options.weft, counter, reuse, "backend: memory"))
        compared.append(servers.weft_app(f"sqlite {kind}", options.weft, counter, reuse, "backend: sqlite"))
    for store in ("memory", "sqlite"):
        compared.append(servers.weft_app(f"{store} get+set reused", options.weft, get_set, 128, f"backend: {store}"))
    compared.append(servers.weft_app("sqlite full reused", options.weft, counter, 128,
                                     "backend: sqlite, durability: full"))
    return compared


def prepare(options: argparse.Namespace, folder: Path) -> list[servers.Server]:
    """The servers, nginx last: it repeats what the component answers."""
    compared = []
    if "weft" in options.servers:
        compared.append(servers.weft(options.weft, options.component))
    if "wasmtime" in options.servers:
        compared.append(servers.wasmtime(options.component))
    bodies = {server.name: answer_of(server, folder) for server in compared} or {"": b"hello\n"}
    if len(set(bodies.values())) > 1:
        raise BenchError(f"the servers answer with different bytes: {bodies}")
    if "nginx" in options.servers:
        compared.append(servers.nginx(next(iter(bodies.values()))))
    return compared


def answer_of(server: servers.Server, folder: Path) -> bytes:
    with tempfile.TemporaryDirectory(dir=folder) as own, server.start(Path(own)) as running:
        return running.body


def play_round(number: int, compared: list[servers.Server], load: Load, folder: Path, result: report.Result) -> None:
    turn = number % len(compared)
    samples: dict[str, Sample] = {}
    before = os.getloadavg()[0]
    for server in compared[turn:] + compared[:turn]:
        with tempfile.TemporaryDirectory(dir=folder) as own, server.start(Path(own)) as running:
            samples[server.name] = measure(running, load)
        print(report.progress(number, server.name, samples[server.name]), file=sys.stderr)
    result.rounds.append(report.Round(before, samples))
