"""HTTP through the real engine, with the example's component."""

import contextlib
import http.client
import select
import socket
import threading

from harness import GUEST, KEY, WAIT_S, WeftTest, is_listening, wait_until


class Smoke(WeftTest):
    def test_answers_get_head_post_and_put(self):
        with self.up(self.write_app(), "--trust", KEY) as host:
            get, head = host.get("/a/b?c"), host.request("HEAD", "/a/b?c")
            self.assertEqual((get.status, get.body), (200, b"hello from rust /a/b?c\n"))
            self.assertEqual(get.headers["content-type"], "text/plain")
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertEqual(head.headers["content-type"], "text/plain")

            for method in ("POST", "PUT"):
                echo = host.request(method, "/", b"some\0bytes")
                self.assertEqual((echo.status, echo.body), (200, b"some\0bytes"))

    def test_gives_back_a_body_that_is_larger_than_every_buffer(self):
        sent = bytes(range(256)) * 32 * 1024
        with (self.up(self.write_app(), "--trust", KEY) as host,
              socket.create_connection(("127.0.0.1", host.port), WAIT_S) as client,
              contextlib.closing(http.client.HTTPResponse(client, method="POST")) as response):
            client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(sent))
            # It gives back while it takes: who only sent would wait for ever.
            sender = threading.Thread(target=client.sendall, args=(sent,))
            sender.start()
            response.begin()
            received = response.read()
            sender.join(WAIT_S)

        self.assertEqual(response.status, 200)
        self.assertTrue(received == sent, f"{len(received)} of {len(sent)} bytes came back, or others")

    def test_serves_many_requests_on_one_connection(self):
        with self.up(self.write_app(), "--trust", KEY) as host:
            connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=WAIT_S)
            with contextlib.closing(connection):
                for number in range(50):
                    connection.request("GET", f"/{number}")
                    self.assertEqual(connection.getresponse().read(), b"hello from rust /%d\n" % number)

    def test_answers_400_to_what_is_no_http(self):
        with self.up(self.write_app(), "--trust", KEY) as host:
            with socket.create_connection(("127.0.0.1", host.port), WAIT_S) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost : x\r\n\r\n")
                self.assertTrue(client.recv(65536).startswith(b"HTTP/1.1 400 "))
            self.assertEqual(host.get().status, 200)

    def test_outlives_clients_that_leave(self):
        with self.up(self.write_app(), "--trust", KEY) as host:
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", host.port), WAIT_S) as client:
                    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nonly this")
            self.assertEqual(host.get().status, 200)
            host.terminate()
            self.assertEqual(host.wait(), 0, host.log.read_text())


class SlowClients(WeftTest):
    def test_uploads_of_which_nothing_comes_hold_no_instance(self):
        with self.serve("--unsigned", GUEST) as host, contextlib.ExitStack() as open_now:
            slow = [open_now.enter_context(socket.create_connection(("127.0.0.1", host.port), WAIT_S)) for _ in range(300)]
            for client in slow:
                client.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")

            answer = host.request("POST", "/echo", b"hello")

            self.assertEqual((answer.status, answer.body), (200, b"hello"))
            ended, _, _ = select.select(slow, [], [], 0)
            self.assertEqual(ended, [], "it was answered only when the slow ones had been given up")


class Routes(WeftTest):
    def test_answers_404_where_no_link_leads(self):
        app = self.write_app(address="", provider='routing_mode: path, default_address: "127.0.0.1:0"', source="path: /api")
        with self.up(app, "--trust", KEY) as host:
            self.assertEqual(host.get("/api").status, 200)
            self.assertEqual(host.get("/api/x?y").body, b"hello from rust /api/x?y\n")
            for path in ("/", "/apix", "/other"):
                self.assertEqual(host.get(path).status, 404, path)
            wait_until(lambda: is_listening(host.port), "still there")
