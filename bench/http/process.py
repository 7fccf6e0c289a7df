"""Processes that the bench starts: each is ended by its own id, whatever happens; and what they used, from /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_WAIT_S = 60
STOP_WAIT_S = 15
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class BenchError(Exception):
    """Why the bench cannot go on: one sentence."""


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Running:
    """A server that answers."""

    process: subprocess.Popen
    port: int
    first_answer_s: float
    body: bytes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port: int, path: str = "/") -> tuple[int, bytes] | None:
    """Status and body; None while nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
    except OSError:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if not status or not status[0].isdigit():
        return None
    if b"transfer-encoding: chunked" in head.lower():
        body = _unchunk(body)
    return int(status[0]), body


def _unchunk(body: bytes) -> bytes:
    out = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if length == 0:
            break
        out, body = out + rest[:length], rest[length + 2:]
    return out


@contextlib.contextmanager
def started(command: list[str], log: Path, env: dict[str, str] | None = None, stdout=None) -> Iterator[subprocess.Popen]:
    """Runs a program until the block ends; what it prints goes to the log, or where `stdout` says."""
    with log.open("wb") as out:
        # A session of its own: Ctrl-C reaches the bench alone, which then ends the program in order.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout or out, stderr=out, env=env,
                                   start_new_session=True, preexec_fn=_end_with_parent)
    try:
        yield process
    finally:
        stop(process)


@contextlib.contextmanager
def serving(command: list[str], port: int, log: Path, env: dict[str, str] | None = None,
            path: str = "/") -> Iterator[Running]:
    """Runs a server until the block ends. The time to its first 200 counts from just before the process is made."""
    begun = time.monotonic()
    with started(command, log, env) as process:
        body = _wait_for_answer(process, port, path, begun + START_WAIT_S, log)
        yield Running(process, port, time.monotonic() - begun, body)


def last_line(log: Path) -> str:
    return (log.read_text(errors="replace").strip().splitlines() or ["it printed nothing"])[-1]


def _wait_for_answer(process: subprocess.Popen, port: int, path: str, deadline: float, log: Path) -> bytes:
    while time.monotonic() < deadline:
        answer = get(port, path)
        if answer and answer[0] == 200:
            return answer[1]
        if process.poll() is not None:
            raise BenchError(f"'{' '.join(process.args)}' ended with {process.returncode}: {last_line(log)}")
        if answer:
            raise BenchError(f"'{' '.join(process.args)}' answers {answer[0]} and not 200")
        time.sleep(0.001)
    raise BenchError(f"'{' '.join(process.args)}' did not answer within {START_WAIT_S} s")


def stop(process: subprocess.Popen) -> None:
    """Ends one process that the bench started."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat behind the name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found


def cpu_seconds(pids: list[int]) -> float:
    """User and system time so far."""
    stats = filter(None, map(_stat, pids))
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / TICKS_PER_SECOND


def resident_bytes(pids: list[int]) -> int:
    """RSS; pages that processes share count for each of them."""
    stats = filter(None, map(_stat, pids))
    return sum(int(fields[21]) for fields in stats) * PAGE_BYTES


def machine_busy_seconds() -> float:
    """CPU time of all processes and interrupts since boot, over all cores, with what other guests of this host took."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
