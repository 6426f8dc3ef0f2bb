"""The cases of the Autobahn test suite, rebuilt by their sections, against a channel that sends back what it receives.

autobahn.py FIXTURE [long]: `long` adds the sizes of section 9 up to 16 MB."""

import json
import struct
import sys
import tempfile
from pathlib import Path

from autobahn_text import INVALID, PREFIXES, VALID
from orchestron import Host
from wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Wire, close, frame

CASES = []


def case(number, sent, answers=(), ends=1000, chop=None):
    """What is sent, one byte string or several; the frames that come back; and the code by which the connection ends:
    1000 means that it lives and is closed by the client."""
    CASES.append((number, sent if isinstance(sent, bytes) else b"".join(sent), list(answers), ends, chop))


def text(payload, **options):
    return frame(TEXT, payload, **options)


def more(payload, final=True):
    return frame(CONTINUATION, payload, final)


def pieces(opcode, payload, size):
    """A message in fragments of a size."""
    parts = [payload[start:start + size] for start in range(0, len(payload), size)] or [b""]
    for index, part in enumerate(parts):
        yield frame(CONTINUATION if index else opcode, part, final=index == len(parts) - 1)


def framing():
    for sub, opcode in [(1, TEXT), (2, BINARY)]:
        for index, size in enumerate([0, 125, 126, 127, 128, 65535, 65536]):
            payload = (b"*" if opcode == TEXT else b"\xfe") * size
            case(f"1.{sub}.{index + 1}", frame(opcode, payload), [(opcode, payload)])
        case(f"1.{sub}.8", frame(opcode, payload), [(opcode, payload)], chop=997)


def pings():
    ping = lambda payload: (frame(PING, payload), [(PONG, payload)])
    for index, payload in enumerate([b"", b"Hello, world!", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125]):
        case(f"2.{index + 1}", *ping(payload))
    case("2.5", frame(PING, b"\xfe" * 126), ends=1002)
    case("2.6", *ping(b"\xfe" * 125), chop=1)
    case("2.7", frame(PONG))
    case("2.8", frame(PONG, b"unsolicited"))
    case("2.9", [frame(PONG, b"unsolicited"), frame(PING, b"ping")], [(PONG, b"ping")])
    many = [b"payload-%d" % n for n in range(10)]
    for index, chop in enumerate([None, 1]):
        case(f"2.{10 + index}", [frame(PING, p) for p in many], [(PONG, p) for p in many], chop=chop)


def reserved_bits():
    hello = b"Hello, world!"
    case("3.1", text(hello, reserved=4), ends=1002)
    for index, (reserved, chop) in enumerate([(2, None), (1, 20), (4, 1)]):
        case(f"3.{index + 2}", [text(hello), text(hello, reserved=reserved), frame(PING)], [(TEXT, hello)], 1002, chop)
    case("3.5", frame(BINARY, b"\xff" * 8, reserved=5), ends=1002)
    case("3.6", frame(PING, hello, reserved=6), ends=1002)
    case("3.7", frame(CLOSE, reserved=7), ends=1002)


def opcodes():
    hello = b"Hello, world!"
    for section, first in [(1, 3), (2, 11)]:
        case(f"4.{section}.1", frame(first), ends=1002)
        case(f"4.{section}.2", frame(first + 1, b"reserved opcode"), ends=1002)
        for index, chop in enumerate([None, 20, 1]):
            opcode = first + 2 + index
            case(f"4.{section}.{index + 3}", [text(hello), frame(opcode, hello), frame(PING)], [(TEXT, hello)], 1002, chop)


