"""`weft run`: programs, what they are given, how they end."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

from harness import (BINARY, DEADLINE, DENIED, EXHAUSTED, GUEST, GUEST_TRAP, INVALID_ARGUMENT, MODULE,
                     NOT_FOUND, PROGRAM, UNAUTHENTICATED, UNSUPPORTED, WAIT_S, Outcome, WeftTest, end_with_parent, wait_until)
from test_trust import tampered_at

FORMS = {"component": PROGRAM, "module": MODULE}


class RunTest(WeftTest):
    def program(self, *words: object, options: tuple = (), wasm=MODULE, **popen) -> Outcome:
        """The test program, without a token and told to do this."""
        return self.weft("run", "--unsigned", "--quiet", *options, wasm, *words, **popen)

    def assert_ran(self, outcome: Outcome, out: str = "", code: int = 0) -> None:
        self.assertEqual((outcome.code, outcome.out, outcome.err), (code, out, ""))


class Ends(RunTest):
    def test_the_exit_code_is_the_programs(self):
        for code in (0, 1, 33, 125):
            self.assert_ran(self.program("exit", code), code=code)
        self.assert_ran(self.program("exit", 33, wasm=PROGRAM), code=1)

    def test_a_trap_has_its_own_exit_code_and_says_how_and_where(self):
        for form, wasm in FORMS.items():
            with self.subTest(form):
                outcome = self.program("abort", wasm=wasm)
                self.assertEqual((outcome.code, outcome.out), (GUEST_TRAP, ""))
                self.assertRegex(outcome.err, r"(?m)^ +0: +0x[0-9a-f]+ - ")
                self.assertRegex(outcome.err, r"weft: the component trapped: wasm `unreachable` .*\(engine\.trap\)\n$")

    def test_a_trap_is_one_line_for_a_program_that_asks_for_json(self):
        outcome = self.program("abort", options=("-o", "json"))
        self.assertEqual(outcome.code, GUEST_TRAP)
        self.assertRegex(outcome.err, r'^\{"error":\{"code":"guest_trap","slug":"engine\.trap",.*\}\}\n$')

    def test_limits_end_it(self):
        for form, wasm in FORMS.items():
            for options, words, code, slug in [
                (("--memory", "8MiB"), ("eat",), EXHAUSTED, "engine.memory_limit"),
                (("--cpu-time", "100ms"), ("spin",), EXHAUSTED, "engine.cpu_budget"),
                (("--deadline", "200ms"), ("spin",), DEADLINE, "engine.deadline"),
                (("--deadline", "200ms"), ("sleep", 60_000), DEADLINE, "engine.deadline"),
            ]:
                with self.subTest(form, options=options, words=words):
                    outcome = self.program(*words, options=options, wasm=wasm)
                    self.assertEqual(outcome.code, code, outcome.err)
                    self.assertIn(f"({slug})\n", outcome.err)

    def test_signals_end_it_at_once_whatever_it_does(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            for words in (("arguments", "*" * 100_000, "*" * 100_000), ("copy",), ("spin",), ("sleep", "60000")):
                with self.subTest(number.name, words=words[0]), self.running(*words) as process:
                    process.send_signal(number)
                    self.assertEqual(process.wait(WAIT_S), code)

    @contextlib.contextmanager
    def running(self, *words: str):
        """A program that runs or is about to, whose output nobody reads and whose input is silent."""
        process = subprocess.Popen([BINARY, "run", "--unsigned", "--quiet", MODULE, *words], env=self.env, cwd=self.folder,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   preexec_fn=end_with_parent)
        with process:
            try:
                wait_until(lambda: "weft-epoch" in threads_of(process.pid), "an engine in the process")
                yield process
            finally:
                process.kill()


def threads_of(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return [Path(f"/proc/{pid}/task/{task}/comm").read_text().strip() for task in os.listdir(f"/proc/{pid}/task")]
    return []


class Streams(RunTest):
    def test_arguments_are_the_programs_from_the_file_on(self):
        for form, wasm in FORMS.items():
            with self.subTest(form):
                outcome = self.program("--env", "X=1", "-o", "json", "--", "", "ä", wasm=wasm)
                self.assertEqual(outcome.code, GUEST_TRAP, "the test program knows no such words")
                outcome = self.program("arguments", "--env", "X=1", "-h", "--", "", "ä", wasm=wasm)
                self.assert_ran(outcome, f"{wasm.name}\narguments\n--env\nX=1\n-h\n--\n\nä\n")

    def test_input_and_output_are_the_processes(self):
        sent = bytes(range(256)) * 4096
        for form, wasm in FORMS.items():
            with self.subTest(form):
                done = subprocess.run([BINARY, "run", "--unsigned", "--quiet", wasm, "copy"], env=self.env, input=sent,
                                      capture_output=True, timeout=WAIT_S, preexec_fn=end_with_parent)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertTrue(done.stdout == sent, f"{len(done.stdout)} of {len(sent)} bytes came back, or others")
                outcome = self.program("complain", "no newline", wasm=wasm)
                self.assertEqual((outcome.code, outcome.out, outcome.err), (0, "", "no newline"))

    def test_a_reader_that_leaves_is_the_programs_error(self):
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "wb") as closed:
            process = subprocess.Popen([BINARY, "run", "--unsigned", "--quiet", MODULE, "copy"], env=self.env,
                                       stdin=subprocess.PIPE, stdout=closed, stderr=subprocess.PIPE,
                                       preexec_fn=end_with_parent)
        _, err = process.communicate(b"x" * 100_000, WAIT_S)
        self.assertNotEqual(process.returncode, 0)
        self.assertGreaterEqual(process.returncode, 0, f"a signal ended weft itself: {err}")


class World(RunTest):
    def test_there_is_nothing_in_it_by_default(self):
        self.write("secret", "secret")
        for form, wasm in FORMS.items():
            with self.subTest(form):
                self.assert_ran(self.program("environment", wasm=wasm))
                for path in ("secret", "/etc/passwd", "../secret", str(self.folder / "secret")):
                    self.assertEqual(self.program("read", path, wasm=wasm).code, 1, path)

    def test_variables_are_given_by_name(self):
        options = ("--env", "A=b=c, d", "--env", "EMPTY=")
        for form, wasm in FORMS.items():
            with self.subTest(form):
                self.assert_ran(self.program("environment", options=options, wasm=wasm), "A=b=c, d\nEMPTY=\n")

    def test_directories_are_given_to_read_or_to_write(self):
        self.write("data/in", "content")
        for form, wasm in FORMS.items():
            with self.subTest(form):
                read_only, writable = ("--dir", "data::/d:ro"), ("--dir", "data::/d")
                self.assert_ran(self.program("read", "/d/in", options=read_only, wasm=wasm), "content")
                refused = self.program("write", "/d/out", "x", options=read_only, wasm=wasm)
                self.assertEqual(refused.code, 1, refused.err)
                self.assertFalse((self.folder / "data/out").exists())
                self.assert_ran(self.program("write", f"/d/{form}", "new", options=writable, wasm=wasm))
                self.assertEqual((self.folder / f"data/{form}").read_text(), "new")

    def test_a_directory_has_no_way_out(self):
        self.write("secret", "secret")
        self.write("data/in", "content")
        (self.folder / "data/link").symlink_to("../secret")
        (self.folder / "data/absolute").symlink_to(self.folder / "secret")
        for form, wasm in FORMS.items():
            for path in ("/d/../secret", "/d/link", "/d/absolute", "/d/x/../../secret"):
                with self.subTest(form, path=path):
                    outcome = self.program("read", path, options=("--dir", "data::/d"), wasm=wasm)
                    self.assertEqual(outcome.code, 1)
                    self.assertNotIn("secret", outcome.out)

    def test_directories_and_variables_may_be_given_as_they_are(self):
        self.write("data/in", "content")
        self.env["GIVEN"] = "yes"
        self.assert_ran(self.program("read", "data/in", options=("--dir", "data")), "content")
        self.assert_ran(self.program("read", "/in", options=("--dir", "data::/")), "content")
        self.assertEqual(self.program("write", "data/out", "x", options=("--dir", "data:ro")).code, 1)
        self.assert_ran(self.program("environment", options=("--env", "GIVEN", "--env", "NOT_SET")), "GIVEN=yes\n")

    def test_a_memory_that_is_too_small_for_it_is_a_limit(self):
        outcome = self.program("exit", 0, options=("--memory", "64KiB"))
        self.assert_refused(outcome, EXHAUSTED, "engine.memory_limit")

    def test_a_directory_that_is_not_there_stops_the_command(self):
        outcome = self.program("exit", 0, options=("--dir", "nowhere::/d"))
        said = self.assert_refused(outcome, NOT_FOUND, "file.not_found")
        self.assertIn(f"{self.folder}/nowhere", said)

    def test_the_network_is_closed_but_for_what_is_allowed(self):
        with greeter() as port:
            words, closed = ("connect", f"127.0.0.1:{port}"), "failed: PermissionDenied\n"
            for options in ((), ("--allow-net", "10.0.0.0/8"), ("--allow-net", f"127.0.0.1:{port - 1}")):
                with self.subTest(options=options):
                    self.assert_ran(self.program(*words, options=options, wasm=PROGRAM), closed, code=1)
            for allowed in (f"127.0.0.1:{port}", "127.0.0.0/8", "*"):
                with self.subTest(allowed=allowed):
                    outcome = self.program(*words, options=("--allow-net", allowed), wasm=PROGRAM)
                    self.assert_ran(outcome, "received hello\n")
        self.assertEqual(self.program("resolve", "localhost", wasm=PROGRAM).code, 1)


@contextlib.contextmanager
def greeter():
    """Says hello to each client that connects."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def greet():
            with contextlib.suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    with caller:
                        caller.sendall(b"hello")
        thread = threading.Thread(target=greet)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(WAIT_S)


