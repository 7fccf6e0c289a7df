#!/usr/bin/env python3
"""The driver itself, with a runtime that is a few lines of Python: what it calls passed has passed."""

import asyncio
import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import driver  # noqa: E402  (the path comes first)
from runtimes import Runtime  # noqa: E402
from session import Session  # noqa: E402
from spec import find_tests, read_test  # noqa: E402

TIME_LIMIT_S = 20.0


class Scripted(Runtime):
    """Runs the text of the "wasm" as Python."""

    name = "scripted"

    def __init__(self) -> None:
        super().__init__(Path(sys.executable))

    def command(self, test, root, env):
        words = [str(root or ""), json.dumps({**test.start.get("env", {}), **env}), *test.start.get("args", [])]
        return [self.binary, "-u", "-c", test.wasm.read_text(), *words]


class DriverTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.corpus = Path(folder.name)
        self.suite = self.corpus / "rust/testsuite/wasm32-wasip1"
        self.suite.mkdir(parents=True)

    def write(self, script: str, description: dict | None = None, name: str = "one") -> Path:
        (self.suite / f"{name}.wasm").write_text(script)
        (self.suite / f"{name}.json").write_text(json.dumps(description or {}))
        return self.suite / f"{name}.wasm"

    def outcome(self, script: str, description: dict | None = None, time_limit_s: float = TIME_LIMIT_S) -> str | None:
        test = read_test("rust/wasm32-wasip1", self.write(script, description))
        return asyncio.run(Session(test, Scripted(), time_limit_s).run())

    def assert_fails(self, why: str, script: str, description: dict | None = None, **limits) -> None:
        self.assertIn(why, self.outcome(script, description, **limits) or "it passed")


class OlderForm(DriverTest):
    def test_the_exit_code_and_all_output_count(self):
        self.assertIsNone(self.outcome(""))
        self.assertIsNone(self.outcome("print('hello'); exit(3)", {"stdout": "hello\n", "exit_code": 3}))
        self.assert_fails("exit code is 1, expected 0", "exit(1)")
        self.assert_fails("stdout is b'hello\\n', expected b'hell'", "print('hello')", {"stdout": "hell"})
        self.assert_fails("stderr is b'', expected b'x'", "", {"stderr": "x"})

    def test_arguments_and_variables_arrive(self):
        script = "import sys; print(sys.argv[2:])"
        expected = "['{\"A\": \"1\"}', 'a', 'b c']\n"
        self.assertIsNone(self.outcome(script, {"args": ["a", "b c"], "env": {"A": "1"}, "stdout": expected}))

    def test_each_run_has_a_copy_of_the_directory_that_it_may_write(self):
        root = self.suite / "files.dir"
        root.mkdir()
        (root / "file").write_text("content")
        (root / "file").chmod(0o444)
        root.chmod(0o555)
        self.addCleanup(root.chmod, 0o755)
        script = "import sys, pathlib; p = pathlib.Path(sys.argv[1]); (p / 'new').touch(); (p / 'file').write_text('x')"
        for _ in range(2):
            self.assertIsNone(self.outcome(script, {"root": "files.dir"}))
        self.assertEqual([path.name for path in root.iterdir()], ["file"])
        self.assertEqual((root / "file").read_text(), "content")

    def test_what_does_not_end_fails(self):
        self.assert_fails("not done after 0.5 s", "import time; time.sleep(60)", time_limit_s=0.5)


