"""What the rounds say: medians with their spread, and ratios of what ran in the same round."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
from dataclasses import dataclass, field

from load import Load, Sample
from servers import Server

# More than this share of the cores in other hands, and the figures say more of them than of the servers.
BUSY_PERCENT = 5

COLUMNS = [
    ("requests_per_s", "req/s", "{:,.0f}"),
    ("p50_ms", "p50 ms", "{:.2f}"),
    ("p99_ms", "p99 ms", "{:.2f}"),
    ("cpu_us_per_request", "CPU us/req", "{:.1f}"),
    ("rss_idle_mb", "RSS idle MB", "{:.1f}"),
    ("rss_load_mb", "RSS load MB", "{:.1f}"),
    ("first_200_ms", "first 200 ms", "{:.0f}"),
]
RATIOS = [("requests_per_s", "req/s"), ("cpu_us_per_request", "CPU per request"), ("p99_ms", "p99")]


@dataclass
class Round:
    load_average: float
    """One minute's, before the round."""
    samples: dict[str, Sample]


@dataclass
class Result:
    servers: list[Server]
    load: Load
    rounds: list[Round] = field(default_factory=list)

    def values(self, server: str, column: str) -> list[float]:
        return [getattr(one.samples[server], column) for one in self.rounds]

    def ratios(self, server: str, peer: str, column: str) -> list[float]:
        pairs = zip(self.values(server, column), self.values(peer, column), strict=True)
        return [mine / theirs for mine, theirs in pairs if theirs > 0]

    def errors(self) -> int:
        return int(sum(sum(self.values(server.name, "errors")) for server in self.servers))

    def others(self) -> list[float]:
        return [sample.other_cpu_percent for one in self.rounds for sample in one.samples.values()]


def progress(number: int, name: str, sample: Sample) -> str:
    wrong = f", {sample.errors} ERRORS" if sample.errors else ""
    return (f"  round {number + 1} {name:9} {sample.requests_per_s:10,.0f} req/s, p99 {sample.p99_ms:6.2f} ms, "
            f"others {sample.other_cpu_percent:3.0f} % of the CPU{wrong}")


def as_text(result: Result) -> str:
    lines = [_setting(result), ""]
    lines += [f"{server.name:9} {server.version}, {server.binary.stat().st_size / 1e6:.1f} MB"
              for server in result.servers]
    lines += ["", "median (min..max of the rounds)"]
    lines += _table(result)
    if ratios := _ratio_lines(result):
        lines += ["", "ratio within a round: median (min..max)", *ratios]
    lines += ["", *_remarks(result)]
    return "\n".join(lines)


def _setting(result: Result) -> str:
    load = result.load
    return (f"{len(result.rounds)} rounds of {load.seconds} s, wrk -t{load.threads} -c{load.connections}, loopback, "
            f"{os.cpu_count()} cores, {_cpu_name()}")


def _table(result: Result) -> list[str]:
    rows = [["", *(server.name for server in result.servers)]]
    for column, title, form in COLUMNS:
        rows.append([title, *(_spread(result.values(server.name, column), form) for server in result.servers)])
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _pairs(result: Result) -> list[tuple[str, str]]:
    """Whose ratios are shown: weft to its peers; of an application each way of running it to hello run in the same way."""
    names = [server.name for server in result.servers]
    if "weft" in names:
        return [("weft", peer) for peer in names if peer != "weft"]
    peers = {name: "hello " + name.split()[-1] for name in names}
    return [(name, peer) for name, peer in peers.items() if name != peer and peer in names]


def _ratio_lines(result: Result) -> list[str]:
    lines = []
    for name, peer in _pairs(result):
        parts = [f"{title} {_spread(result.ratios(name, peer, column), '{:.2f}')}" for column, title in RATIOS]
        lines.append(f"{name} / {peer}: " + ", ".join(parts))
    return lines


def _remarks(result: Result) -> list[str]:
    averages, others = [one.load_average for one in result.rounds], result.others()
    lines = [f"load average before the rounds {_spread(averages, '{:.1f}')}; other processes used "
             f"{_spread(others, '{:.0f}')} % of the CPU during the measurements"]
    if statistics.median(others) > BUSY_PERCENT:
        lines.append("BUSY MACHINE: other processes ran beside the servers; compare ratios only, and measure again")
    if result.errors():
        lines.append(f"NOT VALID: {result.errors()} requests failed")
    return lines


def _spread(values: list[float], form: str) -> str:
    if not values:
        return "-"
    return f"{form.format(statistics.median(values))} ({form.format(min(values))}..{form.format(max(values))})"


def as_json(result: Result) -> str:
    """Everything, with the single rounds."""
    return json.dumps({
        "machine": {"cores": os.cpu_count(), "cpu": _cpu_name(), "kernel": platform.release()},
        "load": dataclasses.asdict(result.load),
        "servers": {server.name: {"version": server.version, "binary_bytes": server.binary.stat().st_size,
                                  **{column: _numbers(result.values(server.name, column)) for column, *_ in COLUMNS}}
                    for server in result.servers},
        "ratios": {f"{name}/{peer}": {column: _numbers(result.ratios(name, peer, column)) for column, _ in RATIOS}
                   for name, peer in _pairs(result)},
        "busy": statistics.median(result.others()) > BUSY_PERCENT,
        "other_cpu_percent": _numbers(result.others()),
        "errors": result.errors(),
        "rounds": [dataclasses.asdict(one) for one in result.rounds],
    }, indent=2)


def _numbers(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def _cpu_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
