"""examples/pipeline: components that call each other through links, in any language, and links that lead nowhere."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from harness import KEY, ROOT, UNSUPPORTED, WAIT_S, Host, WeftTest, events, example

README = ROOT / "examples/pipeline/README.md"
# Compiling a large component takes most of a minute on a slow machine.
LARGE_WAIT_S = 3 * WAIT_S


def readme_example() -> tuple[bytes, bytes]:
    """The text that the README sends, and what it shows as the answer."""
    sent, shown = re.search(r"\$ curl -d '([^']+)' localhost:8000\n((?:[a-z ]+: .+\n)+)", README.read_text()).groups()
    return sent.encode(), shown.encode()


class Pipeline(WeftTest):
    @contextlib.contextmanager
    def pipeline(self, text: str, wait_s: float = WAIT_S) -> Iterator[Host]:
        with self.up(self.write("app.yaml", text), "--trust", KEY, wait_s=wait_s) as host:
            yield host

    def assert_says(self, host: Host, sent: bytes, status: int, said: bytes) -> None:
        answer = host.request("POST", "/", sent)
        self.assertEqual((answer.status, answer.body), (status, said), host.log.read_text())

    def answers(self, manifest: str, wait_s: float = WAIT_S) -> None:
        sent, shown = readme_example()
        with self.pipeline(example(manifest), wait_s) as host:
            for _ in range(2):
                self.assert_says(host, sent, 200, shown)
            self.assert_says(host, b"7", 200, b"words: 0, of which 0 differ\nnumbers: 1, the largest 7\nmarks: 0\n")

    def test_answers_as_the_readme_says(self):
        self.answers("pipeline/app.yaml")

    def large(self, language: str) -> None:
        # Not the skip() of the harness: no machine has to have these.
        if not (ROOT / f"build/guests/pipeline-{language}/summarizer.wasm").exists():
            self.skipTest(f"build/guests has no pipeline-{language}; './dev guests pipeline/{language}' builds it")
        self.answers(f"pipeline/{language}/app.yaml", LARGE_WAIT_S)

    def test_go_answers_the_same(self):
        self.large("go")

    def test_js_answers_the_same(self):
        self.large("js")

    def test_python_answers_the_same(self):
        self.large("python")

    def test_a_long_list_of_tokens_passes_whole(self):
        with self.pipeline(example("pipeline/app.yaml")) as host:
            said = b"words: 32768, of which 1 differ\nmost frequent: a 32768\nlongest: A\nnumbers: 0\nmarks: 0\n"
            self.assert_says(host, b"A " * 32768, 200, said)

    def test_what_a_stage_refuses_is_the_answer(self):
        with self.pipeline(example("pipeline/app.yaml")) as host:
            self.assert_says(host, b" \n", 422, b"there is nothing in the text\n")
            self.assert_says(host, b"x" * 65537, 413, b"the text has more than 65536 bytes\n")
            self.assert_says(host, b"\xff", 400, b"the text is not UTF-8\n")
            self.assertEqual(host.get().status, 405)
            self.assertEqual(host.request("POST", "/", b"x" * (1 << 20) + b"x").status, 413)
            self.assertEqual(events(host.log.read_text(), "component.call_failed"), [])

    def test_a_stage_that_is_missing_fails_the_calls_that_need_it(self):
        text, found = re.subn(r"(summarizer\.wasm\n      traits:\n.*\n.*\n            instances: )100", r"\g<1>0",
                              example("pipeline/app.yaml"))
        self.assertEqual(found, 1)
        with self.pipeline(text) as host:
            warned, = events(host.log.read_text(), "component.import_unlinked")
            self.assertEqual((warned["component"], warned["interface"]), ("pipeline-front", "weft:pipeline/statistics"))

            failed = host.request("POST", "/", b"a b")

            self.assertEqual(failed.status, 500, host.log.read_text())
            refused, = events(host.log.read_text(), "component.import_refused")
            self.assertEqual(refused["interface"], "weft:pipeline/statistics")
            self.assertIn(refused["call"], failed.body.decode())
            self.assert_says(host, b" ", 422, b"there is nothing in the text\n")

    def test_links_to_the_wrong_stage_are_found_before_anything_serves(self):
        other = {"splitter": "summarizer", "summarizer": "splitter"}
        text, found = re.subn(r"target: (splitter|summarizer)", lambda link: f"target: {other[link[1]]}",
                              example("pipeline/app.yaml"))
        self.assertEqual(found, 2)

        outcome = self.weft("up", self.write("app.yaml", text), "--trust", KEY)

        self.assertIn("exports no weft:pipeline/", self.assert_refused(outcome, UNSUPPORTED, "host.link_mismatch"))
        self.assert_nothing_runs()
