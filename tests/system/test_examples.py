"""The examples as they are in the repository, and those that `./dev guests` has built; examples.toml lists them."""

import contextlib
import http.client
import re
import signal
import subprocess
import tomllib
from pathlib import Path

from harness import BINARY, KEY, ROOT, WAIT_S, Outcome, WeftTest, end_with_parent, wait_until

EXAMPLES = ROOT / "examples"
PROGRAMS = tomllib.loads((Path(__file__).parent / "examples.toml").read_text())
HTTP, SERVICES, COMMANDS, PARTS = (PROGRAMS[kind] for kind in ("http", "service", "command", "part"))
ALL = HTTP + SERVICES + COMMANDS + PARTS
# What a signed program may take in the repository.
COMMITTED_BYTES_MAX = 150_000
# Compiling a large one takes most of a minute on a slow machine.
LARGE_WAIT_S = 3 * WAIT_S


def path_of(program: dict) -> Path:
    return (EXAMPLES / program["file"]).resolve()


def is_committed(program: dict) -> bool:
    return path_of(program).is_relative_to(EXAMPLES)


class Listed(WeftTest):
    """What holds for each without running it."""

    def test_every_recipe_is_in_the_lists(self):
        index = (EXAMPLES / "README.md").read_text()
        recipes = {path.parent for path in EXAMPLES.glob("*/*/build.sh")}
        # build/guests/APP-LANGUAGE is what the recipe of APP/LANGUAGE makes.
        listed = {path_of(one).parent if is_committed(one) else (EXAMPLES / one["manifest"]).parent
                  for one in ALL}

        self.assertEqual(recipes, listed)
        for folder in recipes:
            self.assertIn(f"]({folder.relative_to(EXAMPLES)}/)", index)

    def test_each_is_signed_for_what_it_is(self):
        for program in ALL:
            with self.subTest(file=program["file"]):
                if not is_committed(program):
                    continue
                name = program.get("name") or (Path(program["file"]).parts[0] if program in COMMANDS else "hello")
                subject = (EXAMPLES / f"keys/{name}.pub").read_text().strip()
                said = self.done("claims", "inspect", "-o", "json", path_of(program)).json()

                self.assertLess(said["bytes"], COMMITTED_BYTES_MAX)
                claims = said["tokens"][0]["claims"]
                self.assertEqual((claims["iss"], claims["sub"]), (KEY, subject))
                self.assertEqual(said["tokens"][0]["unclaimed"], [])
                exports = [export.partition("@")[0] for export in said["exports"]]
                self.assertEqual(exports, program.get("exports", exports))


class Http(WeftTest):
    def answers(self, program: dict) -> None:
        """Greets, gives back what it is sent, and needs nothing but what its manifest says."""
        manifest = EXAMPLES / program["manifest"]
        text = manifest.read_text()
        image = re.search(r"image: file://(\S+\.wasm)", text)[1]
        self.assertEqual((manifest.parent / image).resolve(), path_of(program))
        own = text.replace("0.0.0.0:8000", "127.0.0.1:0").replace(f"file://{image}", f"file://{path_of(program)}")
        self.assertEqual((own.count("127.0.0.1:0"), own.count(str(path_of(program)))), (1, 1))

        wait_s = WAIT_S if is_committed(program) else LARGE_WAIT_S
        with self.up(self.write("app.yaml", own), "--trust", KEY, "--strict", wait_s=wait_s) as host:
            self.assertEqual(host.get("/there?a=b").body, f"{program['says']} /there?a=b\n".encode())
            # More than one write, and more than one turn of an echo.
            long = "/" + "x" * 6000
            self.assertEqual(host.get(long).body, f"{program['says']} {long}\n".encode())
            sent = bytes(range(256)) * 1024
            self.assertEqual(host.request("POST", "/", sent).body, sent)
            self.assertEqual(host.request("PUT", "/", b"").body, b"")

    def test_each_committed_one_answers(self):
        for program in filter(is_committed, HTTP):
            with self.subTest(file=program["file"]):
                self.answers(program)

    def large(self, language: str) -> None:
        program = next(one for one in HTTP if one["manifest"] == f"http-hello/{language}/app.yaml")
        # Not the skip() of the harness: no machine has to have these.
        if not path_of(program).exists():
            self.skipTest(f"build/guests has no http-hello-{language}; './dev guests http-hello/{language}' builds it")
        self.answers(program)

    def test_go_answers(self):
        self.large("go")

    def test_js_answers(self):
        self.large("js")

    def test_python_answers(self):
        self.large("python")


