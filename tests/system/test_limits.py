"""What the host itself has a limited number or amount of: file descriptors, connections, room for its log."""

import contextlib
import json
import os
import resource
import socket
import time

from harness import GUEST, INVALID_ARGUMENT, KEY, WAIT_S, WeftTest, end_with_parent, events, wait_until


def with_descriptors(count: int):
    """For `preexec_fn`: hard and soft limit."""

    def limit() -> None:
        end_with_parent()
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))

    return limit


class Descriptors(WeftTest):
    def setUp(self) -> None:
        super().setUp()
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def test_a_thousand_clients_leave_descriptors_for_control(self):
        app = self.write_app()
        with self.up(app, "--trust", KEY, preexec_fn=with_descriptors(256)) as host, contextlib.ExitStack() as held:
            lowered = events(host.log.read_text(), "host.connections_lowered")
            self.assertEqual([line["descriptors_max"] for line in lowered], [256])
            # Half of a request each: they wait for the rest of it.
            for _ in range(1000):
                client = held.enter_context(socket.create_connection(("127.0.0.1", host.port), WAIT_S))
                with contextlib.suppress(OSError):
                    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")

            begun = time.monotonic()
            with socket.create_connection(("127.0.0.1", host.port), WAIT_S) as client:
                with contextlib.suppress(OSError):
                    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                answer = client.recv(100)
            # The one that has waited longest makes room, unless those that do are still about to close.
            self.assertRegex(answer, rb"^HTTP/1\.1 (200|503) ")
            self.assertLess(time.monotonic() - begun, WAIT_S)
            used = len(os.listdir(f"/proc/{host.process.pid}/fd"))
            self.assertLessEqual(used, 256 - 32)
            log = host.log.read_text()
            self.assertFalse(events(log, "http.accept_failed"), log)

            host.terminate()
            self.assertEqual(host.wait(), 0, host.log.read_text())

    def test_clients_are_served_again_once_others_left(self):
        app = self.write_app()
        with self.up(app, "--trust", KEY, preexec_fn=with_descriptors(128)) as host:
            with contextlib.ExitStack() as held:
                for _ in range(300):
                    held.enter_context(socket.create_connection(("127.0.0.1", host.port), WAIT_S))

            def is_served() -> bool:
                with contextlib.suppress(OSError):
                    return host.get().status == 200
                return False

            wait_until(is_served, "served")


class Logs(WeftTest):
    def test_the_log_of_a_detached_host_is_bounded(self):
        self.write("guest.wasm", GUEST.read_bytes())
        app = self.write_app(image="./guest.wasm")
        self.write("trust.yaml", "unsigned: allow\n")
        outcome = self.weft("up", app, "--trust-file", "trust.yaml", "--detach", "--log-file", "w.log", "--log-size", "64KiB",
                            "-o", "json")
        self.assertEqual(outcome.code, 0, outcome.err)
        port = int(outcome.json()["serving"][0].rpartition(":")[2])
        log, older = self.folder / "w.log", self.folder / "w.log.1"

        def has_turned() -> bool:
            with socket.create_connection(("127.0.0.1", port), WAIT_S) as client:
                client.sendall(b"GET /print HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                while client.recv(4096):
                    pass
            self.assertLessEqual(log.stat().st_size, 64 << 10)
            return older.exists()

        wait_until(has_turned, "turned")
        self.assertLessEqual(older.stat().st_size, 64 << 10)
        for path in (log, older):
            for line in path.read_text().splitlines():
                json.loads(line)

    def test_failures_that_clients_cause_are_limited(self):
        self.write("guest.wasm", GUEST.read_bytes())
        with self.serve("guest.wasm", "--unsigned") as host:
            begun = time.monotonic()
            for _ in range(200):
                self.assertEqual(host.get("/trap").status, 500)
            seconds = int(time.monotonic() - begun) + 2

            host.terminate()
            self.assertEqual(host.wait(), 0)
            log = host.log.read_text()
            failed = events(log, "component.call_failed")
            self.assertLessEqual(len(failed), 10 * seconds)
            said = sum(line.get("lines_dropped", 0) for line in failed)
            said += sum(line["lines"] for line in events(log, "log.events_dropped") if line["name"] == "component.call_failed")
            self.assertEqual(len(failed) + said, 200, "each is in the log or in a count")
            self.assertEqual((failed[0]["method"], failed[0]["path"]), ("GET", "/trap"))

    def test_the_form_of_the_log_can_be_chosen(self):
        self.write("guest.wasm", GUEST.read_bytes())
        with self.serve("guest.wasm", "--unsigned", "--log-format", "text", "--log-level", "debug") as host:
            host.get("/ignore")
            host.terminate()
            self.assertEqual(host.wait(), 0)
            lines = host.log.read_text().splitlines()[1:]

        self.assertTrue(any(" debug component.call_answered " in line for line in lines), lines)
        self.assertFalse([line for line in lines if line.startswith("{") or "\x1b" in line], lines)
        self.assert_refused(self.weft("serve", "guest.wasm", "--log-format", "xml"), INVALID_ARGUMENT, "cli.log_format_wrong")

    def test_compiled_is_said_of_what_was_compiled(self):
        app = self.write_app()
        logs = []
        for _ in range(2):
            with self.up(app, "--trust", KEY) as host:
                host.terminate()
                self.assertEqual(host.wait(), 0)
                logs.append(host.log.read_text())

        self.assertEqual([len(events(log, "engine.compile_started")) for log in logs], [1, 0])
        self.assertEqual([len(events(log, "engine.code_compiled")) for log in logs], [1, 0])
        self.assertEqual([len(events(log, "component.code_loaded")) for log in logs], [1, 1])
        self.assertTrue(all(line["issuer"] == KEY for log in logs for line in events(log, "component.code_admitted")), logs)
