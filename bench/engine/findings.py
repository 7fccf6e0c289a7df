"""What the rounds say: each figure with its baseline and its bar."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from figures import Bar, Row, against, rows

# More than this share of the cores in other hands, and single figures say more of them than of the engine.
BUSY_PERCENT = 5
RESIDENT_KB_MAX = 200
LOAD_MS_MAX = 2
FIRST_200_MS_MAX = 60


@dataclass
class Round:
    load_average: float
    other_cpu_percent: float
    figures: dict[str, dict[str, dict[str, float]]]
    """By program, then by the name of the row: each has its own measurement of its baseline."""


@dataclass
class Result:
    rounds: list[Round] = field(default_factory=list)
    residents: list[dict[str, float]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    instructions: dict[str, float] = field(default_factory=dict)
    baseline_instructions: dict[str, float] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def values(self, program: str, name: str, column: str) -> list[float]:
        found = (one.figures[program].get(name, {}).get(column) for one in self.rounds)
        return [value for value in found if value is not None]


@dataclass
class Line:
    """One row with what was measured; times in nanoseconds."""

    row: Row
    values: list[float]
    baselines: list[float]

    @property
    def bounded(self) -> list[float]:
        """What the bar bounds, round by round, so that both programs had the same machine."""
        if not self.row.bar:
            return []
        baselines = self.baselines or [None] * len(self.values)
        return [against(self.row.bar, *pair) for pair in zip(self.values, baselines, strict=True)]


def lines_of(result: Result) -> list[Line]:
    found = []
    for row in rows():
        values = result.values("weft", row.name, row.column)
        baselines = result.values("baseline", row.name, row.baseline_column) if row.baseline else []
        if values:
            found.append(Line(row, values, baselines))
    return found


def as_text(result: Result, more: list[str] | None = None) -> str:
    """`more` are lines of other tables."""
    table = [["", "weft", "baseline", "bounded", "bar", "", "instructions", "of the baseline"]]
    for line in lines_of(result):
        table.append([line.row.title, spread(line.values, time_text), spread(line.baselines, time_text),
                      *_judged(line.row.bar, line.bounded), *_counted(result, line.row)])
    table += _host_rows(result)
    widths = [max(len(row[index]) for row in table) for index in range(len(table[0]))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    head = (f"{len(result.rounds)} rounds, medians (lowest..highest round); times of the thread's CPU, of the clock "
            f"where other threads answer and for p50; {os.cpu_count()} cores, {_cpu_name()}")
    return "\n".join([head, "", *text, "", *(more or []), *_remarks(result)])


def _judged(bar: Bar | None, bounded: list[float]) -> list[str]:
    if not bar or not bounded:
        return ["", "", ""]
    form = {"at_all": time_text, "above": lambda value: f"+{time_text(value)}", "times": lambda value: f"x{value:.2f}"}[bar.kind]
    met = statistics.median(bounded) <= bar.most
    return [spread(bounded, form), f"<= {form(bar.most)}", "met" if met else "MISSED"]


def _counted(result: Result, row: Row) -> list[str]:
    cells = (result.instructions.get(row.name), result.baseline_instructions.get(row.baseline or ""))
    return [f"{cell:,.0f}" if cell is not None else "" for cell in cells]


def _host_rows(result: Result) -> list[list[str]]:
    found = []

    def add(title: str, values: list[float], unit: str, most: float | None) -> None:
        def form(value: float) -> str:
            return f"{value:.2f} {unit}" if value < 10 else f"{value:.0f} {unit}"

        bar = ["", "", ""] if most is None else [
            "", f"<= {form(most)}", "met" if statistics.median(values) <= most else "MISSED"]
        found.append([title, spread(values, form), "", *bar, "", ""])

    if result.residents:
        number = result.residents[0]["components"]
        for title, key, unit, most in (
                (f"{number} components, loading one", "load_wall_ms", "ms", LOAD_MS_MAX),
                (f"{number} components, memory of one, loaded", "loaded_kb", "kB", None),
                (f"{number} components, memory of one, started once", "started_kb", "kB", RESIDENT_KB_MAX),
                ("  of which no file stands behind", "started_anonymous_kb", "kB", None)):
            add(title, [one[key] for one in result.residents], unit, most)
    if result.starts:
        add(f"start to first 200, {len(result.starts)} starts", result.starts, "ms", FIRST_200_MS_MAX)
    return found


def _remarks(result: Result) -> list[str]:
    averages = [one.load_average for one in result.rounds]
    others = [one.other_cpu_percent for one in result.rounds]
    lines = [f"load average {spread(averages, '{:.1f}'.format)}; other processes used "
             f"{spread(others, '{:.0f}'.format)} % of the CPU", *result.remarks]
    if statistics.median(others) > BUSY_PERCENT:
        lines.append("BUSY MACHINE: what runs beside takes caches and cores; compare with the baseline only, and measure again")
    return lines


def time_text(ns: float) -> str:
    if abs(ns) < 10_000:
        return f"{ns:,.0f} ns"
    return f"{ns / 1e3:,.1f} us"


def spread(values: list[float], form) -> str:
    if not values:
        return ""
    return f"{form(statistics.median(values))} ({form(min(values))}..{form(max(values))})"


def _cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def as_json(result: Result, more: dict | None = None) -> str:
    """Everything, with the single rounds; `more` are further members."""
    named = {}
    for line in lines_of(result):
        named[line.row.name] = {
            "title": line.row.title, "column": line.row.column, "ns": statistics.median(line.values),
            "baseline_ns": statistics.median(line.baselines) if line.baselines else None,
            "bar": dataclasses.asdict(line.row.bar) if line.row.bar else None,
            "bounded": statistics.median(line.bounded) if line.bounded else None,
            "instructions": result.instructions.get(line.row.name),
            "baseline_instructions": result.baseline_instructions.get(line.row.baseline or "")}
    return json.dumps({
        "machine": {"cores": os.cpu_count(), "cpu": _cpu_name(), "kernel": platform.release()},
        "figures": named, "residents": result.residents, "first_200_ms": result.starts, "remarks": result.remarks,
        "rounds": [dataclasses.asdict(one) for one in result.rounds], **(more or {})}, indent=2)
