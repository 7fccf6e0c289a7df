from __future__ import annotations

import unittest

from tools.layers import page
from tools.layers.check import check, check_planned
from tools.layers.table import Table
from tools.tests.fixture import TreeCase

TABLE = """
layer = [{name = "base"}, {name = "io"}]
module = [
  {path = "base/core", number = 0}, {path = "base/left", number = 1}, {path = "base/right", number = 1},
  {path = "io/engine", number = 2}, {path = "io/engine/*", number = 2},
]
library = [
  {headers = ["boost/asio"], modules = ["io/engine"], reason = "slow"},
  {headers = ["c_api.h"], modules = ["io/engine/real"], in_headers = true, reason = "port"},
]
unused = [{path = "base/core/spare.h", reason = "soon"}]
"""


def including(*names: str) -> str:
    return "".join(f'#include "{name}"\n' for name in names)


class Layers(TreeCase):
    def findings(self, files: dict[str, str]):
        return list(check(self.make(files), Table(TABLE)))

    def test_lower_room_is_allowed(self):
        self.assert_finds(
            self.findings({"src/base/core/a.h": "", "src/base/left/b.cc": "\n" + including("base/core/a.h")})
        )

    def test_back_edge_is_found(self):
        found = self.findings({"src/base/core/a.cc": "\n" + including("base/left/b.h"), "src/base/left/b.h": ""})

        self.assert_finds(found, ("src/base/core/a.cc:2", "which is above it"))

    def test_neighbour_is_found(self):
        found = self.findings({"src/base/left/a.cc": including("base/right/b.h"), "src/base/right/b.h": ""})

        self.assert_finds(found, ("src/base/left/a.cc:1", "are neighbours (1)"))

    def test_nested_module_may_include_the_module_it_stands_in_but_not_its_sibling_nor_the_way_back(self):
        found = self.findings(
            {
                "src/io/engine/port.h": "",
                "src/io/engine/main.cc": including("io/engine/fake/f.h"),
                "src/io/engine/fake/f.h": including("io/engine/port.h"),
                "src/io/engine/real/r.cc": including("io/engine/fake/f.h"),
            }
        )

        self.assert_finds(
            found,
            ("src/io/engine/main.cc:1", "neighbours"),
            ("src/io/engine/real/r.cc:1", "neighbours"),
        )

    def test_include_in_a_comment_does_not_count(self):
        self.assert_finds(self.findings({"src/base/core/a.cc": '// #include "base/left/b.h"\n/*\n#include "x.h"\n*/\n'}))

    def test_cycle_is_found(self):
        found = self.findings(
            {"src/base/core/a.h": including("base/core/b.h"), "src/base/core/b.h": including("base/core/a.h")}
        )

        self.assert_finds(found, ("src/base/core/b.h:1", "a.h -> src/base/core/b.h -> src/base/core/a.h"))

    def test_unknown_folder_is_found(self):
        found = self.findings({"src/base/attic/a.cc": "", "src/b.cc": ""})

        self.assert_finds(found, ("src/b.cc", "is not a module"), ("src/base/attic/a.cc", "is not a module"))

    def test_own_header_comes_first(self):
        found = self.findings(
            {
                "src/base/core/a.h": "",
                "src/base/core/a.cc": "#include <string>\n" + including("base/core/a.h"),
                "src/base/left/b.cc": including("base/core/a.h"),
            }
        )

        self.assert_finds(found, ("src/base/core/a.cc:1", "own header"))

    def test_library_stays_in_its_modules_and_in_sources(self):
        asio = "#include <boost/asio/io_context.hpp>\n"
        found = self.findings(
            {
                "src/base/core/a.cc": asio,
                "src/io/engine/ok.cc": asio,
                "src/io/engine/e.h": asio,
                "src/base/left/l.cc": including("io/engine/e.h"),
            }
        )

        self.assert_finds(
            found,
            ("src/base/core/a.cc:1", "belongs in io/engine only"),
            ("src/base/left/l.cc:1", "above it"),
            ("src/io/engine/e.h:1", "in .cc files only"),
        )

    def test_library_with_in_headers_may_stand_in_a_header_of_its_module(self):
        found = self.findings(
            {
                "engine-rs/include/c_api.h": "",
                "src/io/engine/real/r.h": including("c_api.h"),
                "src/io/engine/real/s.cc": including("io/engine/real/r.h"),
                "src/base/core/a.cc": including("c_api.h"),
            }
        )

        self.assert_finds(found, ("src/base/core/a.cc:1", "belongs in io/engine/real only"))

    def test_missing_and_badly_quoted_includes_are_found(self):
        found = self.findings(
            {"src/base/core/a.h": "", "src/base/core/b.cc": '#include <base/core/a.h>\n#include "a.h"\n', "src/base/left/c.cc": including("base/core/a.h")}
        )

        self.assert_finds(
            found, ("src/base/core/b.cc:1", "with quotes"), ("src/base/core/b.cc:2", "is not a file under src/")
        )

    def test_header_that_only_its_own_files_include_is_found(self):
        found = self.findings(
            {
                "src/base/core/a.h": "",
                "src/base/core/a.cc": including("base/core/a.h"),
                "src/base/core/a_test.cc": including("base/core/a.h"),
                "src/base/core/spare.h": "",
            }
        )

        self.assert_finds(found, ("src/base/core/a.h", "nobody includes it"))

    def test_listed_header_that_is_used_leaves_the_list(self):
        found = self.findings({"src/base/core/spare.h": "", "src/base/left/b.cc": including("base/core/spare.h")})

        self.assert_finds(found, ("src/base/core/spare.h", "it is used now"))


