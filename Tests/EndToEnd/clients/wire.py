"""A WebSocket client that sends what it is told to, right or wrong, frame by frame or byte by byte."""

import base64
import os
import socket
import struct
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", final=True, reserved=0):
    """A masked frame."""
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    size = len(payload)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 65536:
        head += bytes([0xFE]) + struct.pack(">H", size)
    else:
        head += bytes([0xFF]) + struct.pack(">Q", size)
    key = os.urandom(4)
    mask = int.from_bytes((key * (size // 4 + 1))[:size], "big")
    return head + key + (int.from_bytes(payload, "big") ^ mask).to_bytes(size, "big")


def close(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


class Wire:
    """An open WebSocket."""

    def __init__(self, url, headers=()):
        place = urlsplit(url)
        self.raw = socket.create_connection((place.hostname, place.port), timeout=30)
        self.raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {place.path or '/'} HTTP/1.1", f"Host: {place.netloc}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        self.raw.sendall("\r\n".join(lines + ["", ""]).encode())
        self.buffer = bytearray()
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        self.buffer = bytearray(rest)

    def _more(self):
        part = self.raw.recv(1 << 18)
        if not part:
            raise EOFError
        self.buffer += part

    def send(self, data, chop=None):
        """Sends bytes, all at once or in pieces of a size, each a packet of its own."""
        try:
            if chop is None:
                return self.raw.sendall(data)
            for start in range(0, len(data), chop):
                self.raw.sendall(data[start:start + chop])
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server has closed: what it said stands in the receive buffer.

    def _take(self, count):
        while len(self.buffer) < count:
            self._more()
        part = bytes(self.buffer[:count])
        del self.buffer[:count]
        return part

    def receive(self):
        """The next frame: opcode and payload; (None, b"") at the end of the connection."""
        try:
            first, second = self._take(2)
            assert first & 0xF0 == 0x80 and second < 128, "the server sends whole frames, without a mask"
            size = second
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            return first & 15, self._take(size)
        except (EOFError, ConnectionResetError):
            return None, b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.raw.close()
