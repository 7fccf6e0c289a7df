"""What the system tests share: the binary in a world of its own, hosts that are always ended, waits with a deadline."""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("WEFT_BINARY") or ROOT / "build/release/weft").resolve()
HELLO = ROOT / "examples/http-hello/rust/hello.wasm"
# The engine's test guests (src/io/engine/testdata): what answers HTTP by path, for WASI 0.2 and 0.3, and what does as its arguments say, as a
# component of WASI 0.2 and as a core module of preview 1. None of them is signed.
GUEST, GUEST_03, PROGRAM, MODULE = (ROOT / f"src/io/engine/testdata/{name}.wasm"
                                    for name in ("testguest", "testguest_p3", "testprogram", "testmodule"))
KEY = (ROOT / "examples/keys/account.pub").read_text().strip()
WAIT_S = float(os.environ.get("WEFT_TEST_WAIT_S", "60"))
IS_SANITIZED = bool(os.environ.get("WEFT_SANITIZER"))

# Exit codes, as docs/errors.md has them.
INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, DENIED, UNAUTHENTICATED, EXHAUSTED = 2, 3, 5, 6, 7, 8
DEADLINE, CANCELLED, UNAVAILABLE, UNSUPPORTED, CORRUPT, GUEST_TRAP = 9, 10, 11, 12, 13, 14

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None)
# A host that went to the background becomes our child, so that its exit code can be read.
_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """For `preexec_fn`: no host outlives the tests, however they end."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(is_true: Callable[[], object], what: str):
    """The first true value; fails after WAIT_S."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if value := is_true():
            return value
        time.sleep(0.005)
    raise AssertionError(f"within {WAIT_S:.0f} s: not {what}")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(WAIT_S)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port that was free a moment ago; where a test can choose, it lets the host take port 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_or_skip(test: unittest.TestCase, *programs: str) -> None:
    """On the project's own machines a missing program fails the test."""
    for program in programs:
        if not shutil.which(program):
            skip(test, f"there is no '{program}'")


def skip(test: unittest.TestCase, reason: str) -> None:
    if os.environ.get("CI") == "true":
        test.fail(f"{reason}, and CI=true allows no skipping")
    test.skipTest(reason)


def read_only(test: unittest.TestCase, folder: Path) -> tuple[str, ...]:
    """What to put before a command that finds this folder read-only."""
    script = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}' && exec \"$@\""
    prefix = ("unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--mount", "sh", "-ec", script, "sh")
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        skip(test, "this machine does not let us mount")
    return prefix


@dataclass
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)

    def sentences(self) -> list[str]:
        """What it said on the errors' side beside the log, whose lines are JSON there."""
        return [line for line in self.err.splitlines() if not line.startswith("{")]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Host:
    """A `weft up` that serves."""

    def __init__(self, process: subprocess.Popen, ports: list[int], log: Path) -> None:
        self.process, self.ports, self.log = process, ports, log

    @property
    def port(self) -> int:
        return self.ports[0]

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, response.read())

    def get(self, path: str = "/") -> Answer:
        return self.request("GET", path)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        return self.process.wait(WAIT_S)


def manifest(image: str = "./hello.wasm", address: str = "127.0.0.1:0", name: str = "app", component: str = "hello",
             provider: str = "", source: str = "") -> str:
    """One component behind the built-in http-server. `provider` and `source` are further settings, as YAML."""
    settings = f"address: {json.dumps(address)}" if address else ""
    return f"""\
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: {name}
  annotations: {{description: a system test}}
spec:
  components:
    - name: {component}
      type: component
      properties: {{image: {json.dumps(image)}}}
    - name: httpserver
      type: capability
      properties:
        image: ghcr.io/wasmcloud/http-server:0.26.0
        config: [{{name: provider, properties: {{{provider}}}}}]
      traits:
        - type: link
          properties:
            target: {{name: {component}}}
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source: {{config: [{{name: link, properties: {{{", ".join(filter(None, [settings, source]))}}}}}]}}
"""


def example(path: str) -> str:
    """A manifest of examples/ as it is, except that it listens on a free port and names its files from anywhere."""
    place = ROOT / "examples" / path
    text = re.sub(r"file://(\.\S+)", lambda image: f"file://{(place.parent / image[1]).resolve()}", place.read_text())
    text, addresses = re.subn(r"\b(0\.0\.0\.0|127\.0\.0\.1):8000\b", "127.0.0.1:0", text)
    assert addresses == 1, f"{path} listens on {addresses} addresses with port 8000"
    return text