class Trust(RunTest):
    def test_unsigned_code_needs_a_word(self):
        for form, wasm in FORMS.items():
            with self.subTest(form):
                self.assert_refused(self.weft("run", wasm, "exit", 0), UNAUTHENTICATED, "claims.unsigned")
                outcome = self.weft("run", "--unsigned", wasm, "exit", 0)
                self.assertEqual(outcome.code, 0)
                self.assertRegex(outcome.err, r"^weft: warning: .* is not signed: .*\(run\.unsigned\)\n$")

    def test_signed_code_runs_for_those_who_trust_its_issuer(self):
        for form, wasm in FORMS.items():
            with self.subTest(form):
                key = self.sign(wasm)
                self.assert_ran(self.weft("run", "--trust", key, "signed.wasm", "arguments", "a"), "signed.wasm\narguments\na\n")
                self.assert_refused(self.weft("run", "signed.wasm"), UNAUTHENTICATED, "claims.issuer_unknown")

    def test_the_flag_lets_no_broken_token_through(self):
        key = self.sign(MODULE)
        self.write("bad.wasm", tampered_at((self.folder / "signed.wasm").read_bytes(), b"failed: "))
        outcome = self.weft("run", "--unsigned", "--trust", key, "bad.wasm")
        self.assert_refused(outcome, UNAUTHENTICATED, "claims.hash_mismatch")
        self.assert_refused(self.weft("run", "--unsigned", "signed.wasm"), UNAUTHENTICATED, "claims.issuer_unknown")

    def test_what_is_given_to_signed_code_is_claimed_and_granted(self):
        self.write("data/in", "content")
        for option, value, capability in (("--dir", "data::/d", "wasi:filesystem"), ("--env", "A=1", "wasi:cli/environment"),
                                          ("--allow-net", "*", "wasi:sockets")):
            with self.subTest(option):
                key = self.sign(PROGRAM, "wasi:http")
                outcome = self.weft("run", "--trust", key, option, value, "signed.wasm", "exit", 0)
                said = self.assert_refused(outcome, DENIED, "claims.host_grant_unclaimed")
                self.assertIn(f"--caps wasi:http,{capability}", said)

                key = self.sign(PROGRAM, capability)
                self.done("trust", "add", key, "--grant", "wasi:http")
                outcome = self.weft("run", option, value, "signed.wasm", "exit", 0)
                said = self.assert_refused(outcome, DENIED, "claims.host_grant_ungranted")
                self.assertIn(f"weft trust add {key} --grant {capability}", said)

                self.done("trust", "add", key, "--grant", capability)
                self.assert_ran(self.weft("run", option, value, "signed.wasm", "exit", 0))


class Refusals(RunTest):
    def test_what_is_no_program_is_refused(self):
        said = self.assert_refused(self.program(wasm=GUEST), UNSUPPORTED, "app.not_program")
        self.assertIn("weft serve", said)
        for name, wasm in (("empty component", b"\0asm\x0d\0\1\0"), ("empty module", b"\0asm\1\0\0\0")):
            with self.subTest(name):
                outcome = self.program(wasm=self.write("empty.wasm", wasm))
                self.assert_refused(outcome, UNSUPPORTED, "app.not_program")

    def test_a_wrong_command_line_is_refused(self):
        self.assert_refused(self.weft("run"), INVALID_ARGUMENT, "cli.argument_missing")
        self.assert_refused(self.weft("run", "--dir", "data::", MODULE), INVALID_ARGUMENT, "cli.dir_wrong")
        self.assert_refused(self.weft("run", "--env", "=x", MODULE), INVALID_ARGUMENT, "cli.env_wrong")
        self.assert_refused(self.weft("run", "--allow-net", "localhost", MODULE), INVALID_ARGUMENT, "net.range_invalid")
