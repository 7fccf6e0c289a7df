"""Bytes that stream into a guest and out of it again: how fast, and how much larger the host gets."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from process import BenchError, Running, free_port, serving
from servers import MANIFEST, ROOT

# The engine's test guests: each gives back, chunk by chunk, what is sent to /echo.
GUESTS = {"stream<u8> of WASI 0.3": ("testguest_p3", "handler"), "streams of WASI 0.2": ("testguest", "incoming-handler")}
GROWTH_BYTES_MAX = 16 << 20
_LIMITS = """\
      traits:
        - type: limits
          properties: {memory: 64MiB, deadline: 1h}
"""
_CHUNK_BYTES = 1 << 20
_RECEIVE_BYTES = 1 << 18
_WAIT_S = 60


@dataclass
class Flow:
    """What became of one stream. Field names are those of the JSON output."""

    sent_bytes: int
    seconds: float
    resident_before_bytes: int
    resident_peak_bytes: int

    @property
    def growth_bytes(self) -> int:
        return self.resident_peak_bytes - self.resident_before_bytes

    @property
    def bytes_per_s(self) -> float:
        return self.sent_bytes / self.seconds


def measure(weft: Path, folder: Path, guest: str, mebibytes: int) -> Flow:
    """In a host of its own, which has served a small one before, so that what it needs once is there."""
    file, interface = GUESTS[guest]
    port = free_port()
    folder.mkdir()
    shutil.copyfile(ROOT / f"src/io/engine/testdata/{file}.wasm", folder / "component.wasm")
    at = "        image: ./component.wasm\n"
    text = MANIFEST.format(port=port).replace(at, at + _LIMITS).replace("[incoming-handler]", f"[{interface}]")
    (folder / "app.yaml").write_text(text)
    (folder / "trust.yaml").write_text("unsigned: allow\n")
    command = [str(weft), "up", str(folder / "app.yaml"), "--trust-file", str(folder / "trust.yaml"),
               "--data-dir", str(folder / "data")]
    env = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder)}
    with serving(command, port, folder / "log", env, path="/ignore") as running:
        _echo(running.port, 1)
        before = _reset_peak(running)
        seconds = _echo(running.port, mebibytes)
        return Flow(mebibytes << 20, seconds, before, _kilobytes(running, "status", "VmHWM") * 1024)


def _echo(port: int, mebibytes: int) -> float:
    """Sends so much while it reads what comes back, compares it, and says how many seconds that took."""
    chunk = os.urandom(_CHUNK_BYTES)
    size = mebibytes * _CHUNK_BYTES
    with contextlib.ExitStack() as open_now:
        connection = open_now.enter_context(socket.create_connection(("127.0.0.1", port), _WAIT_S))
        response = open_now.enter_context(contextlib.closing(http.client.HTTPResponse(connection, method="POST")))
        begun = time.monotonic()
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size)
        # The guest gives back while it takes: who only sent would wait for ever.
        sender = threading.Thread(target=_send, args=(connection, chunk, mebibytes), daemon=True)
        sender.start()
        response.begin()
        received = _compare(response, chunk)
        seconds = time.monotonic() - begun
        sender.join(_WAIT_S)
    if (response.status, received) != (200, size):
        raise BenchError(f"of {size} bytes to /echo came back {received}, with status {response.status}")
    return seconds


def _send(connection: socket.socket, chunk: bytes, count: int) -> None:
    # What the client reads is the verdict; here only the connection can end.
    with contextlib.suppress(OSError):
        for _ in range(count):
            connection.sendall(chunk)


def _compare(response: http.client.HTTPResponse, chunk: bytes) -> int:
    """How many bytes came, each of them as it was sent."""
    twice = chunk + chunk
    received = 0
    while data := response.read1(_RECEIVE_BYTES):
        place = received % len(chunk)
        if data != twice[place:place + len(data)]:
            raise BenchError(f"other bytes came back than were sent, within {len(data)} bytes from {received} on")
        received += len(data)
    return received


def _reset_peak(running: Running) -> int:
    """The resident memory now; the peak counts from here on."""
    Path(f"/proc/{running.process.pid}/clear_refs").write_text("5")
    return _kilobytes(running, "smaps_rollup", "Rss") * 1024


def _kilobytes(running: Running, file: str, name: str) -> int:
    text = Path(f"/proc/{running.process.pid}/{file}").read_text()
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    if not found:
        raise BenchError(f"the kernel does not say '{name}' of a process")
    return int(found[1])


def play(weft: Path, folder: Path, mebibytes: int, number: int) -> dict[str, Flow]:
    """Every guest once; who comes first changes with every round."""
    guests = list(GUESTS) if number % 2 == 0 else list(reversed(GUESTS))
    flows = {}
    for guest in guests:
        flows[guest] = measure(weft, folder / f"stream-{number}-{GUESTS[guest][0]}", guest, mebibytes)
        print(f"  round {number + 1}: {guest}: {flows[guest].bytes_per_s / (1 << 20):.0f} MiB/s, host "
              f"+{flows[guest].growth_bytes / (1 << 20):.1f} MiB", file=sys.stderr)
    return flows
