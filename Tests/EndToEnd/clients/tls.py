"""TLS as users configure it: curl, Python's ssl and websockets, bad clients, a certificate that is replaced, and where a host may
listen. Without arguments; prints the memory that an idle connection costs."""

import asyncio
import datetime
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from orchestron import BINARY, Host, bearer, curl, port_of


def write_certificate(folder, name="localhost"):
    """A certificate that is its own authority, for localhost and 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    # By rename, as tools that renew certificates do.
    for file, content in (
        ("key.pem", key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())),
        ("cert.pem", certificate.public_bytes(serialization.Encoding.PEM))):
        fresh = folder / (file + ".new")
        fresh.write_bytes(content)
        fresh.chmod(0o600)
        fresh.rename(folder / file)


def trust(folder):
    return ssl.create_default_context(cafile=folder / "cert.pem")


def connect(host, context=None):
    """A connected socket of a host: plain without a context."""
    plain = socket.create_connection(("127.0.0.1", int(port_of(host.http))), 10)
    return context.wrap_socket(plain, server_hostname="localhost") if context else plain


def request(stream, target="/health"):
    """A request on a connection that stays open; gives the status line."""
    stream.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        part = stream.recv(65536)
        if not part:
            break
        head += part
    return head.split(b"\r\n")[0].decode()


def name_of(host):
    """The common name of the certificate that the host shows now."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with connect(host, context) as stream:
        certificate = x509.load_der_x509_certificate(stream.getpeercert(True))
        return certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def wait(what, condition):
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"not within 20 s: {what}")
        time.sleep(0.05)


def clients_are_served(host, folder):
    assert host.http.startswith("https://") and host.ws.startswith("wss://"), host.ready
    for version in ("1.2", "1.3"):
        status, headers, body = curl(
            f"{host.http}/health", "--cacert", folder / "cert.pem", f"--tlsv{version}", "--tls-max", version)
        assert status == 200 and json.loads(body)["status"] == "ok", body
        assert headers["strict-transport-security"] == "max-age=3600", headers
    context = trust(folder)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(host, context) as stream:
        assert stream.selected_alpn_protocol() == "http/1.1"
        assert request(stream) == request(stream) == "HTTP/1.1 200 OK"
    # Long both ways: a description of a task.
    text = "".join(chr(97 + index * 7 % 26) for index in range(100_000))
    arguments = ("--cacert", folder / "cert.pem", "-H", "Content-Type: application/json", "--data-binary", "@-")
    status, _, body = curl(
        f"{host.http}/api/tasks", *arguments, data=json.dumps({"title": "long", "description": text}).encode())
    assert status == 201 and json.loads(body)["description"] == text, body[:300]

    async def by_web_socket():
        for url in (host.ws, host.http.replace("https", "wss") + "/ws"):
            async with websockets.connect(url, ssl=trust(folder), additional_headers=bearer(host.http)) as client:
                await client.send('{"jsonrpc":"2.0","id":1,"method":"tasks.list"}')
                answer = json.loads(await client.recv())
                assert answer["result"]["items"][0]["description"] == text, str(answer)[:300]

    asyncio.run(by_web_socket())


def bad_clients_harm_nobody(host, folder):
    plain = connect(host)
    plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while part := plain.recv(65536):
        answer += part
    assert answer.startswith(b"HTTP/1.1 400 ") and b"This port speaks TLS: use https:// or wss://." in answer, answer
    plain.close()
    for round in range(200):
        client = connect(host)
        client.sendall((b"\x16\x03\x01\x02\x00\x01\x00\x01" if round % 2 else b"") + os.urandom(round * 7))
        if round % 3 == 0:
            client.shutdown(socket.SHUT_WR)
        client.close()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Deprecated, which is why.
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    try:
        connect(host, old)
        sys.exit("TLS 1.1 is spoken")
    except (ssl.SSLError, ConnectionError):
        pass
    # A byte at a time, in records of their own.
    with connect(host, trust(folder)) as slow:
        for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n":
            slow.sendall(bytes([byte]))
        assert slow.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    # The end is said: a client that reads to it is not told that somebody has cut the connection.
    with connect(host, trust(folder)) as last:
        last.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while last.recv(65536):
            pass


def certificates_are_replaced(host, folder):
    with connect(host, trust(folder)) as kept:
        assert request(kept) == "HTTP/1.1 200 OK"
        write_certificate(folder, "second")
        wait("the new certificate", lambda: name_of(host) == "second")
        assert request(kept) == "HTTP/1.1 200 OK"
    (folder / "cert.pem").write_text("nonsense")
    wait("the error in the log", lambda: "the certificate stays as it was" in host.logged())
    assert name_of(host) == "second"
    write_certificate(folder, "third")
    wait("the third certificate", lambda: name_of(host) == "third")
    (folder / "key.pem").chmod(0o644)
    write_certificate(folder, "fourth")
    wait("the fourth certificate", lambda: name_of(host) == "fourth")


def rss(host):
    pages = int(Path(f"/proc/{host.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def idle_connections_are_small(host, folder, count=400):
    context = trust(folder)
    held = [connect(host, context) for _ in range(count)]
    for stream in held:
        assert request(stream) == "HTTP/1.1 200 OK"
    before = rss(host)
    more = [connect(host, context) for _ in range(count)]
    for stream in more:
        assert request(stream) == "HTTP/1.1 200 OK"
    each = (rss(host) - before) / count
    print(f"memory of an idle TLS connection: {each / 1024:.1f} KiB")
    assert each < 40 * 1024
    for stream in held + more:
        stream.close()


def exposure_has_rules(folder):
    """Beyond this machine only with TLS, or when the configuration says that nobody listens."""

    def outcome(config):
        with tempfile.TemporaryDirectory() as place:
            file = Path(place, "c.json")
            file.write_text(json.dumps({"plugins": {"http": {"host": "0.0.0.0"} | config}}))
            ready = Path(place, "ready")
            process = subprocess.Popen(
                [BINARY, "run", "--config", file, "--storage", Path(place, "s"), "--port", "0", "--ws-port", "0",
                 "--ready-file", ready], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=place)
            wait("an outcome", lambda: ready.exists() or process.poll() is not None)
            http = json.loads(ready.read_text()).get("http") if ready.exists() else None
            process.terminate()
            return http, process.communicate(timeout=30)[0]

    http, log = outcome({})
    assert not http and "without TLS others could read tokens on their way" in log, (http, log)
    http, log = outcome({"plaintext": True})
    assert http and http.startswith("http://0.0.0.0:"), (http, log)
    http, log = outcome({"tls": {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}})
    assert http and http.startswith("https://0.0.0.0:"), (http, log)
    http, log = outcome({"tls": {"certificate": str(folder / "cert.pem"), "key": str(folder / "nothing.pem")}})
    assert not http and "http.tls.key:" in log, (http, log)


with tempfile.TemporaryDirectory() as place:
    folder = Path(place)
    write_certificate(folder)
    tls = {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem"), "hsts": 3600}
    with Host(configuration={"plugins": {"http": {"tls": tls}}}) as host:
        clients_are_served(host, folder)
        bad_clients_harm_nobody(host, folder)
        idle_connections_are_small(host, folder)
        certificates_are_replaced(host, folder)
        host.stop()
    exposure_has_rules(folder)
print("ok")
