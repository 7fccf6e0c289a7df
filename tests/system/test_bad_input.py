"""Bad input: one sentence with cause and remedy, a documented exit code, and nothing half-started."""

import os
import resource
import socket

from harness import (CORRUPT, EXHAUSTED, FAILED_PRECONDITION, HELLO, INVALID_ARGUMENT, IS_SANITIZED, KEY, NOT_FOUND, PROGRAM,
                     UNAVAILABLE, UNSUPPORTED, WeftTest, end_with_parent, free_port, manifest, read_only)
from test_trust import sections, without_token


class Components(WeftTest):
    def refused(self, code: int, slug: str, key: str = KEY) -> None:
        port = free_port()
        app = self.write("app.yaml", manifest(address=f"127.0.0.1:{port}"))
        self.assert_refused(self.weft("up", app, "--trust", key), code, slug)
        self.assert_nothing_runs(port)

    def sign(self, wasm: bytes) -> str:
        """Signs it with a new key, whose public half is returned."""
        self.write("plain.wasm", wasm)
        key = self.done("keys", "gen", "account", "-o", "json").json()["public_key"]
        self.done("claims", "sign", "plain.wasm", "--name", "bad", "--caps", "wasi:http", "-o", "hello.wasm")
        return key

    def test_missing(self):
        self.refused(NOT_FOUND, "file.not_found")

    def test_empty(self):
        self.write("hello.wasm", b"")
        self.refused(CORRUPT, "wasm.truncated_preamble")

    def test_truncated(self):
        wasm = self.write_hello()
        os.truncate(wasm, wasm.stat().st_size // 2)
        self.refused(CORRUPT, "wasm.section_past_end")

    def test_no_webassembly_at_all(self):
        self.write("hello.wasm", b"#!/bin/sh\necho hello\n")
        self.refused(CORRUPT, "wasm.not_wasm")

    def test_corrupt_code_under_a_valid_signature(self):
        plain = without_token(HELLO.read_bytes())
        # The middle of the largest module: within function bodies.
        begin, end = max(((begin, end) for begin, end, *_ in sections(plain)), key=lambda span: span[1] - span[0])
        middle = (begin + end) // 2
        key = self.sign(plain[:middle] + b"\xff" * 64 + plain[middle + 64:])
        self.refused(CORRUPT, "engine.component_corrupt", key)

    def test_core_module(self):
        key = self.sign(b"\0asm\1\0\0\0")
        self.refused(UNSUPPORTED, "app.not_http", key)

    def test_component_that_exports_nothing(self):
        key = self.sign(b"\0asm\x0d\0\1\0")
        self.refused(UNSUPPORTED, "app.not_http", key)

    def test_100_mb_of_nothing(self):
        wasm = self.write("hello.wasm", b"")
        os.truncate(wasm, 100 << 20)
        self.refused(CORRUPT, "wasm.not_wasm")

    def test_more_than_100_mb(self):
        wasm = self.write_hello()
        os.truncate(wasm, (100 << 20) + 1)
        self.refused(EXHAUSTED, "file.too_large")


class Manifests(WeftTest):
    def refused(self, code: int, slug: str) -> None:
        self.assert_refused(self.weft("up", "app.yaml", "--trust", KEY), code, slug)
        self.assert_nothing_runs()

    def test_missing(self):
        self.refused(NOT_FOUND, "file.not_found")

    def test_directory(self):
        (self.folder / "app.yaml").mkdir()
        self.refused(INVALID_ARGUMENT, "file.is_directory")

    def test_empty(self):
        self.write("app.yaml", b"")
        self.refused(INVALID_ARGUMENT, "app.manifest_invalid")

    def test_binary(self):
        self.write("app.yaml", HELLO.read_bytes())
        self.refused(INVALID_ARGUMENT, "app.manifest_invalid")

    def test_1_mb_of_brackets(self):
        for bracket in (b"[", b"{", b"- "):
            with self.subTest(bracket=bracket):
                self.write("app.yaml", bracket * (1_000_000 // len(bracket)))
                self.refused(INVALID_ARGUMENT, "app.manifest_invalid")

    def test_too_long(self):
        self.write("app.yaml", b"#" * ((1 << 20) + 1))
        self.refused(EXHAUSTED, "file.too_large")


class Machine(WeftTest):
    def test_port_in_use(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            app = self.write_app(address=f"127.0.0.1:{other.getsockname()[1]}")
            self.assert_refused(self.weft("up", app, "--trust", KEY), UNAVAILABLE, "net.port_in_use")
        self.assert_nothing_runs()

    def test_port_of_another_host(self):
        with self.up(self.write_app(), "--trust", KEY, "--data-dir", "one") as host:
            app = self.write("second.yaml", manifest(address=f"127.0.0.1:{host.port}"))
            outcome = self.weft("up", app, "--trust", KEY, "--data-dir", "two")

            self.assert_refused(outcome, UNAVAILABLE, "net.port_in_use")
            self.assertEqual(host.get().status, 200)

    def test_one_port_in_use_of_two(self):
        self.write_hello()
        free = free_port()
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            apps = [self.write(f"p{port}.yaml", manifest(name=f"p{port}", address=f"127.0.0.1:{port}"))
                    for port in (free, taken)]
            self.assert_refused(self.weft("up", *apps, "--trust", KEY), UNAVAILABLE, "net.port_in_use")
        self.assert_nothing_runs(free)

    def test_second_host_on_one_data_directory(self):
        with self.up(self.write_app(), "--trust", KEY) as host:
            app = self.write("second.yaml", manifest())
            said = self.assert_refused(self.weft("up", app, "--trust", KEY), FAILED_PRECONDITION, "app.data_dir_in_use")

            self.assertIn(str(host.process.pid), said)
            self.assertEqual(host.get().status, 200)

    def test_file_where_the_data_directory_should_be(self):
        port = free_port()
        app = self.write_app(address=f"127.0.0.1:{port}")
        self.write("data/weft", b"in the way")
        self.assert_refused(self.weft("up", app, "--trust", KEY), INVALID_ARGUMENT, "file.not_directory")
        self.assert_nothing_runs(port)

    def test_read_only_data_directory(self):
        port = free_port()
        app = self.write_app(address=f"127.0.0.1:{port}")
        place = self.folder / "read-only"
        place.mkdir()
        prefix = read_only(self, place)

        inside = self.weft("up", app, "--trust", KEY, "--data-dir", place / "weft", prefix=prefix)
        itself = self.weft("up", app, "--trust", KEY, "--data-dir", place, prefix=prefix)

        self.assert_refused(inside, UNAVAILABLE, "file.read_only")
        self.assert_refused(itself, UNAVAILABLE, "app.data_dir_unwritable")
        self.assert_nothing_runs(port)

    def test_no_memory_for_the_pool(self):
        if IS_SANITIZED:
            self.skipTest("a sanitizer reserves terabytes of addresses itself")

        def few_addresses() -> None:
            end_with_parent()
            resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))

        with self.up(self.write_app(), "--trust", KEY, preexec_fn=few_addresses) as host:
            self.assertEqual(host.get().status, 200)
            self.assertIn("engine.pool_unavailable", host.log.read_text())


class CommandLine(WeftTest):
    def test_mistakes_are_named_with_what_was_meant(self):
        for args, slug, hint in [
            (("upp",), "cli.command_unknown", "up"),
            (("up", "--trsut", KEY, "app.yaml"), "cli.option_unknown", "--trust"),
            (("up",), "cli.manifest_missing", "weft up app.yaml"),
        ]:
            with self.subTest(args=args):
                self.assertIn(hint, self.assert_refused(self.weft(*args), INVALID_ARGUMENT, slug))

    def test_failures_are_json_when_asked(self):
        outcome = self.weft("up", "nowhere.yaml", "-o", "json")

        self.assertEqual((outcome.code, outcome.out), (NOT_FOUND, ""))
        self.assertIn('"slug":"file.not_found"', outcome.err)
        self.assertEqual(outcome.sentences(), [])

    def test_help_shows_an_example(self):
        for command in ((), ("up",), ("keys", "gen"), ("claims", "sign"), ("claims", "inspect"), ("trust", "add")):
            with self.subTest(command=command):
                outcome = self.done(*command, "--help")
                self.assertIn(" ".join(("weft", *command)).strip(), outcome.out)


class Surroundings(WeftTest):
    """What the process was started with."""

    def test_an_output_that_cannot_be_written_is_said(self):
        outcome = self.weft("keys", "list", prefix=("sh", "-c", '"$@" > /dev/full', "sh"))

        self.assertEqual(outcome.code, UNAVAILABLE)
        self.assertIn("the output cannot be written", outcome.err)

    def test_closed_streams_are_not_those_of_a_file(self):
        outcome = self.weft("keys", "gen", "account", prefix=("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"))

        self.assertEqual(outcome.code, 0)
        (seed,) = self.folder.rglob("A*.nk")
        self.assertRegex(seed.read_text(), r"\ASA[A-Z2-7]{56}\n\Z")

    def test_a_program_runs_without_a_home(self):
        outcome = self.weft("run", "--unsigned", PROGRAM, "exit", "0", prefix=("env", "-i"))

        self.assertEqual(outcome.code, 0, outcome.err)