class Operations(DriverTest):
    def test_input_and_output_while_it_runs(self):
        operations = [{"type": "run"}, {"type": "read", "id": "stdout", "payload": "READY"},
                      {"type": "write", "id": "stdin", "payload": "x"}, {"type": "wait", "exit_code": 7}]
        script = "import sys; sys.stdout.write('READY'); sys.exit(7 if sys.stdin.read(1) == 'x' else 1)"
        self.assertIsNone(self.outcome(script, {"operations": operations}))
        self.assert_fails("stdout is b'READ'", "print('READ', end='')", {"operations": operations})

    def test_a_connection(self):
        script = """
import socket
server = socket.create_server(("127.0.0.1", 0))
print("127.0.0.1:%d" % server.getsockname()[1])
caller, _ = server.accept()
caller.sendall(caller.recv(2).upper())
"""
        operations = [{"type": "run"}, {"type": "connect", "id": "c"}, {"type": "send", "id": "c", "payload": "ab"},
                      {"type": "recv", "id": "c", "payload": "AB"}, {"type": "wait"}]
        self.assertIsNone(self.outcome(script, {"operations": operations}))
        operations[3]["payload"] = "ab"
        self.assert_fails("received is b'AB'", script, {"operations": operations})

    def test_a_service_is_asked_and_then_ended(self):
        script = """
import http.server, signal, sys
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    log_message = lambda *_: None
    def do_GET(self):
        self.send_response(200); self.send_header("x-path", self.path); self.send_header("content-length", "2")
        self.end_headers(); self.wfile.write(b"hi")
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print("serving http://127.0.0.1:%d/" % server.server_port, file=sys.stderr)
server.serve_forever()
"""
        response = {"status": 200, "headers": {"x-path": "/a"}, "body": "hi"}
        described = {"world": "wasi:http/service", "operations": [
            {"type": "run"}, {"type": "request", "method": "GET", "path": "/a", "response": response},
            {"type": "kill", "signal": "SIGINT"}, {"type": "wait"}]}
        self.assertIsNone(self.outcome(script, described))
        for part, value in (("status", 404), ("headers", {"x-path": "/b"}), ("body", "ho")):
            described["operations"][1]["response"] = response | {part: value}
            self.assert_fails("GET /a: ", script, described)
        self.assert_fails("names no address", "print('x')", described)

    def test_servers_are_there_under_their_names(self):
        script = """
import http.client, json, sys
servers = json.loads(sys.argv[2])
def ask(method, path, body=None, headers={}, chunked=False):
    connection = http.client.HTTPConnection(servers["HTTP_SERVER_MAIN"])
    connection.request(method, path, body, headers, encode_chunked=chunked)
    response = connection.getresponse()
    return response.status, response.read(), response.headers
assert ask("GET", "/fixed")[:2] == (418, b"short")
assert ask("GET", "/chunks")[1] == b"onetwo"
assert ask("POST", "/body", b"echo")[1] == b"echo"
assert ask("POST", "/body", iter([b"ec", b"ho"]), {"transfer-encoding": "chunked"}, True)[1] == b"echo"
told = ask("GET", "/headers?x", headers={"X-One": "1"})[2]
assert (told["x-echo-x-one"], told["x-request-path"], told["x-request-method"]) == ("1", "/headers?x", "GET")
assert ask("GET", "/elsewhere")[0] == 404
try:
    http.client.HTTPConnection(servers["HTTP_SERVER_DEAD"]).request("GET", "/")
    sys.exit(1)
except ConnectionRefusedError:
    pass
"""
        endpoints = [{"method": "GET", "path": "/fixed", "response": {"status": 418, "body": "short"}},
                     {"method": "GET", "path": "/chunks", "response": {"status": 200, "chunks": ["one", "two"]}},
                     {"method": "POST", "path": "/body", "mode": "echo-body"},
                     {"method": "GET", "path": "/headers?x", "mode": "echo-headers"}]
        described = {"servers": [{"name": "main", "endpoints": endpoints}, {"name": "dead", "kind": "closed"}],
                     "operations": [{"type": "run"}, {"type": "wait"}]}
        self.assertIsNone(self.outcome(script, described))

    def test_an_operation_that_it_does_not_know_is_not_passed_over(self):
        with self.assertRaisesRegex(ValueError, "dance"):
            read_test("suite", self.write("", {"operations": [{"type": "run"}, {"type": "dance"}]}))


class Verdicts(DriverTest):
    def verdict(self, expected: dict[str, str]) -> tuple[bool, str]:
        self.write("", name="good")
        self.write("exit(1)", name="bad")
        tests = find_tests(self.corpus)
        outcomes = asyncio.run(driver.run_all(tests, Scripted(), 2, TIME_LIMIT_S))
        with contextlib.redirect_stdout(io.StringIO()) as said:
            verdict = driver.report(Scripted(), tests, outcomes, expected)
        return verdict.is_good, f"{said.getvalue()}{verdict.line()}"

    def test_a_failure_that_nobody_expects_fails_the_run(self):
        good, said = self.verdict({})
        self.assertFalse(good)
        self.assertIn("FAILED rust/wasm32-wasip1/bad: exit code is 1, expected 0", said)
        self.assertTrue(said.endswith("1 passed, 1 failed, 0 skipped"), said)

    def test_a_failure_that_is_expected_does_not(self):
        good, said = self.verdict({"rust/wasm32-wasip1/bad": "for a reason"})
        self.assertTrue(good)
        self.assertTrue(said.endswith("1 passed, 0 failed, 0 skipped; 1 failed as expected"), said)

    def test_passing_against_expectation_fails_the_run(self):
        good, said = self.verdict({"rust/wasm32-wasip1/bad": "a reason", "rust/wasm32-wasip1/good": "a reason"})
        self.assertFalse(good)
        self.assertIn("rust/wasm32-wasip1/good; take it out of expected.toml", said)

    def test_expectations_name_tests_that_are_there_and_have_reasons(self):
        self.write("")
        tests = find_tests(self.corpus)
        file = self.corpus / "expected.toml"
        for text in ('[weft]\n"rust/wasm32-wasip1/gone" = "a reason"', '[weft]\n"rust/wasm32-wasip1/one" = ""'):
            file.write_text(text)
            with self.assertRaises(SystemExit):
                driver.read_expected(file, tests)

    def test_without_a_corpus_it_says_so_and_ci_fails(self):
        os.environ["WEFT_CORPORA"] = str(self.corpus / "nowhere")
        self.addCleanup(os.environ.pop, "WEFT_CORPORA")
        before = os.environ.pop("CI", None)
        self.addCleanup(lambda: os.environ.update({"CI": before} if before else {}))
        for ci, code in ((None, 0), ("true", 1)):
            os.environ.update({"CI": ci} if ci else {})
            with contextlib.redirect_stdout(io.StringIO()) as said:
                self.assertEqual(driver.main([]), code)
            self.assertIn("WEFT_CORPORA", said.getvalue())


if __name__ == "__main__":
    unittest.main()
