"""`weft call`: functions of a component from the shell, through the real binary."""

import json

from harness import GUEST_TRAP, INVALID_ARGUMENT, ROOT, UNAUTHENTICATED, WeftTest

CALCULATOR = ROOT / "src/io/engine/testdata/calculator.wasm"


class Call(WeftTest):
    def call(self, *args):
        return self.weft("call", "--unsigned", str(CALCULATOR), *args)

    def test_lists_what_can_be_called(self):
        outcome = self.call()

        self.assertEqual((outcome.code, outcome.out), (0, "add: func(a: u32, b: u32) -> u32\nfall: func()\n"))

    def test_prints_the_result_as_text_and_as_json(self):
        self.assertEqual(self.call("add", "40", "2").out, "42\n")
        self.assertEqual(self.call("add(40, 2)").out, "42\n")
        self.assertEqual(json.loads(self.call("add(1,2)", "-o", "json").out)["result"]["value"], 3)

    def test_says_that_the_file_is_not_signed(self):
        self.assertIn("is not signed", self.call("add", "1", "2").err)
        refused = self.weft("call", str(CALCULATOR), "add", "1", "2")
        self.assertEqual(refused.code, UNAUTHENTICATED, refused.err)
        self.assertIn("claims.unsigned", refused.err)

    def test_a_trap_is_told_with_its_stack(self):
        outcome = self.call("fall")

        self.assertEqual(outcome.code, GUEST_TRAP)
        self.assertIn("wasm backtrace", outcome.err)
        self.assertIn("engine.trap", outcome.err)

    def test_nothing_runs_when_an_argument_is_wrong(self):
        outcome = self.call("add", "1", "x")

        self.assertEqual(outcome.code, INVALID_ARGUMENT)
        self.assertIn("argument 'b'", outcome.err)
