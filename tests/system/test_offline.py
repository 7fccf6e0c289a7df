"""No authority is asked: everything works in a network namespace with nothing in it."""

import os
import subprocess
import sys

from harness import HELLO, KEY, WAIT_S, WeftTest, find_or_skip, skip

# Of one GET, from within the namespace of the host.
PROBE = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=float(sys.argv[2])) as answer:
    sys.stdout.write(str(answer.status) + " " + answer.read().decode())
"""


class Offline(WeftTest):
    def setUp(self) -> None:
        super().setUp()
        find_or_skip(self, "unshare", "nsenter", "ip")
        self.user = () if os.geteuid() == 0 else ("--map-root-user",)
        tried = subprocess.run(["unshare", *self.user, "--net", "ip", "-oneline", "link"], capture_output=True, text=True)
        if tried.returncode != 0:
            skip(self, "this machine does not let us make a network namespace")
        self.assertEqual(len(tried.stdout.splitlines()), 1, "the namespace is not empty")

    def test_inspects_and_signs(self):
        alone = ("unshare", *self.user, "--net")
        self.write_hello()

        made = self.weft("keys", "gen", "account", prefix=alone)
        signed = self.weft("claims", "sign", "hello.wasm", "--name", "x", "--caps", "wasi:http", "-o", "own.wasm",
                           prefix=alone)
        looked = self.weft("claims", "inspect", "-o", "json", HELLO, prefix=alone)

        for outcome in (made, signed, looked):
            self.assertEqual(outcome.code, 0, outcome.err)
        self.assertIn(KEY, looked.out)

    def test_verifies_and_serves(self):
        # With the loopback device up, or nobody could ask.
        alone = ("unshare", *self.user, "--net", "sh", "-ec", 'ip link set lo up && exec "$@"', "sh")
        with self.up(self.write_app(), "--trust", KEY, prefix=alone) as host:
            enter = ("nsenter", f"--target={host.process.pid}", "--net", *(("--user",) if self.user else ()))
            devices = subprocess.run([*enter, "ip", "-oneline", "link"], capture_output=True, text=True, check=True)
            url = f"http://127.0.0.1:{host.port}/offline"
            answer = subprocess.run([*enter, sys.executable, "-c", PROBE, url, str(WAIT_S)], capture_output=True, text=True)

            self.assertEqual(len(devices.stdout.splitlines()), 1, devices.stdout)
            self.assertEqual(answer.stdout, "200 hello from rust /offline\n", answer.stderr)
            host.terminate()
            self.assertEqual(host.wait(), 0, host.log.read_text())

    def test_refuses_as_it_does_online(self):
        outcome = self.weft("up", self.write_app(), prefix=("unshare", *self.user, "--net"))

        self.assert_refused(outcome, 7, "claims.issuer_unknown")
