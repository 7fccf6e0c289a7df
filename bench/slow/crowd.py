"""An honest client alone and beside slow ones: its latency, the host's memory, and when the slow ones were closed."""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

import slow_clients
from process import BenchError, free_port, resident_bytes, serving

ROOT = Path(__file__).resolve().parents[2]
GUEST = ROOT / "src/io/engine/testdata/testguest.wasm"
CLOSED_WITHIN_S = 40
MIB = 1 << 20


def percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else float("nan")


def with_those_that_waited(latencies: list[float]) -> list[float]:
    """One answer that takes long keeps its connection from asking: the requests that it would have sent meanwhile waited too."""
    every = 0.01
    return [took - every * late for took in latencies for late in range(1 + int(took / every))]


def honest(port: int, connections: int, ends, results) -> None:
    """Asks again as soon as it was answered, a small upload and a GET by turns, each on a kept connection; for a process."""
    latencies: list[list[tuple[float, float]]] = [[] for _ in range(connections)]
    failures: list[str] = []

    def ask(own: list[tuple[float, float]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not ends.is_set():
            begun = time.monotonic()
            try:
                posts = len(own) % 2 == 0
                connection.request("POST" if posts else "GET", "/echo" if posts else "/", b"hello" if posts else None)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status not in (200, 201) or (posts and body != b"hello"):
                    failures.append(f"{answer.status} {body[:80]!r}")
            except OSError as error:
                failures.append(repr(error))
                connection.close()
            own.append((begun, time.monotonic() - begun))
            time.sleep(0.002)  # An honest client is not a flood.

    threads = [threading.Thread(target=ask, args=(own,)) for own in latencies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(([took for own in latencies for _, took in own], failures))


class Honest:
    """The honest client in a process of its own, until `end`."""

    def __init__(self, port: int, connections: int) -> None:
        context = multiprocessing.get_context("fork")
        self._ends, self._results = context.Event(), context.Queue()
        self._process = context.Process(target=honest, args=(port, connections, self._ends, self._results), daemon=True)
        self._process.start()

    def end(self) -> tuple[list[float], list[str]]:
        self._ends.set()
        result = self._results.get(timeout=90)
        self._process.join()
        return result


def watch_memory(pid: int, peak: list[int], ends: threading.Event) -> None:
    while not ends.wait(0.1):
        peak[0] = max(peak[0], resident_bytes([pid]))


def measure(options: argparse.Namespace, port: int, pid: int) -> dict:
    warmup = Honest(port, options.connections)
    time.sleep(2)
    warmup.end()
    alone = Honest(port, options.connections)
    time.sleep(options.seconds)
    alone_s, failed_alone = alone.end()
    alone_s = with_those_that_waited(alone_s)

    before = resident_bytes([pid])
    peak, ends = [before], threading.Event()
    memory = threading.Thread(target=watch_memory, args=(pid, peak, ends))
    memory.start()
    beside = Honest(port, options.connections)
    slow = slow_clients.open_all(port, options.clients, options.addresses)
    until = time.monotonic() + CLOSED_WITHIN_S
    slow_clients.run(slow, CLOSED_WITHIN_S + 10)
    # As long as slow ones may stay, whether they do or not: else the sooner they are closed the fewer good answers count.
    time.sleep(max(0, until - time.monotonic()))
    beside_s, failed_beside = beside.end()
    beside_s = with_those_that_waited(beside_s)
    ends.set()
    memory.join()
    return {
        "alone_p50_ms": percentile(alone_s, 50) * 1e3, "alone_p99_ms": percentile(alone_s, 99) * 1e3,
        "beside_p50_ms": percentile(beside_s, 50) * 1e3, "beside_p99_ms": percentile(beside_s, 99) * 1e3,
        "beside_max_ms": max(beside_s) * 1e3, "failures": (failed_alone + failed_beside)[:10],
        "memory_before_mib": before / MIB, "memory_growth_mib": (peak[0] - before) / MIB,
        "slow": {kind: closings([one for one in slow if one.kind == kind]) for kind in slow_clients.KINDS},
    }


def closings(clients: list[slow_clients.Client]) -> dict:
    closed = [one.closed_after_s for one in clients if one.closed_after_s is not None]
    return {"clients": len(clients), "open_at_the_end": len(clients) - len(closed),
            "closed_p50_s": percentile(closed, 50), "closed_last_s": max(closed, default=float("nan"))}


def report(result: dict) -> None:
    ratio = result["beside_p99_ms"] / result["alone_p99_ms"]
    print(f"honest p99      {result['alone_p99_ms']:8.2f} ms alone, {result['beside_p99_ms']:8.2f} ms beside: {ratio:.2f}  (bar: <= 2)")
    print(f"honest p50      {result['alone_p50_ms']:8.2f} ms alone, {result['beside_p50_ms']:8.2f} ms beside, "
          f"max {result['beside_max_ms']:.0f} ms")
    print(f"memory          {result['memory_before_mib']:8.1f} MiB before, {result['memory_growth_mib']:+.1f} MiB  (bar: <= +64)")
    for kind, one in result["slow"].items():
        print(f"slow {kind:<10} {one['clients']:5} clients, half closed after {one['closed_p50_s']:.1f} s, the last after "
              f"{one['closed_last_s']:.1f} s, {one['open_at_the_end']} left open  (bar: all <= {CLOSED_WITHIN_S} s)")


def judge(result: dict) -> list[str]:
    """What does not depend on the machine's speed."""
    wrong = [f"an honest request failed: {failure}" for failure in result["failures"]]
    for kind, one in result["slow"].items():
        if one["open_at_the_end"]:
            wrong.append(f"{one['open_at_the_end']} slow {kind} were not closed")
    return wrong


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench slow", description=__doc__)
    parser.add_argument("--clients", type=int, default=2000, help="slow ones, a third of each kind")
    parser.add_argument("--addresses", type=int, default=20, help="of the loopback network, from which they come")
    parser.add_argument("--connections", type=int, default=8, help="of the honest client")
    parser.add_argument("--seconds", type=float, default=10, help="of the measurement alone")
    parser.add_argument("--weft", default=str(ROOT / "build/release/weft"))
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    try:
        with tempfile.TemporaryDirectory(prefix="weft-slow-") as folder:
            port = free_port()
            command = [options.weft, "serve", "--unsigned", "--addr", f"127.0.0.1:{port}", "--log-level", "error", str(GUEST)]
            env = {"PATH": os.environ.get("PATH", ""), "HOME": folder}
            # The test guest answers 201 to `/`; the bench's own wait wants a 200 there.
            with serving(command, port, Path(folder) / "log", env, path="/ignore") as running:
                result = measure(options, port, running.process.pid)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if options.output == "json":
        print(json.dumps(result, indent=2))
    else:
        report(result)
    for line in (wrong := judge(result)):
        print(f"bench: {line}", file=sys.stderr)
    return 1 if wrong else 0