def events(log: str, name: str) -> list[dict]:
    """Those of that name in a host's log."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("event") == name]


class WeftTest(unittest.TestCase):
    """Each test has a folder of its own, and the binary sees no other place."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="weft-system-")
        self.addCleanup(folder.cleanup)
        self.addCleanup(end_children)
        self.folder = Path(folder.name)
        self.env = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder / "home")}
        for kind in ("DATA", "CONFIG", "CACHE"):
            self.env[f"XDG_{kind}_HOME"] = str(self.folder / kind.lower())
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS"):
                self.env[name] = value

    # Files -----------------------------------------------------------------------------------------------------------

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def write_hello(self, name: str = "hello.wasm") -> Path:
        """The example's component, signed with the published key."""
        return self.write(name, HELLO.read_bytes())

    def write_app(self, **settings) -> Path:
        """The manifest of the example's component and the component beside it."""
        self.write_hello()
        return self.write("app.yaml", manifest(**settings))

    def sign(self, wasm: Path, *caps: str, name: str = "signed.wasm") -> str:
        """Signs a copy with a new account, whose public key is returned."""
        key = self.done("keys", "gen", "account", "-o", "json").json()["public_key"]
        words = [word for cap in caps for word in ("--caps", cap)]
        self.done("claims", "sign", wasm, "--name", "signed", "--key", key, *words, "-o", name)
        return key

    # Commands --------------------------------------------------------------------------------------------------------

    def weft(self, *args: object, prefix: tuple[str, ...] = (), **popen) -> Outcome:
        """Runs a command that ends by itself."""
        command = [*prefix, str(BINARY), *map(str, args)]
        given = {"input": popen.pop("input")} if "input" in popen else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, timeout=WAIT_S,
                              preexec_fn=popen.pop("preexec_fn", end_with_parent), **given, **popen)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def done(self, *args: object) -> Outcome:
        """Runs a command that must succeed."""
        outcome = self.weft(*args)
        self.assertEqual(outcome.code, 0, outcome.err)
        return outcome

    @contextlib.contextmanager
    def up(self, *args: object, prefix: tuple[str, ...] = (), preexec_fn=end_with_parent,
           wait_s: float = WAIT_S) -> Iterator[Host]:
        """A host in the foreground, from when it serves until the end of the block."""
        log = self.folder / f"log-{time.monotonic_ns()}"
        command = [*prefix, str(BINARY), "up", *map(str, args), "-o", "json"]
        with log.open("wb") as errors:
            process = subprocess.Popen(command, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=errors, preexec_fn=preexec_fn)
        try:
            # The first line says that it serves; when the host ends instead, the pipe closes.
            readable, _, _ = select.select([process.stdout], [], [], wait_s)
            line = process.stdout.readline() if readable else b""
            if not line:
                process.kill()
                self.fail(f"the host does not serve; it ended with {process.wait()}: {log.read_text()}")
            yield Host(process, [int(url.rpartition(":")[2]) for url in json.loads(line)["serving"]], log)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()

    @contextlib.contextmanager
    def serve(self, *args: object) -> Iterator[Host]:
        """A `weft serve` on a free port, from when its first line says so until the end of the block."""
        log = self.folder / f"log-{time.monotonic_ns()}"
        with log.open("wb") as errors:
            process = subprocess.Popen([str(BINARY), "serve", "--addr", "127.0.0.1:0", *map(str, args)], env=self.env,
                                       cwd=self.folder, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                                       preexec_fn=end_with_parent)
        try:
            wait_until(lambda: b"\n" in log.read_bytes() or process.poll() is not None, "a first line")
            found = re.search(r"http://127\.0\.0\.1:(\d+)\b", log.read_text().splitlines()[0])
            self.assertTrue(found, log.read_text())
            yield Host(process, [int(found[1])], log)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    # Expectations ----------------------------------------------------------------------------------------------------

    def assert_refused(self, outcome: Outcome, code: int, slug: str) -> str:
        """One sentence with a slug that the reference explains, the exit code of its kind, and nothing on stdout."""
        self.assertEqual((outcome.code, outcome.out), (code, ""), outcome.err)
        sentences = outcome.sentences()
        self.assertEqual(len(sentences), 1, outcome.err)
        self.assertRegex(sentences[0], r"^weft: .*[^.] \([a-z0-9_.]+\)$")
        said = re.search(r"\(([a-z0-9_.]+)\)$", sentences[0])[1]
        self.assertEqual(said, slug, sentences[0])
        self.assertIn(f"| `{said}` |", documented_slugs(), "the slug is not in the reference of errors")
        return sentences[0]

    def assert_nothing_runs(self, *ports: int) -> None:
        """Nothing listens and no process is left behind."""
        for port in ports:
            self.assertFalse(is_listening(port), f"something listens on port {port}")
        wait_until(has_no_child, "without a process that is left over")


def has_no_child() -> bool:
    """Takes note of children that ended, also of those whose own parent ended before."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False


def end_children() -> None:
    """What a failed test left behind, such as a host in the background; all of them are ours."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                os.kill(int(entry.name), signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def documented_slugs() -> str:
    return "".join(path.read_text() for path in sorted((ROOT / "docs/errors.d").glob("*.md")))