def fragments():
    a, b = b"fragment1", b"fragment2"
    begun, whole = text(a, final=False), [(TEXT, a + b)]
    case("5.1", [frame(PING, a, final=False), more(b)], ends=1002)
    case("5.2", [frame(PONG, a, final=False), more(b)], ends=1002)
    for index, chop in enumerate([None, 15, 1]):
        case(f"5.{3 + index}", [begun, more(b)], whole, chop=chop)
        case(f"5.{6 + index}", [begun, frame(PING, b"pongme"), more(b)], [(PONG, b"pongme")] + whole, chop=chop)
        case(f"5.{9 + index}", [more(b"non-continuation"), text(a)], ends=1002, chop=chop)
        case(f"5.{12 + index}", [more(b"non-continuation", final=False), text(a)], ends=1002, chop=chop)
    case("5.15", [begun, more(b), more(b"fragment3", final=False), text(b"fragment4")], whole, 1002)
    case("5.16", [more(a, final=False), text(b, final=False), more(b"fragment3")] * 2, ends=1002)
    case("5.17", [more(a), text(b, final=False), more(b"fragment3")] * 2, ends=1002)
    case("5.18", [begun, text(b)], ends=1002)
    parts = [b"fragment%d" % n for n in range(1, 6)]
    five = [text(parts[0], final=False), more(parts[1], final=False), frame(PING, b"pongme 1!"),
            more(parts[2], final=False), more(parts[3], final=False), frame(PING, b"pongme 2!"), more(parts[4])]
    answers = [(PONG, b"pongme 1!"), (PONG, b"pongme 2!"), (TEXT, b"".join(parts))]
    case("5.19", five, answers, chop=14)
    case("5.20", five, answers)


def utf8():
    case("6.1.1", text(b""), [(TEXT, b"")])
    case("6.1.2", pieces_of([b"", b"", b""]), [(TEXT, b"")])
    case("6.1.3", pieces_of([b"", b"middle frame payload", b""]), [(TEXT, b"middle frame payload")])
    euro = "Hello-µ@ßöäüàá-UTF-8!!".encode()
    case("6.2.1", text(euro), [(TEXT, euro)])
    case("6.2.2", pieces_of([euro[:12], euro[12:]]), [(TEXT, euro)])
    case("6.2.3", pieces(TEXT, euro, 1), [(TEXT, euro)])
    case("6.2.4", pieces(TEXT, "κόσμε".encode(), 1), [(TEXT, "κόσμε".encode())])
    bad = "κόσμε".encode() + b"\xed\xa0\x80" + b"edited"
    case("6.3.1", text(bad), ends=1007)
    case("6.3.2", pieces(TEXT, bad, 1), ends=1007)
    # What is wrong beyond doubt ends the connection before the message is whole.
    first, wrong = "κόσμε".encode(), b"\xf4\x90\x80\x80"
    case("6.4.1", [text(first, final=False), more(wrong, final=False)], ends=1007)
    case("6.4.2", [text(first + wrong[:1], final=False), more(wrong[1:2], final=False)], ends=1007)
    case("6.4.3", text(first + wrong + b"edited")[:-6], ends=1007)
    case("6.4.4", text(first + wrong + b"edited")[:-6], ends=1007, chop=1)
    for number, payload in VALID:
        case(number, text(payload), [(TEXT, payload)])
        case(f"{number} by byte", pieces(TEXT, payload, 1), [(TEXT, payload)])
    for number, payload in PREFIXES + INVALID:
        case(number, text(payload), ends=1007)
        case(f"{number} by byte", pieces(TEXT, payload, 1), ends=1007)


def pieces_of(parts):
    return [frame(CONTINUATION if n else TEXT, part, final=n == len(parts) - 1) for n, part in enumerate(parts)]


