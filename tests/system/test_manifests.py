"""What a manifest says is acted on or found, by `weft up` and `weft app validate` alike, before anything compiles."""

import socket

from harness import GUEST, INVALID_ARGUMENT, KEY, UNSUPPORTED, WeftTest, free_port, manifest
from test_up import read_until

SECRET = 'properties: {image: "./hello.wasm", secrets: [{name: s, properties: {policy: p, key: k}}]}'


class Findings(WeftTest):
    def test_up_and_validate_say_the_same(self):
        text = manifest(source="adress: x, tls_cert_file: f").replace('properties: {image: "./hello.wasm"}', SECRET)
        text += "  policies: [{name: p, type: policy.secret.wasmcloud.dev/v1alpha1, properties: {backend: b}}]\n"
        app = self.write("app.yaml", text)

        validated = self.done("app", "validate", app)
        up = self.weft("up", app, "--trust", KEY)

        found, verdict = validated.out.splitlines()[:-1], validated.out.splitlines()[-1]
        self.assertEqual(verdict, f"{app}: valid, but cannot run here: 2 findings")
        self.assertEqual(len(found), 4, found)
        self.assertEqual(up.sentences()[:-1], found)
        self.assertTrue(up.sentences()[-1].endswith("(app.manifest_unsupported)"), up.err)
        self.assertEqual(up.code, UNSUPPORTED)
        self.assert_nothing_runs()

    def test_findings_of_two_manifests_are_shown_at_once(self):
        one = self.write("one.yaml", manifest(name="one", image="ghcr.io/acme/a:1"))
        two = self.write("two.yaml", manifest(name="two", source="path: nowhere"))

        outcome = self.weft("up", one, two, "--trust", KEY)

        self.assertEqual(outcome.code, INVALID_ARGUMENT)
        self.assertIn("app.image_unsupported", outcome.err)
        self.assertRegex(outcome.err, r"two\.yaml:\d+:\d+: error: .*http_server\.path_invalid")
        detached = self.weft("up", one, two, "--trust", KEY, "--detach")
        self.assertEqual(detached.err, outcome.err)

    def test_two_servers_on_one_address_are_named_before_anything_compiles(self):
        port = free_port()
        for address, slug in ((f"127.0.0.1:{port}", "http_server.route_taken"),
                              (f"0.0.0.0:{port}", "http_server.address_overlaps")):
            with self.subTest(slug):
                one = self.write("one.yaml", manifest(name="one", image="./missing.wasm", address=f"127.0.0.1:{port}"))
                two = self.write("two.yaml", manifest(name="two", image="./missing.wasm", address=address))

                outcome = self.weft("up", one, two, "--trust", KEY)

                self.assertEqual(outcome.code, INVALID_ARGUMENT, outcome.err)
                self.assertIn("two.yaml:23:66: applications 'one' and 'two': ", outcome.err)
                self.assertIn("provider 'one-httpserver'", outcome.err)
                self.assertIn("provider 'two-httpserver'", outcome.err)
                self.assertIn(slug, outcome.err)

    def test_what_is_scaled_to_nothing_does_not_run(self):
        traits = 'properties: {image: "./hello.wasm"}\n      traits: [{type: spreadscaler, properties: {instances: 0}}]'
        text = manifest().replace('properties: {image: "./hello.wasm"}', traits)
        self.write_hello()
        with self.up(self.write("app.yaml", text), self.write("two.yaml", manifest(name="two")), "--trust", KEY) as host:
            self.assertEqual(len(host.ports), 1, "the link of what does not run listens")
            self.assertIn("manifest.instances_zero", host.log.read_text())
            self.assertEqual(host.get().status, 200)

    def test_a_configuration_is_used_by_its_name(self):
        text = manifest(provider="path: /only").replace("{name: link, ", "{name: provider}, {name: link, ")
        self.write_hello()
        with self.up(self.write("app.yaml", text), "--trust", KEY) as host:
            self.assertEqual((host.get("/").status, host.get("/only").status), (404, 200))
            self.assertIn("manifest.setting_misplaced", host.log.read_text(), "where it is defined it has no effect")


class Limits(WeftTest):
    MOST = ("{type: limits, properties: {memory: 4GiB, table_elements: 10000000, handles: 1000000, parts: 10000, cpu_time: 1h, "
            "host_data: 1GiB, fields: 16MiB, random: 1GiB, concurrency: 100000, queue: 1000000, deadline: 24h, log: 1GiB}}",
            "{type: pool, properties: {reuse: 1000000, idle: 24h, max: 10000}}")

    def served(self, *traits: str) -> None:
        own = f'properties: {{image: "./hello.wasm"}}\n      traits: [{", ".join(traits)}]'
        self.write_hello()
        text = manifest().replace('properties: {image: "./hello.wasm"}', own)
        with self.up(self.write("app.yaml", text), "--trust", KEY) as host:
            self.assertEqual(host.get().status, 200, host.log.read_text())

    def test_all_that_are_documented_can_be_had(self):
        self.served(*self.MOST)

    def test_each_can_be_had_by_itself(self):
        for limit in ("memory: 4GiB", "table_elements: 10000000", "parts: 10000", "concurrency: 100000"):
            with self.subTest(limit):
                self.served(f"{{type: limits, properties: {{{limit}}}}}")


class Bodies(WeftTest):
    def status(self, port: int, path: str, content: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"POST %s HTTP/1.1\r\nhost: h\r\nconnection: close\r\n%s" % (path.encode(), content))
            return read_until(client, None).split(b" ", 2)[1]

    def test_serve_bounds_bodies(self):
        with self.serve("--unsigned", "--body-max", "1KiB", GUEST) as host:
            self.assertEqual(self.status(host.port, "/echo", b"content-length: 1024\r\n\r\n" + bytes(1024)), b"200")
            self.assertEqual(self.status(host.port, "/echo", b"content-length: 1025\r\n\r\n" + bytes(1025)), b"413")

    def test_a_manifest_bounds_bodies(self):
        self.write_hello()
        with self.up(self.write("app.yaml", manifest(source="body_max: 1KiB")), "--trust", KEY) as host:
            self.assertEqual(self.status(host.port, "/", b"content-length: 1025\r\n\r\n" + bytes(1025)), b"413")
            self.assertEqual(self.status(host.port, "/", b"content-length: 2\r\n\r\nab"), b"200")

    def test_a_size_that_is_none_is_refused(self):
        self.assert_refused(self.weft("serve", "--unsigned", "--body-max", "much", GUEST), INVALID_ARGUMENT,
                            "units.size_invalid")
