"""What a command reads and where it writes: the standard input, pipes, files of others, several commands at the same time, terminals."""

import os
import pty
import signal
import subprocess
import threading

from harness import (BINARY, DENIED, EXHAUSTED, HELLO, INVALID_ARGUMENT, KEY, MODULE, NOT_FOUND, UNAUTHENTICATED, UNAVAILABLE,
                     UNSUPPORTED, WAIT_S, GUEST, WeftTest, end_with_parent, manifest)


class InputTest(WeftTest):
    def pipe(self, name: str, content: bytes) -> None:
        """A named pipe that is written once it is read."""
        os.mkfifo(self.folder / name)
        writer = threading.Thread(target=(self.folder / name).write_bytes, args=(content,))
        writer.start()
        self.addCleanup(writer.join, WAIT_S)


class Input(InputTest):
    def test_a_manifest_comes_from_the_standard_input_or_a_pipe(self):
        self.write_app()
        text = manifest().encode()
        self.pipe("one", text)

        for outcome in (self.weft("app", "validate", "-", input=text), self.weft("app", "validate", "one")):
            self.assertEqual(outcome.code, 0, outcome.out + outcome.err)
        wrong = self.weft("app", "validate", "-", input=b"kind: [")
        self.assertEqual(wrong.code, INVALID_ARGUMENT)
        self.assertTrue(wrong.out.startswith("-:1:7: error: "), wrong.out)

        with self.up("-", "--trust", KEY, prefix=("sh", "-c", 'exec "$@" < app.yaml', "sh")) as host:
            self.assertEqual(host.get().status, 200)
        self.pipe("two", text)
        with self.up("two", "--trust", KEY) as host:
            self.assertEqual(host.get().status, 200)

    def test_a_host_in_the_background_has_read_its_manifest_before(self):
        self.write_app()

        outcome = self.weft("up", "-", "--trust", KEY, "--detach", "-o", "json", input=manifest().encode())

        self.assertEqual(outcome.code, 0, outcome.err)
        os.kill(outcome.json()["pid"], signal.SIGTERM)

    def test_a_component_comes_from_the_standard_input_or_a_pipe(self):
        for args, wasm in ((("inspect",), HELLO), (("claims", "inspect"), HELLO), (("claims", "token"), HELLO),
                           (("call", "--unsigned"), GUEST), (("run", "--unsigned"), MODULE)):
            with self.subTest(args=args):
                words = ("exit", 0) if "run" in args else ()
                name = "-".join(args)
                self.pipe(name, wasm.read_bytes())
                for outcome in (self.weft(*args, "-", *words, input=wasm.read_bytes()), self.weft(*args, name, *words)):
                    self.assertEqual(outcome.code, 0, outcome.err)

    def test_a_component_of_a_manifest_may_be_a_pipe(self):
        self.pipe("hello.wasm", HELLO.read_bytes())

        with self.up(self.write("app.yaml", manifest()), "--trust", KEY) as host:
            self.assertEqual(host.get().status, 200)

    def test_what_has_no_end_is_refused(self):
        self.assert_refused(self.weft("up", "/dev/zero"), EXHAUSTED, "file.too_large")
        self.assert_refused(self.weft("inspect", "/dev/zero"), EXHAUSTED, "file.too_large")

    def test_what_comes_from_the_standard_input_is_signed_into_a_named_file(self):
        self.done("keys", "gen", "account")
        plain = MODULE.read_bytes()

        refused = self.weft("claims", "sign", "-", "--name", "a", input=plain)
        signed = self.weft("claims", "sign", "-", "--name", "a", "--caps", "auto", "--out", "a.wasm", input=plain)

        self.assert_refused(refused, INVALID_ARGUMENT, "sign.out_missing")
        self.assertEqual(signed.code, 0, signed.err)
        self.done("claims", "inspect", "a.wasm")


