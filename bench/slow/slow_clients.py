"""Clients that send a head, send a body or take a response a byte at a time, and when each of them was closed."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from dataclasses import dataclass

STEP_S = 1.0
BODY = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx"
KINDS = {"heads": b"POST /echo HTTP/1.1\r\nHo", "bodies": BODY, "readers": b"GET /big?67108864 HTTP/1.1\r\nHost: x\r\n\r\n"}


@dataclass
class Client:
    """One of them."""

    kind: str
    connection: socket.socket
    begun: float
    closed_after_s: float | None = None
    answer: bytes = b""


def open_all(port: int, count: int, addresses: int) -> list[Client]:
    """Those of all kinds and addresses, mixed."""
    clients = []
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        connection = socket.socket()
        # A small buffer, so that little of a response is taken by the kernel alone.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.bind((f"127.0.0.{2 + number % addresses}", 0))
        connection.connect(("127.0.0.1", port))
        connection.setblocking(False)
        client = Client(kind, connection, time.monotonic())
        with contextlib.suppress(OSError):
            connection.send(KINDS[kind])
        clients.append(client)
    return clients


def _step(client: Client) -> None:
    """A byte, or a few; notes the end of the connection, which one that was reset sees behind what it has not read yet."""
    try:
        if client.connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise ConnectionResetError
        if client.kind != "readers":
            client.connection.send(b"a")
        part = client.connection.recv(10 if client.kind == "readers" else 4096)
        client.answer = (client.answer + part)[:64]
        ended = not part
    except BlockingIOError:
        return
    except OSError:
        ended = True
    if ended:
        client.closed_after_s = time.monotonic() - client.begun
        client.connection.close()


def run(clients: list[Client], wait_s: float) -> None:
    """Goes on until all are closed, or for so long."""
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        begun = time.monotonic()
        open_now = [client for client in clients if client.closed_after_s is None]
        if not open_now:
            return
        for client in open_now:
            _step(client)
        _note_ended(open_now, begun + STEP_S)


def _note_ended(clients: list[Client], until: float) -> None:
    """Between two steps: those that the server ends."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            if client.closed_after_s is None and client.kind != "readers":
                selector.register(client.connection, selectors.EVENT_READ, client)
        while (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                client = key.data
                _step(client)
                if client.closed_after_s is not None:
                    selector.unregister(key.fileobj)
