"""A source tree in a folder of its own, made from a mapping of paths to texts."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from tools.tree import Tree


class TreeCase(unittest.TestCase):
    """Test cases that look at small trees."""

    def make(self, files: dict[str, str]) -> Tree:
        folder = tempfile.TemporaryDirectory(prefix="weft-house-")
        self.addCleanup(folder.cleanup)
        for name, text in files.items():
            path = Path(folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Tree(Path(folder.name))

    def assert_finds(self, findings, *expected: tuple[str, str]) -> None:
        """Exactly these (place, part of the text), in this order."""
        found = [str(finding) for finding in findings]
        self.assertEqual(len(found), len(expected), "\n".join(found))
        for text, (place, part) in zip(found, expected):
            self.assertTrue(text.startswith(f"{place}: "), text)
            self.assertIn(part, text)
