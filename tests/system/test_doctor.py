"""`weft doctor`: what it finds on this machine, and what it finds when something is missing."""

import os
import resource
from pathlib import Path

from harness import IS_SANITIZED, INVALID_ARGUMENT, Outcome, WeftTest

CHECKS = ["pool", "reset", "instances", "memory", "compiler", "code_cache", "cores", "descriptors"]


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

    def test_takes_no_words(self):
        self.assertEqual(self.weft("doctor", "something").code, INVALID_ARGUMENT)
