"""Slugs, the page about a request, and words."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools import events, howto, life, slugs, words
from tools.tests.fixture import TreeCase

HEAD = "| slug | cause | remedy |\n| --- | --- | --- |\n"


class Slugs(TreeCase):
    def test_slug_and_row_agree(self):
        tree = self.make(
            {"src/base/core/a.cc": 'fail(Errc::denied, "a.b", "x");', "docs/errors.d/core.md": HEAD + "| `a.b` | c | r |\n"}
        )

        self.assert_finds(slugs.check(tree))

    def test_missing_row_and_stale_row_are_found(self):
        tree = self.make(
            {
                "src/base/core/a.cc": 'int x;\nfail(Errc::denied,\n     "a.new", "x");',
                "docs/errors.d/core.md": HEAD + "| `a.old` | c | r |\n",
            }
        )

        self.assert_finds(
            slugs.check(tree),
            ("src/base/core/a.cc:3", "'a.new' has no row"),
            ("docs/errors.d/core.md:3", "'a.old' is nowhere"),
        )

    def test_every_way_to_write_a_slug_is_seen(self):
        code = """
            fail(code_of(a, "q.w"), "one.a", "m");
            fail(row.code, "two.a", "m '{}'", f("no.slug"));
            constexpr Slug name{"three.a"};
            Row{Errc::corrupt, "four.a"};
            other("not.one", 3);
        """

        self.assertEqual({slug for slug, _ in slugs.slugs_in(code)}, {"one.a", "two.a", "three.a", "four.a"})

    def test_slugs_of_tests_and_comments_need_no_row(self):
        tree = self.make(
            {
                "src/base/core/a_test.cc": 'fail(Errc::denied, "test.x", "x");',
                "src/base/core/a.h": '/// `fail(Errc::denied, "doc.x", "x")`\n',
            }
        )

        self.assert_finds(slugs.check(tree))

    def test_bad_rows_are_found(self):
        tree = self.make(
            {
                "src/base/core/a.cc": 'fail(Errc::denied, "a.b", "x");',
                "docs/errors.d/core.md": HEAD + "| `a.b` |  | r |\n| `a.b` | c | r |\nprose\n",
                "docs/errors.d/none.md": "# title\n",
            }
        )

        self.assert_finds(
            slugs.check(tree),
            ("docs/errors.d/core.md:3", "lacks a cause"),
            ("docs/errors.d/core.md:4", "has a row already"),
            ("docs/errors.d/core.md:5", "every line is a row"),
            ("docs/errors.d/none.md:1", "begin with"),
        )



class Events(TreeCase):
    def test_events_and_rows_agree(self):
        tree = self.make(
            {
                "src/base/core/a.cc": 'log_.warn("a.b_done",\n kv);\nx->write(Level::info, "a.c_done");',
                "src/base/core/a_test.cc": 'log.info("test.of_this");',
                events.PAGE: "| event |\n| --- |\n| `a.b_done` | warn |\n| `a.d_done` | info |\n",
            }
        )

        self.assert_finds(
            events.check(tree), ("src/base/core/a.cc:3", "'a.c_done' has no row"), (events.PAGE + ":4", "'a.d_done' is nowhere")
        )


PAGE = life.PAGES[0]


class Life(TreeCase):
    SOURCES = {
        "src/a/pool.cc": "Task<int> Pool::take(int n) { return give(n); }\n",
        "src/a/pool.h": "class Pool {\n    Task<int> take(int n);\n    static bool ready();\n};\n",
        "engine-rs/src/lib.rs": "pub extern \"C\" fn start<T>(x: T) {}\n",
    }

    def test_absent_page_is_found(self):
        self.assert_finds(life.check(self.make({})), *((page, "is not there") for page in life.PAGES))

    def test_page_with_true_names_passes(self):
        page = "`a/pool.cc:Pool::take` `a/pool.h:take` `src/a/pool.h:Pool::ready` `engine-rs/src/lib.rs:start` `a/pool.cc:Pool::take()`"

        self.assert_finds(life.check_page(self.make({**self.SOURCES, PAGE: page}), PAGE))

    def test_moved_file_and_renamed_function_are_found(self):
        page = "`a/pool.cc:Pool::take`\n`a/gone.cc:f`\n`a/pool.cc:Pool::give`\n`a/pool.h:taken` `a/pool.h:take`"

        self.assert_finds(
            life.check_page(self.make({**self.SOURCES, PAGE: page}), PAGE),
            (PAGE + ":2", "no file 'a/gone.cc'"),
            (PAGE + ":3", "no function 'Pool::give'"),
            (PAGE + ":4", "no function 'taken'"),
        )

    def test_page_that_names_nothing_is_found(self):
        tree = self.make({PAGE: "A request arrives and leaves."})

        self.assert_finds(life.check_page(tree, PAGE), (PAGE, "names 0 functions"))


class Words(TreeCase):
    def findings(self, files: dict[str, str]):
        tree = self.make(files)
        subprocess.run(["git", "init", "-q", str(tree.root)], check=True)
        return list(words.check(tree))

    def test_direct_use_of_a_clock_is_found_outside_of_the_few_that_may(self):
        code = "auto t = std::chrono::system_clock::now();\nSystemRandom random;\n"
        allowed = ("src/base/core/a.h", "src/base/rt/shard.cc", "src/entry/app/a.cc", "src/io/net/a_test.cc", "bench/a.cc")

        self.assert_finds(
            self.findings({path: code for path in (*allowed, "src/io/net/a.cc")}),
            ("src/io/net/a.cc:1", "direct use of a clock"),
            ("src/io/net/a.cc:2", "direct use of a clock"),
        )

    def test_folder_of_a_machine_is_found(self):
        home = "/" + "root/.cache"

        self.assert_finds(self.findings({"a.md": f"x\nsee {home}\n"}), ("a.md:2", "folder of one machine"))

    def test_registry_is_found_except_in_lock_files(self):
        host = "static.crates" + ".io"

        self.assert_finds(
            self.findings({"a.sh": f"curl {host}\n", "engine-rs/Cargo.lock": host}), ("a.sh:1", "package registry")
        )

    def test_open_end_without_issue_is_found_in_sources(self):
        mark = "TO" + "DO"

        self.assert_finds(
            self.findings({"a.cc": f"// {mark}: later\n// {mark}(#7): later\nint a; \n", "b.md": f"{mark}: fine  \n"}),
            ("a.cc:1", "TODO(#issue)"),
            ("a.cc:3", "blanks at the end"),
        )

    GLOSSARY = """## Words
