"""The examples as they are in the repository: their manifest, and each signed component that is committed."""

from harness import KEY, ROOT, WeftTest

HTTP_HELLO = ROOT / "examples/http-hello"


class HttpHello(WeftTest):
    def test_each_language_runs_from_the_manifest(self):
        manifest = (HTTP_HELLO / "app.yaml").read_text()
        for language, name in (("rust", "rust"), ("cpp", "c++")):
            with self.subTest(language=language):
                self.write(f"{language}/hello.wasm", (HTTP_HELLO / language / "hello.wasm").read_bytes())
                own = manifest.replace("0.0.0.0:8000", "127.0.0.1:0").replace("./rust/", f"./{language}/")
                self.assertEqual(own.count("127.0.0.1:0"), 1)
                with self.up(self.write("app.yaml", own), "--trust", KEY, "--strict") as host:
                    self.assertEqual(host.get("/there").body, f"hello from {name} /there\n".encode())
                    self.assertEqual(host.request("POST", "/", b"back").body, b"back")

    def test_both_languages_are_one_component_to_the_host(self):
        subject = (ROOT / "examples/keys/hello.pub").read_text().strip()
        for language in ("rust", "cpp"):
            said = self.done("claims", "inspect", HTTP_HELLO / language / "hello.wasm").out

            self.assertIn(subject, said)
            self.assertIn(KEY, said)
