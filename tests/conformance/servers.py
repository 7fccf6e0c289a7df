"""HTTP servers that a test of outgoing requests calls: each endpoint answers as the test describes."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

PHRASES = {200: "OK", 201: "Created", 404: "Not Found", 418: "I'm a teapot", 500: "Internal Server Error"}


@dataclass
class Request:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    trailers: list[tuple[str, str]]


class Servers:
    """The servers of one test, on free ports of loopback."""

    def __init__(self, described: list[dict]) -> None:
        self.described = described
        self.running: list[asyncio.Server] = []

    async def start(self) -> dict[str, str]:
        """Returns the variables through which the guest finds them."""
        variables = {}
        for server in self.described:
            address = await self._start_one(server)
            variables[f"HTTP_SERVER_{server['name'].upper()}"] = address
        return variables

    async def _start_one(self, server: dict) -> str:
        if server.get("kind") == "closed":
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                return "127.0.0.1:%d" % probe.getsockname()[1]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _serve(server.get("endpoints", []), reader, writer)

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.running.append(listening)
        return "127.0.0.1:%d" % listening.sockets[0].getsockname()[1]

    def stop(self) -> None:
        for server in self.running:
            server.close()


async def _serve(endpoints: list[dict], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while request := await _read_request(reader):
            writer.write(_answer(endpoints, request))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        pass  # The client gave its request up, which some tests do.
    finally:
        writer.close()


async def _read_fields(reader: asyncio.StreamReader) -> list[tuple[str, str]]:
    fields = []
    while (line := (await reader.readuntil(b"\r\n")).strip()) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        fields.append((name.lower(), value.strip()))
    return fields


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers = await _read_fields(reader)
    known = dict(headers)
    if "chunked" not in known.get("transfer-encoding", ""):
        return Request(method, path, headers, await reader.readexactly(int(known.get("content-length", 0))), [])
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    return Request(method, path, headers, body, await _read_fields(reader))


def _answer(endpoints: list[dict], request: Request) -> bytes:
    found = next((one for one in endpoints
                  if (one.get("method", "GET"), one["path"]) == (request.method, request.path)), None)
    if found is None:
        return _message(404, [], b"")
    if found.get("mode") == "echo-body":
        return _message(200, [], request.body)
    if found.get("mode") == "echo-headers":
        return _message(200, _echo(request), b"")
    response = found["response"]
    headers = list(response.get("headers", {}).items())
    if "chunks" in response:
        return _chunked(response["status"], headers, response["chunks"], response.get("trailers", {}))
    body = b"" if request.method == "HEAD" else response.get("body", "").encode()
    return _message(response["status"], headers, body)


def _echo(request: Request) -> list[tuple[str, str]]:
    """What arrived, as fields; those of one name in one field."""
    joined: dict[str, list[str]] = {}
    for name, value in request.headers:
        joined.setdefault(f"x-echo-{name}", []).append(value)
    for name, value in request.trailers:
        joined.setdefault(f"x-trailer-{name}", []).append(value)
    fields = [(name, ", ".join(values)) for name, values in joined.items()]
    return [("x-request-method", request.method), ("x-request-path", request.path), *fields]


def _head(status: int, headers: list[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {PHRASES.get(status, 'Unknown')}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _message(status: int, headers: list[tuple[str, str]], body: bytes) -> bytes:
    return _head(status, [*headers, ("content-length", str(len(body)))]) + body


def _chunked(status: int, headers: list[tuple[str, str]], chunks: list[str], trailers: dict[str, str]) -> bytes:
    announced = [("trailer", ", ".join(trailers))] if trailers else []
    head = _head(status, [*headers, ("transfer-encoding", "chunked"), *announced])
    content = b"".join(b"%x\r\n%s\r\n" % (len(chunk.encode()), chunk.encode()) for chunk in chunks)
    tail = "".join(f"{name}: {value}\r\n" for name, value in trailers.items())
    return head + content + b"0\r\n" + tail.encode("latin-1") + b"\r\n"
