"""File sizes, task signatures and the cache of checks."""

from __future__ import annotations

import os
import sys
import tempfile
from unittest import mock

from tools import cached, ratchet, signatures
from tools.tests.fixture import TreeCase


class Ratchet(TreeCase):
    def findings(self, sizes: dict[str, int], known: dict[str, int]):
        # Small files keep the median low.
        files = {f"src/base/core/small_{n}.cc": "x\n" for n in range(len(sizes) + 1)}
        files.update({path: "x\n" * lines for path, lines in sizes.items()})
        with mock.patch("builtins.print"):
            return list(ratchet.check(self.make(files), known))

    def test_limits_hold_by_kind_of_file(self):
        found = self.findings(
            {"src/a.h": 401, "src/b.cc": 700, "src/c.cc": 701, "src/d_test.cc": 900, "src/e_test.cc": 901}, {}
        )

        self.assert_finds(
            found, ("src/a.h", "limit 400"), ("src/c.cc", "limit 700"), ("src/e_test.cc", "limit 900")
        )

    def test_listed_file_may_only_shrink(self):
        known = {"src/a.cc": 800, "src/b.cc": 800, "src/c.cc": 800, "src/d.cc": 800, "src/gone.cc": 800}
        found = self.findings({"src/a.cc": 801, "src/b.cc": 800, "src/c.cc": 790, "src/d.cc": 600}, known)

        self.assert_finds(
            found,
            ("src/a.cc", "limit 800"),
            ("src/c.cc", "lower its number"),
            ("src/d.cc", "within the limit"),
            ("src/gone.cc", "is gone"),
        )

    def test_median_over_the_limit_is_found(self):
        with mock.patch("builtins.print"):
            found = list(ratchet.check(self.make({"src/a.cc": "x\n" * 151}), {}))

        self.assert_finds(found, ("src", "151 lines, limit 150"))


class Signatures(TreeCase):
    def test_borrowed_parameters_of_tasks_are_found(self):
        code = """
            Task<void> by_reference(const Key& key);
            virtual Task<std::vector<int>> Store::by_view(CallCtx ctx,
                std::string_view text) = 0;
            Task<int> by_span(std::span<const int> values);
        """

        found = [(name, parameter) for name, parameter, _ in signatures.borrowed_parameters(code)]

        self.assertEqual(
            found,
            [
                ("by_reference", "const Key& key"),
                ("by_view", "std::string_view text"),
                ("by_span", "std::span<const int> values"),
            ],
        )

    def test_owned_parameters_and_other_functions_pass(self):
        code = """
            Task<void> fine(Store* store, std::function<void(const Key&)> done, std::map<int, Key> keys = {});
            int plain(const Key& key);
            Task<int> value = start(text);
        """

        self.assertEqual(list(signatures.borrowed_parameters(code)), [])

    def test_reason_allows_it(self):
        tree = self.make({"src/base/core/a.h": "// borrows: awaited by its caller at once\nTask<int> f(View& v);\n"})

        self.assert_finds(signatures.check(tree))

    def test_place_is_the_line_of_the_parameter(self):
        tree = self.make({"src/base/core/a.h": "Task<int> f(int a,\n            View& v);\n"})

        self.assert_finds(signatures.check(tree), ("src/base/core/a.h:2", "task 'f' borrows 'View& v'"))


class Cached(TreeCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="weft-cache-")
        self.addCleanup(folder.cleanup)
        patch = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder.name})
        patch.start()
        self.addCleanup(patch.stop)

    def outcome(self, tree, key: str, exit_code: int):
        command = [sys.executable, "-c", f"raise SystemExit({exit_code})"]
        with mock.patch("tools.cached._progress"):
            return cached.run_all("t", [("a", key, command)], tree.root)[0]

    def test_success_is_remembered_and_failure_is_not(self):
        tree = self.make({})

        self.assertFalse(self.outcome(tree, "good", 0).cached)
        self.assertTrue(self.outcome(tree, "good", 0).cached)
        self.assertFalse(self.outcome(tree, "bad", 1).ok)
        self.assertFalse(self.outcome(tree, "bad", 1).cached)

    def test_key_changes_with_a_header_that_is_reached(self):
        files = {"src/a.cc": '#include "b.h"\n', "src/b.h": '#include "c.h"\n', "src/c.h": "1", "src/d.h": "1"}

        before = cached.key_of(self.make(files), "src/a.cc")

        self.assertEqual(before, cached.key_of(self.make({**files, "src/d.h": "2"}), "src/a.cc"))
        self.assertNotEqual(before, cached.key_of(self.make({**files, "src/c.h": "2"}), "src/a.cc"))
        self.assertNotEqual(before, cached.key_of(self.make(files), "src/a.cc", "other flags"))
