"""What the rounds say, as text and as JSON."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import findings
import nats
import stores
import streams
from findings import spread, time_text

if TYPE_CHECKING:
    from calls import Result

_PAYLOAD_TITLES = {"nop": "no arguments, 0 B", "4k": "4 KiB", "1m": "1 MiB"}


def payload_over_nats(row: str) -> str | None:
    """What is asked over NATS beside a row of linked calls."""
    found = re.fullmatch(r"linked\.(\w+)\.plain", row)
    return found[1] if found and found[1] in nats.PAYLOADS else None


def as_text(result: Result) -> str:
    parts = [_aligned(table) for table in (_nats_table(result), _stores_table(result), _streams_table(result)) if table]
    return findings.as_text(result.calls, [line for part in parts for line in (*part, "")])


def as_json(result: Result) -> str:
    return findings.as_json(result.calls, {
        "nats_server": nats.SERVER_VERSION if result.nats else None, "nats": result.nats, "keyvalue": result.stores,
        "streams": [{guest: dataclasses.asdict(flow) for guest, flow in one.items()} for one in result.streams]})


def _nats_table(result: Result) -> list[list[str]]:
    if not result.nats:
        return []
    table = [["a call and its answer", "by a link", f"request-reply by nats-server {nats.SERVER_VERSION}, p50", "NATS / link"]]
    for payload, title in _PAYLOAD_TITLES.items():
        links = result.calls.values("weft", f"linked.{payload}.plain", "wall_ns")
        asked = [one[payload]["p50_ns"] for one in result.nats]
        table.append([title, spread(links, time_text), spread(asked, time_text), _ratio(asked, links)])
    return table


def _stores_table(result: Result) -> list[list[str]]:
    if not result.stores:
        return []
    ways = list(stores.WAYS)
    table = [["a component's call of wasi:keyvalue", *stores.WAYS.values(),
              *(f"{stores.WAYS[way]} / {stores.WAYS[ways[0]]}" for way in ways[1:])]]
    for access in stores.ACCESSES:
        for size, title in stores.SIZES.items():
            values = {way: [one[stores.name_of(way, access, size)]["wall_ns"] for one in result.stores] for way in ways}
            table.append([f"{access}, {title}", *(spread(values[way], time_text) for way in ways),
                          *(_ratio(values[way], values[ways[0]]) for way in ways[1:])])
    return table


def _streams_table(result: Result) -> list[list[str]]:
    if not result.streams:
        return []
    size = next(iter(result.streams[0].values())).sent_bytes >> 20
    table = [[f"{size:,} MiB into a guest of 64 MiB and back, over HTTP", "rate", "host before", "host grew by", "bar", ""]]
    for guest in streams.GUESTS:
        flows = [one[guest] for one in result.streams]
        growth = [flow.growth_bytes for flow in flows]
        met = max(growth) <= streams.GROWTH_BYTES_MAX
        table.append([guest, f"{spread([flow.bytes_per_s for flow in flows], _mebibytes)} MiB/s",
                      f"{spread([flow.resident_before_bytes for flow in flows], _mebibytes)} MiB",
                      f"{spread(growth, _mebibytes)} MiB", f"<= {_mebibytes(streams.GROWTH_BYTES_MAX)} MiB",
                      "met" if met else "MISSED"])
    return table


def _ratio(values: list[float], others: list[float]) -> str:
    """Of what was measured in the same round."""
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return spread(ratios, lambda value: f"x{value:.2f}" if value < 100 else f"x{value:,.0f}")


def _mebibytes(count: float) -> str:
    return f"{count / (1 << 20):,.1f}"


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(len(row[index]) for row in table) for index in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
