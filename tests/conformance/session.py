"""One test on one runtime: starts the process and does what the operations say, within a time limit."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import http.client
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

from runtimes import Runtime
from servers import Servers
from spec import Test

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
OUTPUT_BYTES_MAX = 1 << 20


class Unmet(Exception):
    """What a test expects did not happen."""


class Session:
    def __init__(self, test: Test, runtime: Runtime, time_limit_s: float) -> None:
        self.test, self.runtime, self.time_limit_s = test, runtime, time_limit_s
        self.process: asyncio.subprocess.Process | None = None
        self.connections: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        self.serving = ""

    async def run(self) -> str | None:
        """Nothing when the test passes, else why it does not."""
        servers = Servers(self.test.servers)
        with _copy_of(self.test.root) as (folder, root):
            try:
                env = await servers.start()
                await self._start(self.runtime.command(self.test, root, env), folder)
                await asyncio.wait_for(self._operate(), self.time_limit_s)
            except TimeoutError:  # Before OSError, of which it is one.
                return f"not done after {self.time_limit_s:g} s{await self._last_words()}"
            except Unmet as unmet:
                return f"{unmet}{await self._last_words()}"
            except (OSError, EOFError, http.client.HTTPException) as failure:
                return f"{type(failure).__name__}: {failure}{await self._last_words()}"
            finally:
                servers.stop()
                await self._end()
        return None

    async def _start(self, command: list[str], folder: Path) -> None:
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder)}
        env |= {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, env=env, limit=OUTPUT_BYTES_MAX,
            preexec_fn=lambda: _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))

    async def _operate(self) -> None:
        if self.test.is_service:
            line = (await self.process.stderr.readline()).decode(errors="replace")
            found = re.search(r"http://(\S+:\d+)", line)
            if not found:
                raise Unmet(f"the first line on stderr names no address: {line.strip()!r}")
            self.serving = found[1]
        for operation in self.test.operations:
            await getattr(self, f"_do_{operation['type']}")(operation)

    async def _do_run(self, _: dict) -> None:
        pass  # It runs already.

    async def _do_write(self, operation: dict) -> None:
        self.process.stdin.write(operation["payload"].encode())
        await self.process.stdin.drain()

    async def _do_read(self, operation: dict) -> None:
        stream = operation.get("id", "stdout")
        expected = operation.get("payload", "").encode()
        reader = getattr(self.process, stream)
        try:
            # What follows `wait` is all there is; before it, the guest goes on.
            got = await (reader.read() if self.process.returncode is not None else reader.readexactly(len(expected)))
        except asyncio.IncompleteReadError as end:
            got = end.partial
        _expect(stream, got, expected)

    async def _do_wait(self, operation: dict) -> None:
        self.process.stdin.close()
        _expect("exit code", await self.process.wait(), operation.get("exit_code", 0))

    async def _do_connect(self, operation: dict) -> None:
        line = (await self.process.stdout.readline()).decode(errors="replace").strip()
        host, _, port = line.rpartition(":")
        if not port.isdigit():
            raise Unmet(f"stdout names no address: {line!r}")
        self.connections[operation.get("id", "server")] = await asyncio.open_connection(host.strip("[]"), int(port))

    async def _do_send(self, operation: dict) -> None:
        _, writer = self.connections[operation["id"]]
        writer.write(operation.get("payload", "").encode())
        await writer.drain()

    async def _do_recv(self, operation: dict) -> None:
        expected = operation.get("payload", "").encode()
        reader, writer = self.connections[operation["id"]]
        _expect("received", await reader.readexactly(len(expected)), expected)
        writer.close()

    async def _do_request(self, operation: dict) -> None:
        await asyncio.to_thread(self._request, operation)

    def _request(self, operation: dict) -> None:
        connection = http.client.HTTPConnection(self.serving, timeout=self.time_limit_s)
        with contextlib.closing(connection):
            body = operation["body"].encode() if "body" in operation else None
            connection.request(operation["method"], operation["path"], body, operation.get("headers", {}))
            response = connection.getresponse()
            content, expected = response.read(), operation["response"]
            what = f"{operation['method']} {operation['path']}"
            _expect(f"{what}: status", response.status, expected["status"])
            for name, value in expected.get("headers", {}).items():
                _expect(f"{what}: {name}", response.headers.get(name), value)
            if "body" in expected:
                _expect(f"{what}: body", content, expected["body"].encode())

    async def _do_kill(self, operation: dict) -> None:
        self._send(signal.Signals[operation["signal"]])

    def _send(self, number: signal.Signals) -> None:
        """Past asyncio, which would take note of an end by itself and then not find the process any more."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)

    async def _last_words(self) -> str:
        """The end of what the process said on stderr."""
        if self.process is None:
            return ""
        self._send(signal.SIGKILL)
        said = (await self.process.stderr.read()).decode(errors="replace").strip()
        return f"; stderr: {said[-600:]}" if said else ""

    async def _end(self) -> None:
        for _, writer in self.connections.values():
            writer.close()
        if self.process is None:
            return
        self._send(signal.SIGKILL)
        await self.process.wait()


def _expect(what: str, got: object, expected: object) -> None:
    if got != expected:
        raise Unmet(f"{what} is {got!r}, expected {expected!r}")


@contextlib.contextmanager
def _copy_of(root: Path | None) -> Iterator[tuple[Path, Path | None]]:
    """A folder for one run, with a copy of the test's directory, which the corpus keeps read-only."""
    with tempfile.TemporaryDirectory(prefix="weft-conformance-") as name:
        folder = Path(name)
        if root is None:
            yield folder, None
            return
        copy = folder / "root"
        shutil.copytree(root, copy, copy_function=shutil.copyfile)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder, copy