class Service(WeftTest):
    @contextlib.contextmanager
    def serve(self, program: dict):
        """The port and what it says on the errors' side."""
        log = self.folder / "log"
        command = [str(BINARY), "serve", "--addr", "127.0.0.1:0", "--trust", KEY, str(path_of(program))]
        with log.open("wb") as errors:
            process = subprocess.Popen(command, env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL, stderr=errors,
                                       preexec_fn=end_with_parent)
        try:
            line = wait_until(lambda: log.read_text().partition("\n")[1] and log.read_text().splitlines()[0], "a first line")
            yield int(re.search(r"http://127\.0\.0\.1:(\d+)", line)[1]), log
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(WAIT_S), 0)
        finally:
            process.kill()
            process.wait()

    def ask(self, port: int, method: str, path: str, body: bytes | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        self.addCleanup(connection.close)
        connection.request(method, path, body)
        return connection.getresponse()

    def test_streams_and_works_after_the_response(self):
        for program in SERVICES:
            with self.subTest(file=program["file"]), self.serve(program) as (port, log):
                self.assertEqual(self.ask(port, "GET", "/there").read(), f"{program['says']} /there\n".encode())
                sent = bytes(range(256)) * 1024
                self.assertEqual(self.ask(port, "POST", "/", sent).read(), sent)
                # Two seconds of lines: the first is here before the last is made.
                counted = self.ask(port, "GET", "/count/40")
                first = counted.read1()
                whole = first + counted.read()
                self.assertEqual(whole, b"".join(b"%d\n" % line for line in range(1, 41)))
                self.assertLess(len(first), len(whole))
                for path in ("/there", "/count/40"):
                    wait_until(lambda: f"sent {path}, " in log.read_text(), f"a note after the response to {path}")


class Command(WeftTest):
    def run_program(self, program: dict, *words: str, options: tuple[str, ...] = (), stdin: str = "") -> Outcome:
        command = [str(BINARY), "run", "--trust", KEY, *options, str(path_of(program)), *words]
        done = subprocess.run(command, env=self.env, cwd=self.folder, input=stdin.encode(), capture_output=True,
                              timeout=WAIT_S, preexec_fn=end_with_parent)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def assert_greets(self, outcome: Outcome, *lines: str) -> None:
        self.assertEqual((outcome.code, outcome.out), (0, "".join(f"{line}\n" for line in lines)), outcome.err)

    def test_greets_who_is_named(self):
        for program in COMMANDS:
            with self.subTest(file=program["file"]):
                says = program["says"]
                self.assert_greets(self.run_program(program, "Ann", "Bo Li"), f"hello {says}, Ann", f"hello {says}, Bo Li")
                self.assert_greets(self.run_program(program, stdin="Ann\n\nBo"), f"hello {says}, Ann", f"hello {says}, Bo")
                self.assert_greets(self.run_program(program, "Ann", options=("--env", "GREETING=hi")), f"hi {says}, Ann")

    def test_writes_only_where_it_may(self):
        for program in COMMANDS:
            with self.subTest(file=program["file"]):
                outside = self.run_program(program, "--to", "/own/out", "Ann")
                self.assertEqual((outside.code, outside.out), (program["exit_codes"]["failed"], ""), outside.err)
                self.assertIn("cannot write to '/own/out'", outside.err)

                own = self.folder / Path(program["file"]).stem / program["says"].replace(" ", "-")
                own.mkdir(parents=True)
                for name in ("Ann", "Bo"):
                    granted = ("--dir", f"{own}::/own")
                    self.assert_greets(self.run_program(program, "--to", "/own/out", name, options=granted))
                self.assertEqual((own / "out").read_text(), "".join(f"hello {program['says']}, {name}\n" for name in ("Ann", "Bo")))

    def test_says_how_it_ended(self):
        for program in COMMANDS:
            with self.subTest(file=program["file"]):
                nobody = self.run_program(program)
                self.assertEqual((nobody.code, nobody.out), (program["exit_codes"]["nobody"], ""), nobody.err)
                self.assertIn("hello: nobody is there to greet", nobody.err)
                misused = self.run_program(program, "--loud")
                self.assertEqual((misused.code, misused.out), (program["exit_codes"]["misused"], ""), misused.err)
                self.assertIn("usage: hello [--to FILE] [NAME...]", misused.err)
