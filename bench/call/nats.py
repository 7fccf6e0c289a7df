"""Request-reply over a nats-server on loopback: what a call costs where a lattice carries it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from process import START_WAIT_S, BenchError, free_port, last_line, started
from programs import run_json
from servers import ROOT

SERVER_VERSION = "2.15.3"
# By payload, as the rows of linked calls name it: the bytes, and how many requests a round has.
PAYLOADS = {"nop": (0, 2_000), "4k": (4 << 10, 2_000), "1m": (1 << 20, 100)}
_SUBJECT = "bench.echo"
# A payload of 1 MiB is exactly as much as the server takes by default; there shall be no doubt.
_CONFIG = """\
host: 127.0.0.1
port: {port}
max_payload: 2MB
"""
# The Go of the examples, or the one that is there; both programs are kept in the cache or in build/.
_BUILD = """
source tools/dev/env.sh
source tools/dev/guests/places.sh
command -v go >/dev/null || exit 3
go=$(go env GOMODCACHE)/$(go_toolchain)/bin/go
[[ -x $go ]] || go=go
server=$guest_tools/nats-server-$1/nats-server
if [[ ! -x $server ]]; then
    say "bench: building nats-server $1 into $guest_tools, once; a minute or two"
    (cd / && GOFLAGS=-mod=mod GOBIN=$(dirname "$server") "$go" install "github.com/nats-io/nats-server/v2@v$1") >&2
fi
client=$WEFT_ROOT/build/bench/nats_client
(cd bench/call/nats_client && "$go" build -trimpath -o "$client" .) >&2
printf '%s\\n' "$server" "$client"
"""


@dataclass
class Programs:
    server: Path
    client: Path


class Missing(Exception):
    """Why there are no figures of NATS, with the remedy: one sentence."""


def build() -> Programs:
    built = subprocess.run(["bash", "-euo", "pipefail", "-c", _BUILD, "bench", SERVER_VERSION], cwd=ROOT,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if built.returncode == 3:
        raise Missing("there are no figures of NATS, because there is no Go; './dev setup --guests=go' installs it")
    if built.returncode != 0:
        raise Missing("there are no figures of NATS, because nats-server or its client do not build; Go says why above, "
                      "'./dev setup --guests=go' installs a Go that is new enough")
    server, client = built.stdout.split()
    return Programs(Path(server), Path(client))


class Peer:
    """A server with somebody who answers."""

    def __init__(self, client: Path, address: str, pids: list[int]) -> None:
        self._client, self._address, self.pids = client, address, pids

    def ask(self, payload: str) -> dict[str, float]:
        """The times of one request and its reply, of a process and a connection of its own."""
        size, count = PAYLOADS[payload]
        return run_json([str(self._client), "ask", self._address, _SUBJECT, str(size), str(count)])


@contextlib.contextmanager
def peer(programs: Programs, folder: Path) -> Iterator[Peer]:
    port = free_port()
    config, server_log, answer_log = (folder / name for name in ("nats.conf", "nats.log", "nats_answer.log"))
    config.write_text(_CONFIG.format(port=port))
    address = f"127.0.0.1:{port}"
    with contextlib.ExitStack() as running:
        server = running.enter_context(started([str(programs.server), "-c", str(config)], server_log))
        _wait_until_it_listens(server, port, server_log)
        answer = running.enter_context(started([str(programs.client), "answer", address, _SUBJECT], answer_log,
                                               stdout=subprocess.PIPE))
        if answer.stdout.readline() != b"ready\n":
            answer.wait(START_WAIT_S)
            raise BenchError(f"nobody answers over NATS: {last_line(answer_log)}")
        yield Peer(programs.client, address, [server.pid, answer.pid])


def _wait_until_it_listens(server: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_WAIT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=START_WAIT_S) as probe:
            if probe.recv(5) == b"INFO ":
                return
        if server.poll() is not None:
            raise BenchError(f"nats-server ended with {server.returncode}: {last_line(log)}")
        time.sleep(0.001)
    raise BenchError(f"nats-server did not listen within {START_WAIT_S} s: {last_line(log)}")


def build_or_none(remarks: list[str]) -> Programs | None:
    """Without Go the rest is measured all the same."""
    try:
        return build()
    except Missing as missing:
        print(f"bench: {missing}", file=sys.stderr)
        remarks.append(str(missing))
        return None
