"""examples/counter: numbers in a key-value store that outlive the component, and the host."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from harness import DENIED, KEY, ROOT, Host, WeftTest, events, example

COUNTER = ROOT / "examples/counter/rust/counter.wasm"
LINK = """\
        - type: link
          properties:
            target: keyvalue
            namespace: wasi
            package: keyvalue
            interfaces: [store, atomics]
"""


class Counter(WeftTest):
    @contextlib.contextmanager
    def counter(self, manifest: str = "app.yaml") -> Iterator[Host]:
        """Each of a test has the data of those before it."""
        app = self.write(manifest, example(f"counter/{manifest}"))
        with self.up(app, "--trust", KEY, "--data-dir", self.folder / "data") as host:
            yield host

    def assert_counts(self, host: Host, path: str, number: int) -> None:
        answer = host.get(path)
        self.assertEqual((answer.status, answer.body), (200, f"{number}\n".encode()), host.log.read_text())

    def test_counts_each_path_for_itself(self):
        with self.counter() as host:
            for number in (1, 2, 3):
                self.assert_counts(host, "/hits", number)
            self.assert_counts(host, "/other", 1)
            self.assert_counts(host, "/", 1)
            self.assert_counts(host, "/hits?by=me", 4)
            refused = host.request("POST", "/hits", b"x")
            self.assertEqual((refused.status, refused.body), (405, b"only GET is counted\n"))
            self.assert_counts(host, "/hits", 5)

    def test_goes_on_where_it_was_after_each_kind_of_end(self):
        with self.counter() as host:
            self.assert_counts(host, "/hits", 1)
            host.terminate()
            self.assertEqual(host.wait(), 0, host.log.read_text())
        with self.counter() as host:
            self.assert_counts(host, "/hits", 2)
            self.assert_counts(host, "/other", 1)
            # An answer that came says that the number is kept: the host has nothing left to do for it.
            host.process.kill()
            self.assertEqual(host.wait(), -signal.SIGKILL)
        with self.counter() as host:
            self.assert_counts(host, "/hits", 3)
            self.assert_counts(host, "/other", 2)

    def test_other_data_directories_have_other_numbers(self):
        app = self.write("app.yaml", example("counter/app.yaml"))
        for name in ("one", "two"):
            with self.up(app, "--trust", KEY, "--data-dir", self.folder / name) as host:
                self.assert_counts(host, "/hits", 1)

    def test_callers_at_the_same_time_get_different_numbers(self):
        with self.counter() as host, ThreadPoolExecutor(8) as callers:
            answers = list(callers.map(lambda _: host.get("/hits"), range(200)))

            self.assertEqual({answer.status for answer in answers}, {200}, host.log.read_text())
            self.assertEqual(sorted(int(answer.body) for answer in answers), list(range(1, 201)))

    def test_a_manifest_of_wasmcloud_runs_as_it_is(self):
        for number in (1, 2):
            with self.counter("app.wasmcloud.yaml") as host:
                self.assert_counts(host, "/hits", number)

    def test_without_a_link_it_is_told_so_and_so_is_the_log(self):
        text = example("counter/app.yaml")
        self.assertEqual(text.count(LINK), 1)
        with self.up(self.write("app.yaml", text.replace(LINK, "")), "--trust", KEY) as host:
            answer = host.get("/hits")

            self.assertEqual((answer.status, answer.body), (500, b"the bucket 'default' is not for this component\n"))
            warned = {event["interface"] for event in events(host.log.read_text(), "component.import_unlinked")}
            self.assertEqual(warned, {"wasi:keyvalue/store", "wasi:keyvalue/atomics"})
            refused, = events(host.log.read_text(), "component.import_refused")
            self.assertEqual((refused["component"], refused["interface"]), ("counter-counter", "wasi:keyvalue/store"))

    def test_does_not_start_with_a_token_that_claims_no_store(self):
        key = self.sign(COUNTER, "wasi:http/incoming-handler", name="counter.wasm")
        text = example("counter/app.yaml").replace(str(COUNTER), str(self.folder / "counter.wasm"))

        outcome = self.weft("up", self.write("app.yaml", text), "--trust", key)

        sentence = self.assert_refused(outcome, DENIED, "claims.claim_missing")
        self.assertIn("'wasi:keyvalue/store', 'wasi:keyvalue/atomics'", sentence)
        self.assert_nothing_runs()