| say | not | fine |
| --- | --- | --- |
| bytes | `octet`, pail | `octet-stream` |
| is not an X | `is no` | `there is no` |
"""

    def test_word_of_the_glossary_is_found_except_in_a_fine_phrase(self):
        self.assert_finds(
            self.findings(
                {
                    "docs/CONTRIBUTING.md": self.GLOSSARY,
                    "a.md": "Octets, application/octet-stream, octet-streams of octets\n",
                    "b.py": "# there is no pail; this is\n# no, and it is no pail\n",
                    "c.md": "a cactus is\nno octopus\n",
                    "docs/adr/0001.md": "octets",
                }
            ),
            ("a.md:1", "'Octets': say bytes"),
            ("a.md:1", "'octets': say bytes"),
            ("b.py:2", "'is no': say is not an X"),
            ("c.md:1", "'is no': say is not an X"),
        )

    def test_the_real_glossary_has_terms(self):
        page = (Path(words.__file__).parent.parent / words.GLOSSARY).read_text(encoding="utf-8")

        self.assertIn("bytes", {term.say for term in words.glossary(page)})


class Howto(TreeCase):
    def findings(self, page: str):
        files = {f"docs/howto/{name}.md": "`src/a/b.cc` `src/a/` `src/a/*.cc` `tools/c.py`" for name in howto.PAGES}
        tree = {"src/a/b.cc": "int row;\n", "src/a/b_test.cc": "", "tools/c.py": "", **files, "docs/howto/command.md": page}
        return howto.check(self.make(tree))

    def test_page_with_true_names_passes(self):
        self.assert_finds(self.findings("`src/a/b.cc:row` `src/a/<name>.cc` `src/a/` `./dev test` `tools/c.py`"))

    def test_moved_file_and_lost_name_are_found(self):
        self.assert_finds(
            self.findings("`src/a/b.cc`\n`src/a/c.cc`\n`src/a/b.cc:rows` `src/gone/<name>/x.h`"),
            ("docs/howto/command.md:2", "no 'src/a/c.cc'"),
            ("docs/howto/command.md:3", "has no 'rows'"),
            ("docs/howto/command.md:3", "no 'src/gone/<name>/x.h'"),
        )

    def test_absent_page_and_page_that_names_nothing_are_found(self):
        tree = self.make({"docs/howto/command.md": "Write it.", "docs/howto/provider.md": "`src/a` " * 4, "src/a": ""})

        self.assert_finds(
            howto.check(tree), ("docs/howto/command.md", "names 0 files"), ("docs/howto/manifest-key.md", "is not there")
        )
