"""`weft serve`: one component without a manifest, and what a request gets when the component fails."""

import contextlib
import json
import platform
import select
import signal
import socket
import unittest
from pathlib import Path

from harness import (DENIED, GUEST, GUEST_03, HELLO, KEY, PROGRAM, UNAUTHENTICATED, UNAVAILABLE, UNSUPPORTED, WAIT_S, WeftTest,
                     is_listening, manifest, wait_until)
from test_up import read_until


# The numbers of futex and of epoll_wait or epoll_pwait; the fourth argument of each is its timeout.
FUTEX, EPOLL = {"x86_64": (202, (232, 281)), "aarch64": (98, (22,))}.get(platform.machine(), (None, ()))


def threads_of(host) -> list[Path]:
    return list(Path(f"/proc/{host.process.pid}/task").iterdir())


def waits_without_a_timeout(thread: Path) -> bool:
    call, *arguments = (thread / "syscall").read_text().split()
    timeout = int(arguments[3], 16) if len(arguments) > 3 else None
    return call == str(FUTEX) and timeout == 0 or call in map(str, EPOLL) and timeout == 0xffffffff


class Serve(WeftTest):
    def test_says_first_where_it_serves_and_drains_on_a_signal(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number.name), self.serve("--trust", KEY, HELLO) as host:
                self.assertRegex(host.log.read_text(), rf"^serving http://127\.0\.0\.1:{host.port} ")
                self.assertEqual(host.get("/a?b").body, b"hello from rust /a?b\n")
                host.process.send_signal(number)
                self.assertEqual(host.wait(), 0, host.log.read_text())
                self.assert_nothing_runs(host.port)

    def test_lets_a_request_under_way_end(self):
        with self.serve("--unsigned", GUEST) as host, begun_request(host.port) as client:
            host.process.send_signal(signal.SIGINT)
            wait_until(lambda: not is_listening(host.port), "closed to new connections")
            client.sendall(b"later")
            self.assertTrue(read_until(client, None).endswith(b"0\r\n\r\n"), "the response is not complete")
            self.assertEqual(host.wait(), 0, host.log.read_text())

    def test_two_signals_together_are_one(self):
        with self.serve("--unsigned", GUEST) as host, begun_request(host.port) as client:
            host.process.send_signal(signal.SIGINT)
            wait_until(lambda: not is_listening(host.port), "closed to new connections")
            host.process.send_signal(signal.SIGTERM)
            client.sendall(b"later")
            self.assertTrue(read_until(client, None).endswith(b"0\r\n\r\n"), "the response is not complete")
            self.assertEqual(host.wait(), 0, host.log.read_text())
            self.assertNotIn("host.drain_interrupted", host.log.read_text())

    @unittest.skipIf(FUTEX is None, "the numbers of this machine's system calls are not known")
    def test_an_idle_host_sleeps_and_still_ends_who_computes_on(self):
        with self.serve("--unsigned", "--cpu-time", "50ms", GUEST) as host:
            for _ in range(2):
                self.assertEqual(host.get("/ignore").body, b"ignored")
                wait_until(lambda: all(map(waits_without_a_timeout, threads_of(host))), "every thread waits without a timeout")
            # The clock of time slices goes on when a guest runs again.
            self.assertEqual(host.get("/spin").status, 500)

    def test_answers_a_program_that_asks_for_json_as_up_does(self):
        with self.serve("--trust", KEY, "-o", "json", HELLO) as host:
            lines = [json.loads(line) for line in host.log.read_text().splitlines()]
            self.assertEqual(lines[0]["serving"], [f"http://127.0.0.1:{host.port}"])
            self.assertEqual(lines[0]["pid"], host.process.pid)

    def test_any_number_may_run_beside_each_other(self):
        with self.serve("--trust", KEY, HELLO) as one, self.serve("--trust", KEY, HELLO) as other:
            self.assertEqual((one.get().status, other.get().status), (200, 200))
            self.assertEqual(len(list((self.folder / "cache/weft/code").iterdir())), 1, "they compile one component once")

    def test_leaves_nothing_behind_when_it_keeps_no_code(self):
        with self.serve("--trust", KEY, "--no-code-cache", HELLO) as host:
            self.assertEqual(host.get().status, 200)
        self.assertFalse((self.folder / "data").exists() or (self.folder / "cache").exists())

    def test_says_after_the_address_that_nobody_vouches_for_unsigned_code(self):
        with self.serve("--unsigned", GUEST) as host:
            self.assertEqual(host.get("/ignore").body, b"ignored")
            warning = wait_until(lambda: [line for line in events(host) if line["level"] == "warn"], "a warning")
            self.assertEqual(warning[0]["event"], "component.unsigned_admitted")

    def test_refuses_what_up_refuses(self):
        self.assert_refused(self.weft("serve", GUEST), UNAUTHENTICATED, "claims.unsigned")
        self.assert_refused(self.weft("serve", HELLO), UNAUTHENTICATED, "claims.issuer_unknown")
        self.assert_refused(self.weft("serve", "--unsigned", PROGRAM), UNSUPPORTED, "app.not_http")
        outcome = self.weft("serve", "--trust", KEY, "--env", "A=1", HELLO)
        said = self.assert_refused(outcome, DENIED, "claims.host_grant_unclaimed")
        self.assertIn("wasi:cli/environment", said)

    def test_refuses_an_address_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            outcome = self.weft("serve", "--trust", KEY, "--addr", address, HELLO)
            self.assert_refused(outcome, UNAVAILABLE, "net.port_in_use")


