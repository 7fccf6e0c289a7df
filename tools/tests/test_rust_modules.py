from __future__ import annotations

from tools.rust_modules import check
from tools.tests.fixture import TreeCase


class RustModules(TreeCase):
    def findings(self, files: dict[str, str]):
        return list(check(self.make({f"engine-rs/src/{name}": text for name, text in files.items()})))

    def test_one_direction_is_allowed(self):
        self.assert_finds(
            self.findings(
                {
                    "lib.rs": "mod a;\nmod b;\n",
                    "a.rs": "use crate::b::{self, Thing};\n",
                    "b.rs": "// use crate::a;\npub struct Thing;\n#[cfg(test)]\nmod tests {\n    use crate::a;\n}\n",
                }
            )
        )

    def test_a_cycle_is_found_once_with_its_way(self):
        found = self.findings(
            {
                "a.rs": "\nuse crate::b::{Thing, other};\n",
                "b.rs": "fn f() { crate::folder::c::g(); }\n",
                "folder/mod.rs": "mod c;\n",
                "folder/c.rs": "use crate::{a, d};\n",
                "d.rs": "",
            }
        )

        self.assert_finds(found, ("engine-rs/src/a.rs:2", "a -> b -> folder::c -> a"))

    def test_siblings_in_a_folder_are_found_by_super(self):
        found = self.findings({"folder/a.rs": "use super::b::B;\n", "folder/b.rs": "use super::a::A;\n"})

        self.assert_finds(found, ("engine-rs/src/folder/a.rs:1", "folder::a -> folder::b -> folder::a"))

    def test_a_nested_module_may_use_the_one_it_stands_in(self):
        self.assert_finds(
            self.findings({"a.rs": "mod b;\nuse self::b::B;\n", "a/b.rs": "use super::A;\nuse crate::a::C;\n"})
        )

    def test_tests_may_use_anything(self):
        self.assert_finds(
            self.findings({"a.rs": "", "tests/mod.rs": "use crate::a;\n", "tests/b.rs": "use super::c;\n", "tests/c.rs": ""})
        )
