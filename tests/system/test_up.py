"""`weft up` from start to end: serves, drains, stops, in the foreground and in the background."""

import contextlib
import os
import signal
import socket
import time

from harness import FAILED_PRECONDITION, KEY, WAIT_S, WeftTest, free_port, is_listening, manifest, wait_until


class Foreground(WeftTest):
    def test_serves_and_ends_with_zero_on_each_signal(self):
        app = self.write_app()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(signal=number.name), self.up(app, "--trust", KEY) as host:
                answer = host.get("/there?a=b")

                self.assertEqual((answer.status, answer.body), (200, b"hello from rust /there?a=b\n"))
                host.process.send_signal(number)
                self.assertEqual(host.wait(), 0, host.log.read_text())
                self.assert_nothing_runs(host.port)

    def test_says_in_text_where_it_serves(self):
        port = free_port()
        app = self.write_app(address=f"127.0.0.1:{port}")

        outcome = self.weft("up", app, "--trust", KEY, "--detach")

        self.assertEqual(outcome.code, 0, outcome.err)
        self.assertRegex(outcome.out, rf"^serving http://127\.0\.0\.1:{port} .*kill \d+\)\n$")
        self.assertTrue(is_listening(port), "it returned before it served")

    def test_lets_requests_under_way_end_before_it_stops(self):
        app = self.write_app()
        with self.up(app, "--trust", KEY) as host, contextlib.ExitStack() as open_clients:
            # Several, so that each serving thread has one; the kernel deals them out. No more than one thread begins
            # before their content is here (`early_starts_max`), should all be dealt to it.
            clients = [open_clients.enter_context(socket.create_connection(("127.0.0.1", host.port), WAIT_S))
                       for _ in range(8)]
            for client in clients:
                client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfirst")
            received = [read_until(client, b"first") for client in clients]

            begun = time.monotonic()
            host.terminate()
            wait_until(lambda: not is_listening(host.port), "closed to new connections")
            closed_after_s = time.monotonic() - begun
            self.assertIsNone(host.process.poll(), "it ended before the requests did")
            for client in clients:
                client.sendall(b"later")

            for client, begin in zip(clients, received, strict=True):
                whole = begin + read_until(client, None)
                self.assertTrue(whole.startswith(b"HTTP/1.1 200 "), whole)
                self.assertIn(b"later", whole, f"new connections were refused only after {closed_after_s:.1f} s")
                self.assertTrue(whole.endswith(b"0\r\n\r\n"), "the response is not complete")
            self.assertEqual(host.wait(), 0, host.log.read_text())

    def test_does_not_wait_for_idle_connections(self):
        app = self.write_app()
        with self.up(app, "--trust", KEY) as host, socket.create_connection(("127.0.0.1", host.port), WAIT_S) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            read_until(client, b"hello from rust /\n")

            host.terminate()

            self.assertEqual(host.wait(), 0, host.log.read_text())
            self.assertEqual(client.recv(1), b"")

    def test_does_not_wait_after_a_second_signal(self):
        app = self.write_app()
        with self.up(app, "--trust", KEY) as host, socket.create_connection(("127.0.0.1", host.port), WAIT_S) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfirst")
            read_until(client, b"first")
            host.terminate()
            wait_until(lambda: not is_listening(host.port), "closed to new connections")

            host.terminate()

            host.wait()
            self.assert_nothing_runs(host.port)

    def test_runs_several_manifests_in_one_host(self):
        self.write_hello()
        apps = [self.write(f"{name}.yaml", manifest(name=name)) for name in ("one", "two")]
        with self.up(*apps, "--trust", KEY) as host:
            self.assertEqual(len(set(host.ports)), 2)
            for host.ports[0] in list(host.ports):
                self.assertEqual(host.get().status, 200)


class Background(WeftTest):
    def test_returns_when_it_serves_and_ends_with_zero_on_sigterm(self):
        port = free_port()
        app = self.write_app(address=f"127.0.0.1:{port}")

        outcome = self.done("up", app, "--trust", KEY, "--detach", "-o", "json")

        pid = outcome.json()["pid"]
        self.assertEqual(outcome.json()["serving"], [f"http://127.0.0.1:{port}"])
        self.assertTrue(is_listening(port), "it returned before it served")
        os.kill(pid, signal.SIGTERM)
        status = wait_until(lambda: reap(pid), "ended")
        self.assertEqual(os.waitstatus_to_exitcode(status[1]), 0)
        self.assert_nothing_runs(port)

    def test_says_why_it_did_not_start_and_leaves_nothing(self):
        port = free_port()
        app = self.write_app(address=f"127.0.0.1:{port}")
        with self.up(app, "--trust", KEY):
            outcome = self.weft("up", app, "--trust", KEY, "--detach")

            self.assertEqual((outcome.code, outcome.out), (FAILED_PRECONDITION, ""), outcome.err)
            self.assertEqual(len(outcome.sentences()), 1, outcome.err)
            self.assertIn("data directory", outcome.err)
            self.assertEqual(list(self.folder.rglob("weft.log")), [], "it wrote beside the other host")
            self.assertTrue(is_listening(port), "the host that was there first is gone")


def read_until(client: socket.socket, end: bytes | None) -> bytes:
    """Until `end` was received, or with None until the peer closes."""
    received = b""
    while end is None or end not in received:
        chunk = client.recv(65536)
        if not chunk:
            break
        received += chunk
    return received


def reap(pid: int) -> tuple[int, int] | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return (found, status) if found else None
