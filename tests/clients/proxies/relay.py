"""A relay between a proxy and the service, which can hold a stream open: `relay.py HOST:PORT` prints its own port.

A request with the header `X-Hold` gets the head of its response and the first row. The rest waits until a request with the
header `X-Release` passes. Everything else passes as it is.
"""

import socket
import sys
import threading

SERVICE = sys.argv[1].rsplit(":", 1)
released = threading.Event()


class Connection:
    def __init__(self, proxy):
        self.proxy = proxy
        self.service = socket.create_connection((SERVICE[0], int(SERVICE[1])))
        self.holds = False

    def requests(self):
        """Passes requests on, and notices the two headers."""
        seen = b""
        while piece := self.proxy.recv(65536):
            seen = seen[-20:] + piece.lower()
            if b"\r\nx-hold:" in seen:
                released.clear()
                self.holds, seen = True, b""
            if b"\r\nx-release:" in seen:
                released.set()
                seen = b""
            self.service.sendall(piece)
        self.service.shutdown(socket.SHUT_WR)

    def responses(self):
        while piece := self.service.recv(65536):
            if self.holds:
                self.holds = False
                piece = self.held(piece)
            self.proxy.sendall(piece)
        self.proxy.shutdown(socket.SHUT_WR)

    def held(self, start):
        """Passes the head and the first row on, and returns the rest of the first chunk once it is released."""
        while b"\r\n\r\n" not in start or b"\r\n" not in start.split(b"\r\n\r\n", 1)[1]:
            start += self.service.recv(65536)
        head, body = start.split(b"\r\n\r\n", 1)
        size, body = body.split(b"\r\n", 1)
        size = int(size, 16)
        while len(body) < size + 2:
            body += self.service.recv(65536)
        row = body[:size].index(b"\n") + 1
        self.proxy.sendall(head + b"\r\n\r\n%x\r\n" % row + body[:row] + b"\r\n")
        if not released.wait(60):
            raise TimeoutError("the stream was not released")
        rest = body[row:size]
        return (b"%x\r\n" % len(rest) + rest + b"\r\n" if rest else b"") + body[size + 2:]

    def run(self, direction):
        try:
            direction()
        except OSError:
            # One side hung up: so does the other.
            for side in [self.proxy, self.service]:
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(listener.getsockname()[1], flush=True)
while True:
    connection = Connection(listener.accept()[0])
    for direction in [connection.requests, connection.responses]:
        threading.Thread(target=connection.run, args=[direction], daemon=True).start()