class LayerTable(TreeCase):
    def test_the_real_table_is_sound(self):
        table = Table.read()

        self.assertEqual(table.module_of("platform/providers/kv_redis/store.cc").path, "platform/providers/kv_redis")
        self.assertEqual(table.module_of("io/engine/fake/a.h").path, "io/engine/fake")
        self.assertEqual(table.module_of("io/engine/a.h").path, "io/engine")
        self.assertIsNone(table.module_of("platform/providers/a.cc"))

    def test_module_in_no_layer_is_refused(self):
        with self.assertRaisesRegex(ValueError, "stands in no layer"):
            Table('layer = [{name = "base"}]\nmodule = [{path = "attic/x", number = 0}]')

    def test_lower_layer_above_a_higher_one_is_refused(self):
        with self.assertRaisesRegex(ValueError, "higher number than a module of a higher layer"):
            Table(
                'layer = [{name = "base"}, {name = "io"}]\n'
                'module = [{path = "io/net", number = 1}, {path = "base/core", number = 2}]'
            )

    def test_planned_module_has_no_folder_and_every_other_has_one(self):
        table = Table(
            'layer = [{name = "io"}]\n'
            'module = [{path = "io/net", number = 1}, {path = "io/gone", number = 1}, {path = "io/engine/*", number = 2},'
            ' {path = "io/store", number = 1, planned = true}, {path = "io/nats", number = 1, planned = true}]'
        )
        tree = self.make({"src/io/net/a.cc": "", "src/io/engine/fake/a.cc": "", "src/io/store/a.cc": ""})

        self.assert_finds(
            check_planned(tree, table), ("src/io/gone", "planned = true"), ("src/io/store", "remove `planned`")
        )


class Page(unittest.TestCase):
    TABLE = Table(
        'layer = [{name = "base", charter = "values"}, {name = "io", charter = "outside"}]\n'
        'module = [{path = "base/core", number = 0, charter = "errors"}, {path = "io/net", number = 1, planned = true}]'
    )

    def test_part_between_the_marks_is_made_anew(self):
        made = page.page(f"before\n{page.BEGIN}old\n{page.END}after\n", self.TABLE)

        self.assertEqual(
            made.splitlines()[4:],
            [
                "| `base/` | | | values |",
                "| | 0 | `core` | errors |",
                "| `io/` | | | outside |",
                "",
                "Planned: `io/net`.",
                page.END.strip(),
                "after",
            ],
        )
        self.assertEqual(made, page.page(made, self.TABLE))

    def test_page_without_marks_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no single part"):
            page.page("text\n", self.TABLE)
