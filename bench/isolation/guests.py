"""One host with several components, each on a port of its own, and the clients that ask them."""

from __future__ import annotations

import contextlib
import http.client
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from process import BenchError, Running, free_port, serving
from servers import examples_key

ROOT = Path(__file__).resolve().parents[2]
HEALTHY = ROOT / "examples/http-hello/rust/hello.wasm"
# Answers by path: /spin never does, /eat allocates until it is refused, /handles opens resources until it is refused.
HOSTILE = ROOT / "src/io/engine/testdata/testguest.wasm"

_COMPONENT = """\
    - name: {name}
      type: component
      properties: {{image: ./{name}.wasm}}
      traits: [{{type: limits, properties: {{{limits}}}}}]
"""
_LINK = """\
        - type: link
          properties:
            name: {name}
            target: {name}
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source_config: [{{name: {name}-address, properties: {{address: "127.0.0.1:{port}"}}}}]
"""
_MANIFEST = """\
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: isolation
  annotations: {{description: one healthy component and its neighbours}}
spec:
  components:
{components}    - name: httpserver
      type: capability
      properties: {{image: weft+builtin://http-server}}
      traits:
{links}"""


@contextlib.contextmanager
def host(weft: Path, folder: Path, hostile: dict[str, str], arguments: tuple[str, ...] = ()) -> Iterator[tuple[Running, dict[str, int]]]:
    """A host with the component `healthy` and hostile ones, whose limits are given; and everybody's port."""
    ports = {name: free_port() for name in ("healthy", *hostile)}
    components = _COMPONENT.format(name="healthy", limits="deadline: 30s")
    shutil.copyfile(HEALTHY, folder / "healthy.wasm")
    for name, limits in hostile.items():
        shutil.copyfile(HOSTILE, folder / f"{name}.wasm")
        components += _COMPONENT.format(name=name, limits=limits)
    links = "".join(_LINK.format(name=name, port=port) for name, port in ports.items())
    (folder / "app.yaml").write_text(_MANIFEST.format(components=components, links=links))
    (folder / "trust.yaml").write_text(f'issuers: [{{key: {examples_key()}, grants: ["*"]}}]\nunsigned: allow\n')
    command = [str(weft), "up", str(folder / "app.yaml"), "--trust-file", str(folder / "trust.yaml"),
               "--data-dir", str(folder / "data"), *arguments]
    with serving(command, ports["healthy"], folder / "log") as running:
        yield running, ports


def ask(port: int, path: str) -> tuple[int, float]:
    """The status, and the seconds until the answer was read."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status, time.monotonic() - begun


def _kilobytes(pid: int, file: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/{file}").read_text(), re.MULTILINE)
    if not found:
        raise BenchError(f"the kernel does not say '{name}' of a process")
    return int(found[1])


def peak_resident_bytes(pid: int) -> int:
    """The most that the process ever had in memory."""
    return _kilobytes(pid, "status", "VmHWM") * 1024


def resident_bytes(pid: int) -> int:
    """What it has now, page by page: the cheaper figures of the kernel lag behind."""
    return _kilobytes(pid, "smaps_rollup", "Rss") * 1024


@contextlib.contextmanager
def asked_again_and_again(ports: list[int], path: str, expected: int) -> Iterator[list[float]]:
    """One client for each port, which asks again after each answer; the seconds that each answer took."""
    seconds: list[float] = []
    wrong: list[str] = []
    stop = threading.Event()

    def client(port: int) -> None:
        while not stop.is_set():
            try:
                status, took = ask(port, path)
            except (OSError, http.client.HTTPException) as error:
                wrong.append(f"{type(error).__name__}: {error}")
                return
            seconds.append(took)
            if status != expected:
                wrong.append(str(status))

    clients = [threading.Thread(target=client, args=(port,)) for port in ports]
    for one in clients:
        one.start()
    try:
        yield seconds
    finally:
        stop.set()
        for one in clients:
            one.join()
    if wrong:
        raise BenchError(f"{len(wrong)} of {len(seconds) + len(wrong)} answers to '{path}' were {wrong[0]} and not {expected}")
