"""The progress that is shown while cargo runs."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from unittest import mock

from tools.dev import engine
from tools.tests.fixture import TreeCase

BAR = "\\x1b[2K    Building [=====>     ] 12/30: serde, tokio(build.rs)   \\r"


class Engine(TreeCase):
    def outcome(self, writes: str, exit_code: int = 0) -> tuple[int, str]:
        """What a cargo that writes this makes of it: exit code and standard error, which is no terminal."""
        root = self.make({"there.o": ""}).root
        files = engine.Files("clang -o there.o -c there.cc\nclang -o one.o -c one.cc\nclang -o two.o -c two.cc", root)
        program = f"import sys; sys.stderr.write('{writes}'); raise SystemExit({exit_code})"
        out = io.StringIO()
        with mock.patch.object(engine, "files_of", lambda build: files), contextlib.redirect_stderr(out):
            code = engine.main(Path(root), [sys.executable, "-c", program])
        return code, out.getvalue()

    def test_bar_becomes_a_line_of_crates_and_files(self):
        self.assertEqual(
            self.outcome("   Compiling serde v1.0.0\\n" + BAR + BAR),
            (0, "engine: 12 of 30 crates; weft: 0 of 2 files; now serde, tokio(build.rs)\n"),
        )

    def test_what_is_left_to_download_becomes_a_line(self):
        self.assertEqual(
            self.outcome(" Downloading 20 crates\\n  Downloaded serde v1.0.0\\n Downloading 19 crates\\n")[1],
            "engine: 20 crates to download\n",
        )

    def test_downloads_and_errors_are_passed_on_and_nothing_else(self):
        self.assertEqual(
            self.outcome("  Downloaded 9 crates (1.2 MB) in 1.0s\\n    Finished `fast`\\nerror: no\\n", 101),
            (101, "  Downloaded 9 crates (1.2 MB) in 1.0s\nerror: no\n"),
        )

    def test_file_that_is_made_counts(self):
        root = self.make({}).root
        files = engine.Files("clang -o one.o -c one.cc", root)

        before = str(files)
        (root / "one.o").touch()

        self.assertEqual((before, str(files)), ("; weft: 0 of 1 files", "; weft: 1 of 1 files"))
