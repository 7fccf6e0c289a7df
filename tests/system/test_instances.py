"""Instances of both versions of WASI behind HTTP: ends, limits and reuse, with the engine's test guests."""

import concurrent.futures
import re

from harness import ROOT, WeftTest, manifest

TESTDATA = ROOT / "src/io/engine/testdata"
EXHAUSTED_STATUS, DEADLINE_STATUS, FAILED_STATUS = 503, 504, 500


class Instances(WeftTest):
    def guest(self, name: str, traits: str = "") -> tuple:
        """Arguments of `up` for a test guest, which nobody signed."""
        self.write("guest.wasm", (TESTDATA / f"{name}.wasm").read_bytes())
        text = manifest(image="./guest.wasm")
        if traits:
            image = 'properties: {image: "./guest.wasm"}'
            self.assertIn(image, text)
            text = text.replace(image, f"{image}\n      traits: [{traits}]")
        trust = self.write("trust.yaml", "unsigned: allow\n")
        return self.write("app.yaml", text), "--trust-file", trust

    def test_a_trap_is_a_500_whose_name_the_log_explains(self):
        for name in ("testguest", "testguest_p3"):
            with self.subTest(guest=name), self.up(*self.guest(name)) as host:
                trapped = host.get("/trap")
                named = re.search(rb"[0-9a-f]{32}", trapped.body)

                self.assertEqual(trapped.status, FAILED_STATUS)
                self.assertIsNotNone(named, trapped.body)
                self.assertIn(named[0].decode(), host.log.read_text())
                self.assertIn("component.call_trapped", host.log.read_text())
                self.assertEqual(host.get("/ignore").body, b"ignored")

    def test_a_call_past_its_deadline_is_a_504(self):
        limits = "{type: limits, properties: {deadline: 200ms}}"
        for name in ("testguest", "testguest_p3"):
            with self.subTest(guest=name), self.up(*self.guest(name, limits)) as host:
                for path in ("/sleep?60000", "/spin"):
                    self.assertEqual(host.get(path).status, DEADLINE_STATUS, path)
                self.assertEqual(host.get("/ignore").body, b"ignored")

    def test_a_guest_over_its_cpu_time_fails_and_the_next_is_served(self):
        limits = "{type: limits, properties: {cpu_time: 50ms}}"
        for name in ("testguest", "testguest_p3"):
            with self.subTest(guest=name), self.up(*self.guest(name, limits)) as host:
                self.assertEqual(host.get("/spin").status, FAILED_STATUS)
                self.assertEqual(host.get("/ignore").body, b"ignored")

    def test_calls_over_the_queue_are_a_503(self):
        limits = "{type: limits, properties: {concurrency: 1, queue: 0}}"
        arguments = self.guest("testguest", limits)
        with self.up(*arguments, "--shards", "1") as host, concurrent.futures.ThreadPoolExecutor(8) as clients:
            statuses = [one.status for one in clients.map(host.get, ["/sleep?500"] * 8)]

        self.assertIn(200, statuses)
        self.assertEqual(set(statuses), {200, EXHAUSTED_STATUS})

    def test_an_instance_of_03_serves_many_and_a_pool_trait_says_how_many(self):
        pool = "{type: pool, properties: {reuse: 3}}"
        with self.up(*self.guest("testguest_p3", pool), "--shards", "1") as host:
            counts = [host.get("/count").body for _ in range(7)]

        self.assertEqual(counts, [b"1", b"2", b"3", b"1", b"2", b"3", b"1"])

    def test_calls_of_03_share_an_instance(self):
        arguments = self.guest("testguest_p3")
        with self.up(*arguments, "--shards", "1") as host, concurrent.futures.ThreadPoolExecutor(8) as clients:
            woke = [one.body for one in clients.map(host.get, ["/sleep?300"] * 8)]
            count = int(host.get("/count").body)

        self.assertEqual(woke, [b"woke"] * 8)
        self.assertEqual(count, 9, "eight calls and this one in one instance")

    def test_a_guest_that_goes_on_and_an_idle_one_do_not_keep_the_host(self):
        for name in ("testguest", "testguest_p3"):
            with self.subTest(guest=name), self.up(*self.guest(name)) as host:
                self.assertEqual(host.get("/late?50").body, b"early")
                host.terminate()
                self.assertEqual(host.wait(), 0)
