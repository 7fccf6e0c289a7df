"""One measurement: wrk against one server that runs."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass

from process import BenchError, Running, cpu_seconds, machine_busy_seconds, resident_bytes, stop, tree

_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}
_SAMPLE_S = 0.25


@dataclass
class Load:
    """How hard wrk pushes."""

    threads: int
    connections: int
    seconds: int
    warmup_seconds: int


@dataclass
class Sample:
    """What one server did in one round. Field names are those of the JSON output."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us_per_request: float
    rss_idle_mb: float
    rss_load_mb: float
    first_200_ms: float
    errors: int
    other_cpu_percent: float
    """Of all cores: what neither the server nor wrk used."""


def wrk(load: Load, port: int, seconds: int) -> subprocess.Popen:
    command = ["wrk", f"-t{load.threads}", f"-c{load.connections}", f"-d{seconds}s", "--latency",
               f"http://127.0.0.1:{port}/"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, start_new_session=True)


def output_of(process: subprocess.Popen) -> str:
    out, err = process.communicate()
    if process.returncode != 0:
        raise BenchError(f"wrk ended with {process.returncode}: {(err or out).strip()}")
    return out


def measure(server: Running, load: Load) -> Sample:
    pids = tree(server.process.pid)
    idle = resident_bytes(pids)
    _push(load, server.port, load.warmup_seconds, [])
    pids = tree(server.process.pid)

    cpu, busy, own, began = cpu_seconds(pids), machine_busy_seconds(), _own_cpu_seconds(), time.monotonic()
    resident: list[int] = []
    out = _push(load, server.port, load.seconds, resident, pids)
    cpu, busy = cpu_seconds(pids) - cpu, machine_busy_seconds() - busy
    own, took = _own_cpu_seconds() - own, time.monotonic() - began

    requests = int(_find(out, r"(\d+) requests in"))
    others = max(0.0, busy - cpu - own) / (took * (os.cpu_count() or 1))
    return Sample(
        requests_per_s=float(_find(out, r"Requests/sec:\s+([\d.]+)")),
        p50_ms=_latency_ms(out, 50),
        p99_ms=_latency_ms(out, 99),
        cpu_us_per_request=cpu * 1e6 / max(1, requests),
        rss_idle_mb=idle / 1e6,
        rss_load_mb=max(resident) / 1e6,
        first_200_ms=server.first_answer_s * 1e3,
        errors=_errors(out),
        other_cpu_percent=others * 100,
    )


def _push(load: Load, port: int, seconds: int, resident: list[int], pids: list[int] | None = None) -> str:
    process = wrk(load, port, seconds)
    try:
        while pids and process.poll() is None:
            resident.append(resident_bytes(pids))
            time.sleep(_SAMPLE_S)
        return output_of(process)
    finally:
        stop(process)


def _own_cpu_seconds() -> float:
    """Of the bench and of the wrk processes that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise BenchError(f"wrk printed no '{pattern}': {text.strip()}")
    return found[1]


def _latency_ms(text: str, percentile: int) -> float:
    value = _find(text, rf"{percentile}%\s+([\d.]+(?:us|ms|s|m))\b")
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", value).groups()
    return float(number) * _UNITS_MS[unit]


def _errors(text: str) -> int:
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    return sum(int(count) for match in (wrong, broken) if match for count in match.groups())