def closing():
    hello = b"Hello World!"
    case("7.1.1", [text(hello), close(1000)], [(TEXT, hello)], "1000")
    case("7.1.2", [close(1000), close(1000)], ends="1000")
    case("7.1.3", [close(1000), frame(PING)], ends="1000")
    case("7.1.4", [close(1000), text(hello)], ends="1000")
    case("7.1.5", [text(b"fragment1", final=False), close(1000), more(b"fragment2")], ends="1000")
    big = b"BAsd7&jh23" * 26000
    case("7.1.6", [text(big), close(1000), frame(PING)], [(TEXT, big)], "1000")
    case("7.3.1", close(), ends="")
    case("7.3.2", frame(CLOSE, b"a"), ends=1002)
    case("7.3.3", close(1000), ends="1000")
    case("7.3.4", close(1000, b"Hello World!"), ends="1000")
    case("7.3.5", close(1000, b"*" * 123), ends="1000")
    case("7.3.6", close(1000, b"*" * 124), ends=1002)
    case("7.5.1", close(1000, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited"), ends=1007)
    for index, code in enumerate([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]):
        case(f"7.7.{index + 1}", close(code), ends=str(code))
    for index, code in enumerate([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]):
        case(f"7.9.{index + 1}", close(code), ends=1002)
    for index, code in enumerate([5000, 65535]):
        case(f"7.13.{index + 1}", close(code), ends=1002)


def limits(is_long):
    mega = 1 << 20
    sizes = [65536, 262144, mega, 4 * mega, 8 * mega, 16 * mega]
    for section, opcode in [(1, TEXT), (2, BINARY)]:
        for index, size in enumerate(sizes if is_long else sizes[:3]):
            payload = b"*" * size
            case(f"9.{section}.{index + 1}", frame(opcode, payload), [(opcode, payload)])
        size = 4 * mega if is_long else mega // 4
        for index, part in enumerate([64, 256, 1024, 4096, 16384, 65536, 262144, mega, 4 * mega]):
            case(f"9.{section + 2}.{index + 1}", pieces(opcode, b"*" * size, part), [(opcode, b"*" * size)])
        size = mega if is_long else mega // 8
        for index, chop in enumerate([64, 128, 256, 512, 1024, 2048]):
            case(f"9.{section + 4}.{index + 1}", frame(opcode, b"*" * size), [(opcode, b"*" * size)], chop=chop)


def round_trips(host, count):
    """Sections 9.7 and 9.8: messages that each wait for their answer."""
    for section, opcode in [(7, TEXT), (8, BINARY)]:
        for index, size in enumerate([0, 16, 64, 256, 1024, 4096]):
            with Wire(f"{host.http}/zoo/channel") as wire:
                for n in range(count):
                    wire.send(frame(opcode, b"*" * size))
                    got = wire.receive()
                    if got != (opcode, b"*" * size):
                        sys.exit(f"9.{section}.{index + 1}, message {n}: {got[0]} with {len(got[1])} bytes")


def miscellaneous():
    case("10.1.1", pieces(TEXT, b"*" * 65536, 1300), [(TEXT, b"*" * 65536)])


def run(host, number, sent, answers, ends, chop):
    """What was wrong with a case; None when nothing was."""
    with Wire(f"{host.http}/zoo/channel") as wire:
        wire.send(sent, chop)
        for wanted in answers:
            got = wire.receive()
            if got != wanted:
                return f"{got[0]} {got[1][:60]} came, not {wanted[0]} {wanted[1][:60]}"
        if ends == 1000:
            wire.send(frame(PING, b"still there?"))
            if (got := wire.receive()) != (PONG, b"still there?"):
                return f"{got} came, not the end of the case"
            wire.send(close(1000))
        opcode, payload = wire.receive()
        code = struct.unpack(">H", payload[:2])[0] if len(payload) > 1 else None
        wanted = int(ends) if ends != "" else None
        if (opcode, code) not in {(CLOSE, wanted), (CLOSE, 1000) if wanted is None else (CLOSE, wanted)}:
            return f"{opcode} {payload[:60]} came, not close {wanted}"
        if (rest := wire.receive()) != (None, b""):
            return f"{rest} came behind the close frame"


def main():
    is_long = "long" in sys.argv[2:]
    for section in [framing, pings, reserved_bits, opcodes, fragments, utf8, closing, miscellaneous]:
        section()
    limits(is_long)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.json"
        sizes = {"messageBytes": 16 << 20, "messageFrames": 65536}
        config.write_text(json.dumps({"plugins": {"http": {"limits": sizes}}}))
        with Host(sys.argv[1], arguments=("--config", config)) as host:
            failures = [f"{entry[0]}: {wrong}" for entry in CASES if (wrong := run(host, *entry))]
            round_trips(host, 1000 if is_long else 100)
            host.stop()
    if failures:
        sys.exit("\n".join(failures))
    print(f"{len(CASES) + 12} cases")


main()
