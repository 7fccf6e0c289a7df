"""What is measured, which baseline it stands on and where its bar is. Nothing fails by it."""

from __future__ import annotations

from dataclasses import dataclass

FLAVOURS = ("plain", "concurrent")
PAYLOADS = (("nop", "no arguments"), ("add", "two numbers"), ("64b", "64 B"), ("4k", "4 KiB"), ("1m", "1 MiB"))


@dataclass(frozen=True)
class Bar:
    """`most` of nanoseconds (`at_all`), nanoseconds above the baseline (`above`), or times the baseline (`times`)."""

    kind: str
    most: float


@dataclass(frozen=True)
class Row:
    title: str
    name: str
    """As the native program calls it."""
    baseline: str | None
    """As the baseline's program calls it."""
    column: str
    """Which time of it counts: of the thread, or of the clock where other threads take part or single calls count."""
    bar: Bar | None = None

    @property
    def baseline_column(self) -> str:
        """The baseline times no single calls."""
        return "cpu_ns" if self.column == "p50_ns" else self.column


def _import_bar(way: str, payload: str) -> Bar | None:
    if way == "thread":
        return None
    if payload == "1m":
        return Bar("times", 1.3)
    return Bar("above", 120 if way == "inline" else 400)


_GUEST_BARS = {"nop": Bar("at_all", 2_500), "4k": Bar("at_all", 3_500), "1m": Bar("at_all", 130_000)}
_LINKED_BARS = {"nop": Bar("at_all", 4_000), "4k": Bar("at_all", 6_000), "1m": Bar("at_all", 400_000)}
_WAYS = {"inline": "answered inline", "posted": "answered by a post on the same shard",
         "thread": "answered from another thread"}


def rows() -> list[Row]:
    found = []
    for flavour in FLAVOURS:
        found.append(Row(f"instance, one call, end ({flavour})", f"instantiate.{flavour}", f"instantiate.{flavour}",
                         "cpu_ns"))
        for payload, title in PAYLOADS:
            if payload != "add":
                found.append(Row(f"export, {title} ({flavour})", f"export.{payload}.{flavour}",
                                 f"export.{payload}.{flavour}", "cpu_ns"))
        for way, how in _WAYS.items():
            for payload, title in PAYLOADS:
                found.append(Row(f"import {how}, {title} ({flavour})", f"import.{way}.{payload}.{flavour}",
                                 f"import.{payload}.{flavour}", "wall_ns" if way == "thread" else "cpu_ns",
                                 _import_bar(way, payload)))
        for payload, title in PAYLOADS:
            if payload != "add":
                name = f"guest.{payload}.{flavour}"
                # The baseline cannot run one guest inside of another one's call with an event loop.
                found.append(Row(f"guest to guest, p50, {title} ({flavour})", name,
                                 name if flavour == "plain" else None, "p50_ns", _GUEST_BARS.get(payload)))
                found.append(Row(f"component to component by a link, {title} ({flavour})", f"linked.{payload}.{flavour}",
                                 f"guest.{payload}.{flavour}" if flavour == "plain" else None, "wall_ns",
                                 _LINKED_BARS.get(payload)))
    return found


def against(bar: Bar, value: float, baseline: float | None) -> float:
    """What the bar bounds."""
    if bar.kind == "at_all" or baseline is None:
        return value
    return value - baseline if bar.kind == "above" else value / baseline