class FilesOfOthers(WeftTest):
    def test_a_trust_file_that_others_may_write_is_refused(self):
        app = self.write_app()
        self.done("trust", "add", KEY, "--grant", "wasi:http")
        trust = self.folder / "config/weft/trust.yaml"
        trust.chmod(0o666)

        for outcome in (self.weft("up", app), self.weft("run", HELLO), self.weft("trust", "list")):
            said = self.assert_refused(outcome, DENIED, "file.unsafe")
            self.assertIn(f"run: chmod go-w '{trust}'", said)

        subprocess.run(["chmod", "go-w", trust], check=True)
        with self.up(app) as host:
            self.assertEqual(host.get().status, 200)

    def test_a_seed_that_others_may_read_is_refused(self):
        seed = self.folder / self.done("keys", "gen", "account", "-o", "json").json()["seed_file"]
        seed.chmod(0o644)

        for args in (("--key", seed), ()):
            outcome = self.weft("claims", "sign", MODULE, "--name", "a", "--out", "a.wasm", *args)
            self.assertIn(f"run: chmod 600 '{seed}'", self.assert_refused(outcome, DENIED, "file.unsafe"))

        seed.chmod(0o600)
        self.done("claims", "sign", MODULE, "--name", "a", "--out", "a.wasm")


class AtTheSameTime(WeftTest):
    def all_at_once(self, commands: list[list[object]]) -> None:
        running = [subprocess.Popen([BINARY, *map(str, command)], env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=end_with_parent)
                   for command in commands]
        for process in running:
            _, err = process.communicate(timeout=WAIT_S)
            self.assertEqual(process.returncode, 0, err)

    def test_every_grant_counts(self):
        capabilities = [f"acme:package{i}" for i in range(12)]

        self.all_at_once([["trust", "add", KEY, "--grant", capability] for capability in capabilities])

        issuer, = self.done("trust", "list", "-o", "json").json()["issuers"]
        self.assertEqual(sorted(issuer["grants"]), sorted(capabilities))

    def test_a_new_name_gets_one_key(self):
        self.done("keys", "gen", "account")

        self.all_at_once([["claims", "sign", MODULE, "--name", "new", "--out", f"{i}.wasm"] for i in range(8)])

        subjects = {self.done("claims", "inspect", f"{i}.wasm", "-o", "json").json()["tokens"][0]["claims"]["sub"] for i in range(8)}
        self.assertEqual(len(subjects), 1)


class Remedies(WeftTest):
    """What a message tells to run is run as it stands."""

    def paste(self, command: str) -> None:
        done = subprocess.run(["sh", "-ec", command.replace("weft ", f"'{BINARY}' ", 1)], env=self.env, cwd=self.folder,
                              capture_output=True, text=True, timeout=WAIT_S, preexec_fn=end_with_parent)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_from_a_plain_file_to_one_that_runs(self):
        wasm = self.write("tool.wasm", MODULE.read_bytes())
        self.done("keys", "gen", "account")

        said = self.assert_refused(self.weft("run", wasm, "exit", 0), UNAUTHENTICATED, "claims.unsigned")
        self.assertIn(f"or run it unsigned, this time: weft run --unsigned {wasm}", said)
        self.paste(said.partition("sign it with: ")[2].partition("; or run")[0])

        said = self.assert_refused(self.weft("run", wasm, "exit", 0), UNAUTHENTICATED, "claims.issuer_unknown")
        once = said.partition("with the option '")[2].partition("'")[0]
        self.assertEqual(self.weft("run", *once.split(), wasm, "exit", 0).code, 0)
        self.paste(said.partition("from now on with '")[2].partition("',")[0])
        self.assertEqual(self.weft("run", wasm, "exit", 0).code, 0)

    def test_an_issuer_that_nobody_trusts_may_be_trusted_for_what_the_component_asks_for(self):
        app = self.write_app()
        said = self.assert_refused(self.weft("up", app), UNAUTHENTICATED, "claims.issuer_unknown")

        self.paste(said.partition("from now on with '")[2].partition("',")[0])

        with self.up(app) as host:
            self.assertEqual(host.get().status, 200)

    def test_a_named_trust_file_is_the_one_that_the_remedy_changes(self):
        app = self.write_app()
        trust = self.write("other.yaml", "unsigned: deny\n")
        said = self.assert_refused(self.weft("up", app, "--trust-file", trust), UNAUTHENTICATED, "claims.issuer_unknown")

        self.paste(said.partition("from now on with '")[2].removesuffix(" (claims.issuer_unknown)").partition("', or for")[0])

        with self.up(app, "--trust-file", trust) as host:
            self.assertEqual(host.get().status, 200)

    def test_options_behind_the_file_are_named(self):
        said = self.assert_refused(self.weft("run", MODULE, "--unsigned"), UNAUTHENTICATED, "claims.unsigned")
        self.assertIn(f"put it before: weft run --unsigned {MODULE}", said)

    def test_without_a_home_a_key_on_the_command_line_is_enough(self):
        app = self.write_app()
        bare = ("env", "-i")
        with self.up(app, "--trust", KEY, "--data-dir", self.folder / "d", prefix=bare) as host:
            self.assertEqual(host.get().status, 200)

        said = self.assert_refused(self.weft("trust", "add", KEY, "--grant", "*", prefix=bare), 5, "cli.home_missing")
        self.assertIn("--trust-file", said)


