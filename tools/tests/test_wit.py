"""What is read of WIT, and the C++ that is made of it."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

from tools.tests.fixture import TreeCase
from tools.wit.__main__ import main
from tools.wit.cpp import files
from tools.wit.model import Package, Type, WitError
from tools.wit.parse import parse
from tools.wit.resolve import Library

HEAD = "package a:b@1.0.0;\n"


def package_of(items: str) -> Package:
    return parse("wit/a.wit", f"{HEAD}interface i {{ {items} }}")


def header_of(items: str) -> str:
    return files(Library([package_of(items)]))["a_b_1_0_0.h"]


class Parse(TreeCase):
    def test_functions_have_the_names_of_components(self):
        package = package_of("""
            resource r { constructor(a: u8); m: func(); s: static func() -> r; }
            f: async func(%list: list<u8>) -> result<_, string>;""")

        functions = package.interfaces["i"].functions

        self.assertEqual([one.name for one in functions], ["[constructor]r", "[method]r.m", "[static]r.s", "f"])
        self.assertEqual([one.is_async for one in functions], [False, False, False, True])
        self.assertEqual([label for label, _ in functions[1].params], ["self"])
        self.assertEqual(functions[1].params[0][1].kind, "borrow")
        self.assertEqual(functions[3].params[0][0], "list")

    def test_every_kind_of_type_is_read(self):
        package = package_of("f: func(a: tuple<u8, option<char>>, b: result, c: result<u8>, d: stream<u8>, e: future<string>);")

        params = [type_ for _, type_ in package.interfaces["i"].functions[0].params]

        self.assertEqual([one.kind for one in params], ["tuple", "result", "result", "stream", "future"])
        self.assertEqual(params[1].parts, (None, None))
        self.assertEqual(params[2].parts[0], Type("u8", line=2))
        self.assertIsNone(params[2].parts[1])

    def test_versions_may_stand_before_a_dot(self):
        package = parse("wit/a.wit", "package a:b@0.2.0-rc.1;\n/* note */ interface i { use c:d/e@0.2.0-draft.{x as y}; } // end\n")

        use = package.interfaces["i"].declarations["y"]

        self.assertEqual(package.interfaces["i"].name, "a:b/i@0.2.0-rc.1")
        self.assertEqual((use.source, use.original), ("c:d/e@0.2.0-draft", "x"))

    def test_what_is_not_known_is_an_error_with_its_line(self):
        for text, line, part in [
            (HEAD + "world w { }", 2, "'world'"),
            (HEAD + "interface i {\n@since(version = 1.0.0)\nf: func();\n}", 3, "nothing that the tool knows"),
            (HEAD + "interface i {\nf: func(a: stream<u16>);\n}", 3, "stream<u8>"),
            (HEAD + "interface i {\nf: func(a: list<u8, 4>);\n}", 3, "'4'"),
            (HEAD + "interface i {\nf: func(a: map<u8, u8>);\n}", 3, "'map'"),
            (HEAD + "interface i {\nf: func(a: stream);\n}", 3, "stream"),
            (HEAD + "interface i {\nf: func(a u8);\n}", 3, "':' must come here"),
            (HEAD + "interface i {\nrecord r {}\n}", 3, "no parts"),
            (HEAD + "interface i {\nenum e { x, x }\n}", 3, "two parts of one name"),
            (HEAD + "interface i {\nf: func(a: u8, a: u8);\n}", 3, "two parameters"),
            (HEAD + "interface i {\ntype t = u8;\ntype t = u8;\n}", 4, "there already"),
            (HEAD + "interface i {", 2, "the end"),
        ]:
            with self.subTest(text), self.assertRaises(WitError) as caught:
                parse("wit/a.wit", text)
            self.assertTrue(str(caught.exception).startswith(f"wit/a.wit:{line}: "), str(caught.exception))
            self.assertIn(part, str(caught.exception))


class Resolve(TreeCase):
    def test_names_that_mean_nothing_are_errors(self):
        for items, part in [
            ("f: func(a: x);", "no type 'x'"),
            ("use other.{x};", "a:b/other@1.0.0"),
            ("record r { a: list<r> }", "contains itself"),
            ("enum e { x } f: func(a: borrow<e>);", "not a resource"),
            ("resource r; f: func() -> option<borrow<r>>;", "borrowed"),
            ("f: func(); f: func();", "there already"),
        ]:
            with self.subTest(items), self.assertRaises(WitError) as caught:
                Library([package_of(items)])
            self.assertIn(part, str(caught.exception))

    def test_types_come_behind_those_that_they_need(self):
        library = Library([package_of("record a { b: option<b> } variant b { c(c) } enum c { x }")])

        order = [one.name for one in library.in_order(library.interfaces["a:b/i@1.0.0"])]

        self.assertEqual(order, ["c", "b", "a"])

    def test_an_interface_is_in_one_file(self):
        with self.assertRaises(WitError):
            Library([package_of(""), package_of("")])


class Cpp(TreeCase):
    def test_types_and_functions(self):
        header = header_of("""
            record key-value { key: string, count: u32 }
            resource box { take: func(new: key-value) -> result<option<list<u8>>, string>; }""")

        self.assertIn("namespace weft::wit::a_b_i_1_0_0 {", header)
        self.assertIn("    std::uint32_t count{};\n", header)
        self.assertIn("rt::Task<std::expected<std::optional<Bytes>, std::string>> box_take(", header)
        self.assertIn("Borrow<Box> self, KeyValue new_)", header)
        self.assertIn("virtual void drop_box(BytesView /*handle*/) {}", header)

    def test_what_holds_streams_is_not_compared(self):
        self.assertNotIn("operator==", header_of("record r { s: option<stream<u8>> }"))
        self.assertIn("operator==", header_of("record r { s: string }"))

    def test_names_that_meet_in_cpp_are_an_error(self):
        with self.assertRaises(WitError) as caught:
            header_of("resource a-b { c: func(); } resource a { b-c: func(); }")
        self.assertIn("'a_b_c'", str(caught.exception))


class Main(TreeCase):
    def run_in(self, root, *arguments: str) -> tuple[int, str]:
        out = io.StringIO()
        with redirect_stdout(out):
            status = main(root, list(arguments))
        return status, out.getvalue()

    def test_check_finds_what_differs_and_what_is_left_over(self):
        tree = self.make({"wit/a.wit": f"{HEAD}interface i {{ f: func(); }}", "src/platform/capability/wit/old.h": ""})
        self.assertEqual(self.run_in(tree.root, "--check")[0], 1)

        self.assertEqual(self.run_in(tree.root)[0], 0)

        self.assertEqual(self.run_in(tree.root, "--check"), (0, "wit: ok\n"))
        made = tree.root / "src/platform/capability/wit"
        self.assertEqual(sorted(path.name for path in made.iterdir()), ["a_b_1_0_0.cc", "a_b_1_0_0.h"])
        (made / "a_b_1_0_0.cc").write_text("", encoding="utf-8")
        status, text = self.run_in(tree.root, "--check")
        self.assertEqual(status, 1)
        self.assertIn("a_b_1_0_0.cc", text)

    def test_a_bad_file_is_named_with_its_line(self):
        tree = self.make({"wit/a.wit": f"{HEAD}interface i {{\n f: func(a: x); }}"})

        status, text = self.run_in(tree.root, "--check")

        self.assertEqual((status, text), (1, "wit: wit/a.wit:3: there is no type 'x' in the interface 'i'\n"))
