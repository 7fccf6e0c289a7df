"""Deny by default: what may run, and what is said when it may not."""

import os
from pathlib import Path

from harness import CORRUPT, DENIED, HELLO, KEY, ROOT, UNAUTHENTICATED, WeftTest, free_port, manifest, skip


class Trust(WeftTest):
    def refused(self, code: int, slug: str, *args: object) -> str:
        """Runs the application, which must be refused without a trace."""
        port = free_port()
        app = self.write("app.yaml", manifest(address=f"127.0.0.1:{port}"))
        said = self.assert_refused(self.weft("up", app, *args), code, slug)
        self.assert_nothing_runs(port)
        return said

    def test_refuses_an_issuer_that_nobody_trusts(self):
        self.write_hello()

        said = self.refused(UNAUTHENTICATED, "claims.issuer_unknown")

        self.assertIn(KEY, said)

    def test_refuses_another_issuer_than_the_trusted(self):
        self.write_hello()
        other = self.done("keys", "gen", "account", "-o", "json").json()["public_key"]

        self.refused(UNAUTHENTICATED, "claims.issuer_unknown", "--trust", other)

    def test_refuses_unsigned_code(self):
        self.write("hello.wasm", without_token(HELLO.read_bytes()))

        self.refused(UNAUTHENTICATED, "claims.unsigned", "--trust", KEY)

    def test_refuses_code_that_was_changed_after_signing(self):
        self.write("hello.wasm", tampered(HELLO.read_bytes()))

        self.refused(UNAUTHENTICATED, "claims.hash_mismatch", "--trust", KEY)

    def test_refuses_an_interface_that_the_token_does_not_claim(self):
        self.write_hello("in.wasm")
        key = self.done("keys", "gen", "account", "-o", "json").json()["public_key"]
        self.done("claims", "sign", "in.wasm", "--name", "hello", "--caps", "wasi:keyvalue", "-o", "hello.wasm")

        said = self.refused(DENIED, "claims.claim_missing", "--trust", key)

        self.assertIn("wasi:http/incoming-handler", said)

    def test_refuses_an_interface_that_the_issuer_may_not_grant(self):
        self.write_hello()
        self.done("trust", "add", KEY, "--grant", "wasi:keyvalue")

        self.refused(DENIED, "claims.grant_missing")

    def test_starts_none_of_several_when_one_is_refused(self):
        self.write_hello("good.wasm")
        self.write("bad.wasm", tampered(HELLO.read_bytes()))
        ports = free_port(), free_port()
        apps = [self.write(f"{name}.yaml", manifest(name=name, image=f"./{name}.wasm", address=f"127.0.0.1:{port}"))
                for name, port in zip(("good", "bad"), ports, strict=True)]

        self.assert_refused(self.weft("up", *apps, "--trust", KEY), UNAUTHENTICATED, "claims.hash_mismatch")

        self.assert_nothing_runs(*ports)

    def test_runs_what_the_trust_file_grants(self):
        app = self.write_app()
        self.done("trust", "add", KEY, "--grant", "wasi:http")

        with self.up(app) as host:
            self.assertEqual(host.get().status, 200)


class Claims(WeftTest):
    def test_signs_inspects_and_runs_with_a_key_of_ones_own(self):
        self.write("plain.wasm", without_token(HELLO.read_bytes()))
        key = self.done("keys", "gen", "account", "-o", "json").json()
        self.done("claims", "sign", "plain.wasm", "--name", "hello", "--caps", "wasi:http", "-o", "hello.wasm")

        said = self.done("claims", "inspect", "-o", "json", "hello.wasm").out

        self.assertIn(key["public_key"], said)
        app = self.write("app.yaml", manifest())
        with self.up(app, "--trust", key["public_key"]) as host:
            self.assertEqual(host.get().status, 200)

    def test_seeds_are_for_their_owner_only(self):
        key = self.done("keys", "gen", "account", "-o", "json").json()

        mode = (self.folder / key["seed_file"]).stat().st_mode

        self.assertEqual(oct(mode & 0o777), "0o600")
        self.assertNotIn((self.folder / key["seed_file"]).read_text().strip(), str(key))

    def test_inspection_of_tampered_code_says_so(self):
        self.write_hello("good.wasm")
        self.write("bad.wasm", tampered(HELLO.read_bytes()))

        good, bad = self.weft("claims", "inspect", "good.wasm"), self.weft("claims", "inspect", "bad.wasm")

        self.assertEqual(good.code, 0, good.err)
        self.assertEqual(bad.code, UNAUTHENTICATED, bad.out + bad.err)
        self.assertNotEqual(good.out, bad.out)

    def test_inspection_of_a_truncated_file_says_so(self):
        self.write("cut.wasm", HELLO.read_bytes()[:20_000])

        self.assert_refused(self.weft("claims", "inspect", "cut.wasm"), CORRUPT, "wasm.section_past_end")


    def test_inspection_accepts_what_another_tool_signed(self):
        corpora = Path(os.environ.get("WEFT_CORPORA") or ROOT.parent / "shared/corpora")
        logger = corpora / "wasm-signed/logger.wasm"
        if not logger.exists():
            skip(self, "there are no corpora; WEFT_CORPORA names their folder")

        outcome = self.done("claims", "inspect", logger)

        self.assertIn("valid", outcome.out)


def sections(wasm: bytes):
    """(first byte, byte behind, id, payload) of each outer section."""
    at = 8
    while at < len(wasm):
        begin, kind, size, shift = at, wasm[at], 0, 0
        at += 1
        while True:
            byte = wasm[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
        yield begin, at + size, kind, wasm[at:at + size]
        at += size


def without_token(wasm: bytes) -> bytes:
    name = b"wasmcloud_jwt"
    kept = [wasm[begin:end] for begin, end, kind, payload in sections(wasm)
            if not (kind == 0 and payload[1:1 + len(name)] == name)]
    return wasm[:8] + b"".join(kept)


def tampered(wasm: bytes) -> bytes:
    """One letter of the greeting is another; the form stays valid."""
    return tampered_at(wasm, b"hello from ")


def tampered_at(wasm: bytes, text: bytes) -> bytes:
    at = wasm.index(text)
    return wasm[:at] + b"j" + wasm[at + 1:]