class BeforeItCompiles(WeftTest):
    """What the exports tell is said at once: nothing is compiled, so the cache stays empty."""

    def assert_compiled_nothing(self) -> None:
        self.assertEqual([path for path in (self.folder / "cache").rglob("*") if path.is_file()], [])

    def test_a_wrong_function(self):
        said = self.assert_refused(self.weft("call", "--unsigned", GUEST, "hande"), NOT_FOUND, "call.function_unknown")
        self.assert_compiled_nothing()
        self.assertIn("no function 'hande'", said)

    def test_no_program_and_nothing_that_serves(self):
        self.assert_refused(self.weft("run", "--unsigned", "-q", GUEST), UNSUPPORTED, "app.not_program")
        outcome = self.weft("serve", "--unsigned", "--addr", "127.0.0.1:0", MODULE)
        self.assertEqual(outcome.code, UNSUPPORTED, outcome.err)
        self.assertIn("(app.not_http)", outcome.err)
        self.assert_compiled_nothing()


class Output(WeftTest):
    def test_a_host_whose_address_nobody_can_read_ends(self):
        outcome = self.weft("up", self.write_app(), "--trust", KEY, prefix=("sh", "-c", 'exec "$@" > /dev/full', "sh"))

        self.assertEqual(outcome.code, UNAVAILABLE, outcome.err)
        self.assertIn("(cli.output_failed)", outcome.err)

    def test_colours_are_for_terminals_that_want_them(self):
        app = self.write_app()
        for variables, wanted in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                  ({"TERM": "xterm", "NO_COLOR": ""}, True), ({"TERM": "dumb"}, False), ({}, False)):
            with self.subTest(variables):
                said = self.log_on_a_terminal(app, variables)
                self.assertIn(b"info", said)
                self.assertEqual(b"\x1b[" in said, wanted, said)

    def log_on_a_terminal(self, app, variables: dict[str, str]) -> bytes:
        master, slave = pty.openpty()
        said = b""
        with open(master, "rb", buffering=0) as reader:
            process = subprocess.Popen([BINARY, "up", app, "--trust", KEY], env=self.env | variables, cwd=self.folder,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave,
                                       preexec_fn=end_with_parent)
            os.close(slave)
            self.assertIn(b"serving", process.stdout.readline())
            process.stdout.close()
            process.terminate()
            while True:
                try:
                    part = reader.read(4096)
                except OSError:  # Nobody has the other side any more.
                    break
                said += part
                if not part:
                    break
            self.assertEqual(process.wait(WAIT_S), 0)
        return said
