#!/usr/bin/env python3
"""What an example costs: examples/measure.py MANIFEST [REQUESTS]. One shard, one client that asks one time after the other.

Start is compiling, mostly: from the command to the first line. CPU time is that of the whole host. WEFT_BINARY names the
host; default: build/release/weft."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEFT = os.environ.get("WEFT_BINARY") or str(ROOT / "build/release/weft")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def own_manifest(manifest: Path) -> str:
    """On a free port of the loopback address, and with the image where it is from anywhere."""
    text = manifest.read_text().replace("0.0.0.0:8000", "127.0.0.1:0")
    image = re.search(r"file://(\S+)", text)[1]
    return text.replace(f"file://{image}", f"file://{(manifest.parent / image).resolve()}")


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def peak_mb(pid: int) -> int:
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) // 1000


def get_ms(connection: http.client.HTTPConnection) -> float:
    begin = time.monotonic()
    connection.request("GET", "/there")
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200 or not body.startswith(b"hello from"):
        raise SystemExit(f"measure: the answer was {answer.status}, {body[:80]!r}")
    return (time.monotonic() - begin) * 1000


def measure(folder: Path, manifest: Path, requests: int) -> str:
    app = folder / "app.yaml"
    app.write_text(own_manifest(manifest))
    key = (ROOT / "examples/keys/account.pub").read_text().strip()
    begin = time.monotonic()
    host = subprocess.Popen([WEFT, "up", app, "--trust", key, "--data-dir", folder / "data", "--shards", "1", "-o", "json"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        line = host.stdout.readline()
        if not line:
            raise SystemExit(f"measure: the host ended with {host.wait()}; 'weft up {manifest}' says why")
        start_s, start_cpu_s = time.monotonic() - begin, cpu_s(host.pid)
        connection = http.client.HTTPConnection("127.0.0.1", int(json.loads(line)["serving"][0].rpartition(":")[2]))
        first_ms = get_ms(connection)
        cpu_before_s = cpu_s(host.pid)
        times_ms = sorted(get_ms(connection) for _ in range(requests))
        each_cpu_ms = (cpu_s(host.pid) - cpu_before_s) * 1000 / requests
        return (f"start {start_s:.1f} s (CPU {start_cpu_s:.1f} s), first answer {first_ms:.0f} ms, then p50 "
                f"{times_ms[requests // 2]:.1f} ms, CPU {each_cpu_ms:.2f} ms a request, peak RSS {peak_mb(host.pid)} MB")
    finally:
        host.terminate()
        host.wait()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: examples/measure.py MANIFEST [REQUESTS]")
    with tempfile.TemporaryDirectory(prefix="weft-measure-") as where:
        print(measure(Path(where), Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000))
