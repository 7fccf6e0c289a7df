"""Native code: compiled once, by a child with limits, and loaded only as it was written."""

import stat
import subprocess
from pathlib import Path

from harness import BINARY, EXHAUSTED, IS_SANITIZED, KEY, WeftTest, end_with_parent, free_port, manifest, wait_until

MIB = 1 << 20


class CodeCache(WeftTest):
    def setUp(self) -> None:
        super().setUp()
        self.place = self.folder / "cache/weft/code"

    def serve(self, app: Path, *args: object) -> str:
        """Starts a host, asks it once and returns its log."""
        with self.up(app, "--trust", KEY, *args) as host:
            self.assertEqual(host.get().status, 200)
            return host.log.read_text()

    def entry(self) -> Path:
        entries = list(self.place.iterdir())
        self.assertEqual(len(entries), 1, entries)
        return entries[0]

    def test_a_second_start_compiles_nothing(self):
        app = self.write_app()

        self.serve(app)
        first = self.entry().stat()
        log = self.serve(app)

        self.assertEqual(self.entry().stat().st_ino, first.st_ino, "the entry was written again")
        self.assertNotIn("code_cache.", log)
        self.assertEqual(stat.S_IMODE(first.st_mode), 0o400)
        self.assertEqual(stat.S_IMODE(self.place.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE((self.folder / "data/weft/code.key").stat().st_mode), 0o600)

    def test_an_entry_that_was_changed_is_compiled_again(self):
        app = self.write_app()
        self.serve(app)
        entry = self.entry()
        content = bytearray(entry.read_bytes())
        content[len(content) // 2] ^= 0x40
        entry.unlink()
        entry.write_bytes(content)
        entry.chmod(0o400)

        log = self.serve(app)

        self.assertEqual(log.count("code_cache.entry_rejected"), 1, log)
        self.assertNotEqual(self.entry().read_bytes(), content)
        self.assertNotIn("code_cache.", self.serve(app))

    def test_a_cache_from_elsewhere_is_not_used(self):
        app = self.write_app()
        self.serve(app)
        entry = self.entry()

        self.serve(app, "--data-dir", self.folder / "other")

        self.assertEqual(len(list(self.place.iterdir())), 2, "another host made its own entry")
        self.assertTrue(entry.exists())

    def test_without_a_cache_nothing_is_kept(self):
        log = self.serve(self.write_app(), "--no-code-cache")

        self.assertFalse(self.place.exists())
        self.assertNotIn("code_cache.", log)

    def test_a_cache_that_cannot_be_used_is_one_warning(self):
        log = self.serve(self.write_app(), "--code-cache", "/proc/weft")

        self.assertEqual(log.count("code_cache."), log.count("code_cache.directory_"), log)
        self.assertEqual(log.count('"event":"code_cache.directory_refused"'), 1, log)


class Bombs(WeftTest):
    """Components that are small and take very much to compile."""

    def setUp(self) -> None:
        super().setUp()
        self.key = self.done("keys", "gen", "account", "-o", "json").json()["public_key"]

    def sign(self, wasm: bytes) -> None:
        self.write("bomb.wasm", wasm)
        self.done("claims", "sign", "bomb.wasm", "--name", "bomb", "-o", "hello.wasm")

    def refused(self, wasm: bytes, slug: str) -> str:
        """Runs it, which must be refused without a trace."""
        self.sign(wasm)
        port = free_port()
        app = self.write("app.yaml", manifest(address=f"127.0.0.1:{port}"))
        said = self.assert_refused(self.weft("up", app, "--trust", self.key), EXHAUSTED, slug)
        self.assert_nothing_runs(port)
        self.assertEqual(list((self.folder / "cache/weft/code").iterdir()), [])
        return said

    def test_too_many_functions(self):
        said = self.refused(component(module([EMPTY] * 200_001)), "engine.compile_functions")

        self.assertIn("200001", said)

    def test_blocks_in_blocks(self):
        if IS_SANITIZED:
            self.skipTest("a sanitizer's own memory is more than any limit")

        self.refused(component(module([nested(1_650_000)] * 2)), "engine.compile_memory")

    def test_the_host_stays_small_beside_its_compiler(self):
        if IS_SANITIZED:
            self.skipTest("a sanitizer's own memory is more than any limit")
        small = self.peak_rss(component(module([EMPTY])))

        large = self.peak_rss(component(module([nested(1_650_000)] * 2)))

        self.assertLess(large - small, 16 * MIB, f"{small // MIB} MiB became {large // MIB}")

    def peak_rss(self, wasm: bytes) -> int:
        """The most that the host had resident itself, without its children, until it refused."""
        self.sign(wasm)
        app = self.write("app.yaml", manifest())
        command = [str(BINARY), "up", app, "--trust", self.key]
        host = subprocess.Popen(command, env=self.env, cwd=self.folder, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, preexec_fn=end_with_parent)
        peak = 0

        def has_ended() -> bool:
            nonlocal peak
            status = Path(f"/proc/{host.pid}/status").read_text()
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    peak = max(peak, int(line.split()[1]) * 1024)
            return host.poll() is not None

        wait_until(has_ended, "refused")
        self.assertGreater(peak, 0)
        return peak


EMPTY = b"\0\x0b"


def leb(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + leb(len(body)) + body


def module(bodies: list[bytes]) -> bytes:
    """Functions without parameters or results."""
    count = leb(len(bodies))
    return (b"\0asm\1\0\0\0" + section(1, b"\1\x60\0\0") + section(3, count + b"\0" * len(bodies))
            + section(10, count + b"".join(leb(len(body)) + body for body in bodies)))


def component(inner: bytes) -> bytes:
    return b"\0asm\x0d\0\1\0" + section(1, inner)


def nested(depth: int) -> bytes:
    return b"\0" + b"\x02\x40" * depth + b"\x0b" * depth + b"\x0b"
