"""The three servers that are compared, each on a loopback port of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from process import BenchError, Running, free_port, serving

ROOT = Path(__file__).resolve().parents[2]
WASMTIME = "48"

MANIFEST = """\
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: bench
  annotations:
    description: the component of the bench on one loopback port
spec:
  components:
    - name: component
      type: component
      properties:
        image: ./component.wasm
    - name: httpserver
      type: capability
      properties:
        image: weft+builtin://http-server
      traits:
        - type: link
          properties:
            target: component
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source_config:
              - name: address
                properties:
                  address: 127.0.0.1:{port}
"""

POOL = """\
      traits:
        - type: pool
          properties: {{reuse: {reuse}}}
"""

KEYVALUE_LINK = """\
        - type: link
          properties:
            target: keyvalue
            namespace: wasi
            package: keyvalue
            interfaces: [store, atomics]
"""

KEYVALUE = """\
    - name: keyvalue
      type: capability
      properties:
        image: weft+builtin://keyvalue
        config:
          - name: keyvalue
            properties: {{{settings}}}
"""

NGINX = """\
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{
        listen 127.0.0.1:{port} reuseport;
        default_type text/plain;
        location / {{ return 200 "{body}"; }}
    }}
}}
"""


@dataclass
class Server:
    """A way to serve; `start` runs it until its block ends."""

    name: str
    version: str
    binary: Path
    start: Callable[[Path], AbstractContextManager[Running]]


def examples_key() -> str:
    """The published account key that the examples are signed with."""
    found = re.search(r"\bA[A-Z2-7]{55}\b", (ROOT / "examples/keys/account.pub").read_text())
    if not found:
        raise BenchError("examples/keys/account.pub holds no account key; restore it from the repository")
    return found[0]


def weft(binary: Path, component: Path) -> Server:
    def start(folder: Path) -> AbstractContextManager[Running]:
        port = free_port()
        shutil.copyfile(component, folder / "component.wasm")
        (folder / "app.yaml").write_text(MANIFEST.format(port=port))
        command = [str(binary), "up", str(folder / "app.yaml"), "--trust", examples_key(),
                   "--data-dir", str(folder / "data")]
        return serving(command, port, folder / "log", _own_places(folder))

    return Server("weft", _version([str(binary), "version"]), binary, start)


def weft_app(name: str, binary: Path, component: Path, reuse: int, settings: str | None = None) -> Server:
    """A component with a pool of its own and, with settings, a key-value store."""

    def start(folder: Path) -> AbstractContextManager[Running]:
        port = free_port()
        shutil.copyfile(component, folder / "component.wasm")
        traits = POOL.format(reuse=reuse) + (KEYVALUE_LINK if settings is not None else "")
        at = "        image: ./component.wasm\n"
        text = MANIFEST.format(port=port).replace(at, at + traits)
        if settings is not None:
            text += KEYVALUE.format(settings=settings)
        (folder / "app.yaml").write_text(text)
        command = [str(binary), "up", str(folder / "app.yaml"), "--trust", examples_key(),
                   "--data-dir", str(folder / "data")]
        return serving(command, port, folder / "log", _own_places(folder))

    return Server(name, _version([str(binary), "version"]), binary, start)


def wasmtime(component: Path) -> Server:
    binary = _find_wasmtime()

    def start(folder: Path) -> AbstractContextManager[Running]:
        port = free_port()
        # -Scli: the component's standard library imports wasi:cli; all else is as it comes.
        command = [str(binary), "serve", "-Scli", f"--addr=127.0.0.1:{port}", str(component)]
        return serving(command, port, folder / "log", _own_places(folder))

    return Server("wasmtime", _version([str(binary), "--version"]), binary, start)


def nginx(body: bytes) -> Server:
    binary = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not binary:
        raise BenchError("there is no nginx; run './dev setup --servers'")
    text = body.decode().replace("\\", "\\\\").replace('"', '\\"')

    def start(folder: Path) -> AbstractContextManager[Running]:
        port = free_port()
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, body=text))
        return serving([binary, "-p", str(folder), "-c", str(config)], port, folder / "log")

    return Server("nginx", _version([binary, "-v"]), Path(binary), start)


def _own_places(folder: Path) -> dict[str, str]:
    """The environment without the user's own settings and caches."""
    return {"PATH": os.environ.get("PATH", ""), "HOME": str(folder)}


def _version(command: list[str]) -> str:
    run = subprocess.run(command, capture_output=True, text=True)
    lines = (run.stdout + run.stderr).strip().splitlines()
    return lines[0] if lines else "unknown version"


def _find_wasmtime() -> Path:
    """Wasmtime of the version that weft embeds: from the cache or the PATH, else built into the cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft/tools"
    for binary in (cache / "bin/wasmtime", Path(shutil.which("wasmtime") or "/nonexistent")):
        if binary.exists() and _version([str(binary), "--version"]).startswith(f"wasmtime {WASMTIME}."):
            return binary
    print(f"bench: building wasmtime {WASMTIME} into {cache}, once; about ten minutes", file=sys.stderr)
    build = cache / "target"
    command = ["cargo", "install", "--locked", "--root", str(cache), "--version", f"~{WASMTIME}.0", "wasmtime-cli"]
    run = subprocess.run(command, env={**os.environ, "CARGO_TARGET_DIR": str(build)}, stdout=sys.stderr)
    shutil.rmtree(build, ignore_errors=True)
    if run.returncode != 0:
        raise BenchError("wasmtime does not build; the lines above say why, '--servers weft,nginx' goes without it")
    return cache / "bin/wasmtime"
