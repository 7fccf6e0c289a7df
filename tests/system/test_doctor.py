"""`weft doctor`: what it finds on this machine, and what it finds when something is missing."""

import os
import resource
import socket
from pathlib import Path

from harness import FAILED_PRECONDITION, IS_SANITIZED, INVALID_ARGUMENT, KEY, Outcome, WeftTest, read_only

CHECKS = ["pool", "reset", "instances", "memory", "compiler", "data_dir", "code_cache", "trust", "port", "cores",
          "descriptors"]


class Doctor(WeftTest):
    def checks(self, outcome: Outcome) -> dict[str, dict]:
        self.assertEqual(outcome.code, 0, outcome.out + outcome.err)
        value = outcome.json()
        self.assertTrue(value["fit"])
        found = {check["name"]: check for check in value["checks"]}
        self.assertEqual(value["warnings"], sum(check["state"] == "warn" for check in found.values()))
        for check in found.values():
            self.assertEqual("remedy" in check, check["state"] != "ok", check)
        return found

    def test_says_what_a_host_would_find_and_leaves_nothing_behind(self):
        before = sorted(Path(self.folder).rglob("*"))

        found = self.checks(self.weft("doctor", "-o", "json"))

        self.assertEqual(list(found), CHECKS)
        self.assertIn(found["reset"]["values"]["method"], ("resident_pages", "copy_on_write"))
        self.assertTrue(found["pool"]["values"]["pooling"])
        self.assertTrue(found["compiler"]["values"]["sandbox"])
        self.assertGreater(found["memory"]["values"]["reserved_bytes"], found["instances"]["values"]["instances_max"] << 20)
        self.assertEqual(found["cores"]["values"]["usable"], len(os.sched_getaffinity(0)))
        self.assertEqual(found["descriptors"]["values"]["hard"], resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        self.assertEqual(sorted(Path(self.folder).rglob("*")), before)

    def test_says_it_in_lines_for_people(self):
        outcome = self.weft("doctor")

        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertRegex(outcome.out, r"(?m)^(ok  |warn)  pool ")
        self.assertRegex(outcome.out, r"(?m)^ok    compiler ")

    def test_warns_of_what_is_missing_with_a_remedy(self):
        cache = Path(self.folder) / "cache"
        cache.mkdir()
        cache.chmod(0o777)

        def few_descriptors() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (128, 256))

        found = self.checks(self.weft("doctor", "-o", "json", "--code-cache", cache, preexec_fn=few_descriptors))

        self.assertEqual(found["descriptors"]["state"], "warn")
        self.assertEqual(found["code_cache"]["state"], "warn")
        self.assertIn("other users", found["code_cache"]["message"])

    def test_says_why_there_is_no_pool(self):
        if IS_SANITIZED:
            self.skipTest("a sanitizer needs more address space than this leaves")

        def little_address_space() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))

        found = self.checks(self.weft("doctor", "-o", "json", preexec_fn=little_address_space))

        self.assertEqual(found["pool"]["state"], "warn")
        self.assertIn("memory", found["pool"]["message"])
        self.assertNotIn("reset", found)

    def unfit(self, check: str, *args: object, **run) -> str:
        """The doctor finds this and nothing else in the way of a host, and `up` does not start either."""
        outcome = self.weft("doctor", "-o", "json", *args, **run)
        self.assertEqual(outcome.code, FAILED_PRECONDITION, outcome.out)
        failed = [found for found in outcome.json()["checks"] if found["state"] == "fail"]
        self.assertEqual([found["name"] for found in failed], [check])
        self.assertFalse(outcome.json()["fit"])
        self.assertTrue(failed[0]["remedy"])
        self.assertNotEqual(self.weft("up", self.write_app(), "--trust", KEY, *args, **run).code, 0)
        return failed[0]["message"]

    def test_is_not_fit_where_the_data_directory_cannot_be(self):
        self.write("in-the-way", "a file")
        self.assertIn("is not a directory", self.unfit("data_dir", "--data-dir", "in-the-way"))
        self.assertIn("is not a directory", self.unfit("data_dir", "--data-dir", "in-the-way/below"))

    def test_is_not_fit_with_a_home_that_is_read_only(self):
        home = self.folder / "ro"
        home.mkdir()
        prefix = read_only(self, home)
        self.env = {"PATH": self.env["PATH"], "HOME": str(home)}

        said = self.unfit("data_dir", prefix=prefix)

        self.assertIn("Read-only file system", said)

    def test_is_not_fit_while_a_host_has_the_data_directory(self):
        with self.up(self.write_app(), "--trust", KEY) as host:
            self.assertIn(f"process {host.process.pid}", self.unfit("data_dir"))

    def test_is_not_fit_with_a_trust_file_that_a_host_does_not_read(self):
        trust = self.write("trust.yaml", "isuers: []\n")
        self.assertIn("did you mean 'issuers'", self.unfit("trust", "--trust-file", trust))
        trust.write_text("unsigned: deny\n")
        trust.chmod(0o666)
        self.assertIn("chmod go-w", self.unfit("trust", "--trust-file", trust))

    def test_names_a_port_that_is_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            outcome = self.weft("doctor", "--addr", f"127.0.0.1:{other.getsockname()[1]}")
        self.assertEqual(outcome.code, FAILED_PRECONDITION)
        self.assertRegex(outcome.out, r"(?m)^fail  port ")

    def test_a_cache_that_is_a_file_is_only_a_warning(self):
        self.write("file", "")
        found = self.checks(self.weft("doctor", "-o", "json", "--code-cache", "file"))
        self.assertEqual(found["code_cache"]["state"], "warn")
        with self.up(self.write_app(), "--trust", KEY, "--code-cache", "file") as host:
            self.assertEqual(host.get().status, 200)

    def test_takes_no_words(self):
        self.assertEqual(self.weft("doctor", "something").code, INVALID_ARGUMENT)
