"""Inputs made after public bug reports about other hosts, read in place: each case has a `cmd.sh` that says what is right."""

import os
import subprocess
import unittest
from pathlib import Path

from harness import BINARY, ROOT, WAIT_S, skip

CORPUS = Path(os.environ.get("WEFT_CORPORA") or ROOT.parent / "shared/corpora") / "reports"

class Reports(unittest.TestCase):
    def test_each_case_is_right(self):
        if not CORPUS.is_dir():
            skip(self, "there are no corpora; WEFT_CORPORA names their folder")
        cases = sorted(CORPUS.glob("*/cmd.sh"))
        self.assertGreaterEqual(len(cases), 16)
        for case in cases:
            name = case.parent.name
            with self.subTest(name):
                done = subprocess.run(["sh", case], env={**os.environ, "WEFT": str(BINARY), "PYTHONDONTWRITEBYTECODE": "1"},
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=4 * WAIT_S)
                self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