class Refusals(WeftTest):
    def test_a_request_to_another_host_is_refused_and_logged(self):
        for guest in (GUEST, GUEST_03):
            with self.subTest(guest.stem), self.serve("--unsigned", guest) as host:
                answer = host.get("/outgoing")
                self.assertEqual(answer.status, 200)
                self.assertIn(b"HttpRequestDenied", answer.body)

                [event] = wait_until(lambda: [line for line in events(host)
                                              if line["event"] == "component.outgoing_http_refused"], "logged")
                self.assertEqual((event["level"], event["target"]), ("warn", "localhost:1"))
                self.assertEqual(event["component"], guest.name)
                self.assertIn("wasi:http/outgoing-handler", event["remedy"])


class Failures(WeftTest):
    """The status of each way to fail; the next request is served as if nothing had been."""

    def assert_status(self, status: int, path: str, *args: object) -> list[str]:
        with self.serve("--unsigned", "--shards", 1, *args, GUEST) as host:
            self.assertEqual(host.get(path).status, status, host.log.read_text())
            answer = host.get("/ignore")
            self.assertEqual((answer.status, answer.body), (200, b"ignored"))
            host.process.send_signal(signal.SIGINT)
            self.assertEqual(host.wait(), 0, host.log.read_text())
            return [line["event"] for line in events(host)]

    def test_a_trap_is_500_and_in_the_log(self):
        self.assertIn("component.call_trapped", self.assert_status(500, "/trap"))

    def test_no_response_is_a_failure_of_the_component(self):
        self.assert_status(500, "/none")

    def test_the_deadline_is_504_for_one_that_waits_and_one_that_spins(self):
        self.assert_status(504, "/sleep?60000", "--deadline", "300ms")
        self.assert_status(504, "/spin", "--deadline", "300ms")

    def test_used_up_cpu_time_or_memory_is_500(self):
        self.assert_status(500, "/spin", "--cpu-time", "100ms")
        self.assert_status(500, "/eat", "--memory", "8MiB")

    def test_a_full_queue_is_503_at_once(self):
        self.write("guest.wasm", GUEST.read_bytes())
        self.write("trust.yaml", "unsigned: allow\n")
        limits = "traits: [{type: limits, properties: {concurrency: 1, queue: 1, deadline: 30s}}]"
        text = manifest(image="./guest.wasm").replace('properties: {image: "./guest.wasm"}',
                                                      'properties: {image: "./guest.wasm"}\n      ' + limits)
        self.assertIn(limits, text)
        with (self.up(self.write("app.yaml", text), "--trust-file", "trust.yaml", "--shards", 1) as host,
              begun_request(host.port) as first, contextlib.ExitStack() as open_clients):
            # One may wait, whichever is read first; the other is refused.
            later = [open_clients.enter_context(socket.create_connection(("127.0.0.1", host.port), WAIT_S))
                     for _ in range(2)]
            for client in later:
                client.sendall(b"GET /ignore HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answered, _, _ = select.select(later, [], [], WAIT_S)
            self.assertEqual(len(answered), 1)
            self.assertTrue(read_until(answered[0], None).startswith(b"HTTP/1.1 503 "))

            first.sendall(b"later")

            waited = next(client for client in later if client is not answered[0])
            self.assertTrue(read_until(waited, None).startswith(b"HTTP/1.1 200 "))
            self.assertEqual(host.get("/ignore").status, 200)


@contextlib.contextmanager
def begun_request(port: int):
    """A request whose component runs and has sent back half of its ten bytes."""
    with socket.create_connection(("127.0.0.1", port), WAIT_S) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfirst")
        read_until(client, b"first")
        yield client


def events(host) -> list[dict]:
    return [json.loads(line) for line in host.log.read_text().splitlines() if line.startswith("{") and "event" in line]
