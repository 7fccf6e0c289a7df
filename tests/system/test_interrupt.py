"""A signal before anything serves or runs: it ends at once, the compiler too, and nothing is left."""

import signal
import subprocess
from pathlib import Path

from harness import BINARY, CANCELLED, WAIT_S, Outcome, WeftTest, end_with_parent, free_port, manifest, wait_until
from test_compile import component, module

# Loops in loops: in such numbers they take the compiler longer than any test.
LOOPS = b"\0" + b"\x03\x40" * 3 + b"\x41\0\x0d\0" * 3 + b"\x0b" * 4
SLOW = component(module([LOOPS] * 190_000))
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class WhileItCompiles(WeftTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("slow.wasm", SLOW)
        self.code = self.folder / "cache/weft/code"

    def interrupted(self, number: signal.Signals, *args: object, generations: int = 1) -> Outcome:
        """What becomes of a command that gets the signal once its compiler runs, a descendant of that degree."""
        process = subprocess.Popen([str(BINARY), *map(str, args)], env=self.env, cwd=self.folder, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=end_with_parent)
        wait_until(lambda: descendants(process.pid, generations), "compiling")
        process.send_signal(number)
        out, err = process.communicate(timeout=WAIT_S)
        self.assert_nothing_runs()
        self.assertEqual(list(self.code.iterdir()), [], "code that nobody finished is kept")
        return Outcome(process.returncode, out, err)

    def test_up_and_serve_say_so_and_end(self):
        key = self.sign(self.folder / "slow.wasm", name="hello.wasm")
        port = free_port()
        app = self.write("app.yaml", manifest(address=f"127.0.0.1:{port}"))
        for number in SIGNALS:
            for args in (("up", app, "--trust", key), ("serve", "--unsigned", "--addr", f"127.0.0.1:{port}", "slow.wasm")):
                with self.subTest(command=args[0], signal=number.name):
                    outcome = self.interrupted(number, *args)

                    self.assert_refused(outcome, CANCELLED, "app.start_interrupted")
                    self.assert_nothing_runs(port)

    def test_a_host_on_its_way_to_the_background_ends_with_its_command(self):
        key = self.sign(self.folder / "slow.wasm", name="hello.wasm")
        app = self.write("app.yaml", manifest())

        outcome = self.interrupted(signal.SIGINT, "up", app, "--trust", key, "--detach", generations=2)

        self.assertEqual((outcome.code, outcome.out), (CANCELLED, ""), outcome.err)
        self.assertIn("app.start_interrupted", outcome.err)

    def test_a_program_does_not_begin(self):
        for number in SIGNALS:
            with self.subTest(signal=number.name):
                outcome = self.interrupted(number, "run", "--unsigned", "slow.wasm")

                self.assertEqual(outcome.code, 128 + number, outcome.err)


def descendants(pid: int, generations: int) -> list[int]:
    """The processes whose parent's parent, so many times, is that one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    for _ in range(generations):
        found = {child for child, parent in parents.items() if parent in found}
    return sorted(found)
