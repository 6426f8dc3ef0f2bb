"""seeds.py FOLDER TARGET: writes the inputs that fuzzing begins with, one file each."""

import sys
from pathlib import Path

HTTP = [
    b"GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
    b"POST /p HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\nContent-Type: application/json\r\n\r\nhello",
    b"PATCH /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x\r\n!\r\n0\r\nT: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
    b"PUT /s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n01234567890123456789",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    b"GET / HTTP/1.1\nHost: a\n\n",
    b"PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
    b"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x80abcd",
]

WEBSOCKET = [
    bytes([0x81, 0x85, 0, 0, 0, 0]) + b"hello", bytes([0x01, 0x82, 0, 0, 0, 0]) + b"he" + bytes([0x80, 0x81, 0, 0, 0, 0]) + b"y",
    bytes([0x89, 0x81, 0, 0, 0, 0, 1]), bytes([0x8A, 0x80, 0, 0, 0, 0]), bytes([0x88, 0x82, 0, 0, 0, 0, 3, 232]),
    bytes([0x82, 0xFE, 0, 126, 0, 0, 0, 0]) + b"x" * 126, bytes([0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]),
    bytes([0x81, 0x83, 0, 0, 0, 0, 0xED, 0xA0, 0x80]),
]

RPC = [
    b'{"jsonrpc":"2.0","id":1,"method":"tasks.get","params":{"id":"x"}}', b'{"jsonrpc":"2.0","method":"a.b"}',
    b'[{"jsonrpc":"2.0","id":"\\u00e4","method":"a"},5,{"jsonrpc":"2.0","id":null,"method":"b","params":{}}]',
    b'{"topics":["task:*","a"],"since":12,"log":"\\ud83d\\ude00"}', b"[[[[[[[[]]]]]]]]", b"-1.5e-3", b'"\\u0000"',
]


def main():
    folder, target = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    inputs = {
        "http": [bytes([size]) + part for part in HTTP + [HTTP[0] + HTTP[1], HTTP[2] + HTTP[0]] for size in (0, 15)],
        "websocket": [bytes([255]) + part for part in WEBSOCKET] + [bytes([0]) + b"".join(WEBSOCKET[:4])],
        "jsonrpc": RPC,
    }[target]
    for number, data in enumerate(inputs):
        (folder / f"seed-{number}").write_bytes(data)


main()
