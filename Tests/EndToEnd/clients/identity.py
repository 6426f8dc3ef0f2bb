"""Who somebody is: the local token, users and passwords, sessions, API tokens, JSON Web Tokens of our own and of an issuer,
and signing in at an OpenID provider (oidc-provider-mock). Without arguments."""

import base64
import http.client
import json
import re
import stat
import subprocess
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from orchestron import Host, by_command_line

PASSWORD = "correct horse battery"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Reply:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def cookies(self):
        return dict(line.split(";")[0].split("=", 1) for line in self.headers.get_all("set-cookie") or [])


def ask(host, verb, path, body=None, token=None, cookies=None, **headers):
    """One request; a dict goes as JSON, a text as a form."""
    connection = http.client.HTTPConnection(host.http.removeprefix("http://"), timeout=30)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if isinstance(body, str):
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    elif body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    connection.request(verb, path, body, headers)
    reply = Reply(connection.getresponse())
    connection.close()
    return reply


def expect(reply, status, text=""):
    if reply.status != status or text not in reply.body.decode():
        sys.exit(f"{reply.status} instead of {status}: {reply.body.decode()[:500]}")
    return reply


class Issuer:
    """Somebody who signs tokens and publishes keys."""

    def __init__(self):
        self.ed = ed25519.Ed25519PrivateKey.generate()
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.small = rsa.generate_private_key(65537, 1024)
        self.hidden = set()
        self.fetches = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.fetches += self.path == "/keys"
                answer = {"/keys": issuer.keys(), "/.well-known/openid-configuration": {
                    "issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}}.get(self.path)
                body = json.dumps(answer).encode()
                self.send_response(200 if answer else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def keys(self):
        public, curve = self.rsa.public_key().public_numbers(), self.ec.public_key().public_numbers()
        small = self.small.public_key().public_numbers()
        keys = [
            {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": b64(self.ed.public_key().public_bytes_raw())},
            {"kty": "RSA", "kid": "rsa", "alg": "RS256", "n": number(public.n), "e": number(public.e)},
            {"kty": "RSA", "kid": "small", "alg": "RS256", "n": number(small.n), "e": number(small.e)},
            {"kty": "EC", "crv": "P-256", "kid": "ec", "x": b64(curve.x.to_bytes(32, "big")),
             "y": b64(curve.y.to_bytes(32, "big"))},
            {"kty": "oct", "kid": "strange", "k": "AAAA"}]
        return {"keys": [key for key in keys if key["kid"] not in self.hidden]}

    def sign(self, algorithm, kid, **claims):
        now = int(time.time())
        head = {"alg": algorithm, "typ": "JWT", **({"kid": kid} if kid else {})}
        claims = {"iss": self.url, "sub": "s 1", "aud": "board", "exp": now + 300, "iat": now, **claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
        if algorithm == "EdDSA":
            signature = self.ed.sign(text.encode())
        elif algorithm == "RS256":
            key = self.small if kid == "small" else self.rsa
            signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        elif algorithm == "ES256":
            r, s = decode_dss_signature(self.ec.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        elif algorithm == "HS256":
            import hmac
            # With the public key as the shared secret, as the well-known confusion has it.
            signature = hmac.digest(self.ed.public_key().public_bytes_raw(), text.encode(), "sha256")
        else:
            signature = b""
        return f"{text}.{b64(signature)}"


def local_token(host):
    """Nothing without a credential but what is open; everything with the local token."""
    path = Path(host.storage) / "token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and re.fullmatch(r"orc_local_[\w-]{43}", host.token)
    refused = expect(ask(host, "GET", "/api/tasks"), 401, str(path))
    assert refused.headers["www-authenticate"].startswith("Bearer"), refused.headers
    for wrong in ["orc_local_" + "a" * 43, "", "x", "orc_", host.token + "a", host.token[:-1], "a.b.c", "." * 9000]:
        expect(ask(host, "GET", "/api/tasks", token=wrong or "-"), 401)
    expect(ask(host, "GET", "/api/tasks", cookies={f"orchestron_{host.http.split(':')[-1]}": host.token}), 401)
    expect(ask(host, "GET", "/api/tasks", token=host.token), 200)
    me = expect(ask(host, "GET", "/api/auth/whoami", token=host.token), 200).json
    assert me["rights"] == "*" and me["role"] == "admin" and me["behalf"] is None, me
    for path in ["/sign-in", "/sign-in/assets/sign-in.css", "/.well-known/jwks.json", "/health"]:
        expect(ask(host, "GET", path), 200)


def people(host, admin):
    """Passwords, sessions, what each role may do, and what ends a session."""
    for name, role in [("vera", "viewer"), ("max", "member"), ("mia", "maintainer"), ("root2", "admin")]:
        reply = admin("POST", "/api/users", {"name": name, "role": role, "password": PASSWORD})
        assert "password" not in reply and reply["hasPassword"], reply
    sessions = {}
    for name in ["vera", "max", "mia", "root2"]:
        reply = expect(ask(host, "POST", "/sign-in", {"name": name.upper(), "password": PASSWORD}), 200)
        line = reply.headers["set-cookie"]
        assert "HttpOnly" in line and "SameSite=Strict" in line and "Secure" not in line, line
        sessions[name] = reply.cookies
    task = admin("POST", "/api/tasks", {"title": "A"})["key"]
    wanted = {"vera": (200, 403, 403, 403), "max": (200, 201, 403, 403), "mia": (200, 201, 204, 403),
              "root2": (200, 201, 204, 200)}
    for name, codes in wanted.items():
        cookies = sessions[name]
        victim = admin("POST", "/api/tasks", {"title": "V"})["key"]
        got = tuple(reply.status for reply in [
            ask(host, "GET", f"/api/tasks/{task}", cookies=cookies),
            ask(host, "POST", "/api/tasks", {"title": "B"}, cookies=cookies),
            ask(host, "DELETE", f"/api/tasks/{victim}", cookies=cookies),
            ask(host, "GET", "/api/users", cookies=cookies)])
        assert got == codes, (name, got, codes)
    # A cookie is no token, a page of elsewhere has no session, and a form leads on.
    value = next(iter(sessions["max"].values()))
    expect(ask(host, "GET", "/api/tasks", token=value), 401)
    expect(ask(host, "POST", "/api/tasks", {"title": "C"}, cookies=sessions["max"], Origin="http://evil.example"), 403)
    form = ask(host, "POST", "/sign-in", urllib.parse.urlencode({"name": "max", "password": PASSWORD, "next": "/docs?a=b"}))
    assert form.status == 303 and form.headers["location"] == "/docs?a=b" and form.cookies, form.status
    for away in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x=y"]:
        body = urllib.parse.urlencode({"name": "max", "password": PASSWORD, "next": away})
        assert ask(host, "POST", "/sign-in", body).headers["location"] == "/", away
    # The page shows what went wrong, and nothing of what was typed gets out of its place.
    page = expect(ask(host, "POST", "/sign-in", urllib.parse.urlencode({"name": "\"><script>", "password": "x"})), 401)
    assert b"<script" not in page.body and b"wrong" in page.body
    assert "script-src" not in page.headers["content-security-policy"]
    # The viewer's own things are the viewer's.
    listed = expect(ask(host, "GET", "/api/auth/sessions", cookies=sessions["vera"]), 200).json["items"]
    assert [session["user"] for session in listed] == ["vera"], listed
    expect(ask(host, "GET", "/api/auth/sessions?user=*", cookies=sessions["vera"]), 403)
    mine = ask(host, "GET", "/api/auth/sessions", cookies=sessions["root2"]).json["items"][0]["id"]
    expect(ask(host, "DELETE", f"/api/auth/sessions/{mine}", cookies=sessions["vera"]), 404)
    out = ask(host, "POST", "/sign-out", cookies=sessions["vera"])
    assert out.status == 204 and "Max-Age=0" in out.headers["set-cookie"], out.status
    expect(ask(host, "GET", "/api/tasks", cookies=sessions["vera"]), 401)
    # A role counts at once, being disabled too, and a new password ends what the old one began.
    admin("PATCH", "/api/users/max", {"role": "viewer"})
    expect(ask(host, "POST", "/api/tasks", {"title": "D"}, cookies=sessions["max"]), 403)
    admin("PATCH", "/api/users/max", {"role": "member", "disabled": True})
    expect(ask(host, "GET", "/api/tasks", cookies=sessions["max"]), 401)
    expect(ask(host, "POST", "/sign-in", {"name": "max", "password": PASSWORD}), 401, "name or the password")
    admin("PATCH", "/api/users/max", {"disabled": False})
    wrong = {"current": PASSWORD + "!", "password": PASSWORD + " 2"}
    expect(ask(host, "POST", "/api/auth/password", wrong, cookies=sessions["mia"]), 403)
    right = {"current": PASSWORD, "password": PASSWORD + " 2"}
    expect(ask(host, "POST", "/api/auth/password", right, cookies=sessions["mia"]), 204)
    expect(ask(host, "GET", "/api/tasks", cookies=sessions["mia"]), 401)
    expect(ask(host, "POST", "/sign-in", {"name": "mia", "password": PASSWORD + " 2"}), 200)
    return sessions["root2"]


def workflows(host, admin):
    """A run may do what whoever enabled its workflow may now, and no more."""
    admin("POST", "/api/users", {"name": "wim", "role": "maintainer", "password": PASSWORD})
    cookies = expect(ask(host, "POST", "/sign-in", {"name": "wim", "password": PASSWORD}), 200).cookies
    actions = [{"name": "delete", "action": "call", "with": {
        "method": "tasks.delete", "arguments": {"id": "${ event.data.id }"}}}]
    sweep = {"name": "sweep", "enabled": True, "triggers": [{"type": "manual"}],
             "stages": [{"name": "only", "actions": actions}]}
    made = expect(ask(host, "POST", "/api/workflows", sweep, cookies=cookies), 201).json
    assert made["enabledBy"] == "user:wim", made

    def run():
        task = admin("POST", "/api/tasks", {"title": "W"})
        begun = admin("POST", "/api/workflows/sweep/run", {"data": {"id": task["key"]}})
        for _ in range(1000):
            ended = admin("GET", f"/api/workflows/runs/{begun['id']}")
            if ended["status"] != "running":
                break
            time.sleep(0.01)
        is_there = ask(host, "GET", f"/api/tasks/{task['key']}", token=host.token).status == 200
        return ended["status"], is_there, (ended.get("error") or {}).get("detail", json.dumps(ended))

    assert run()[:2] == ("completed", False), run()
    admin("PATCH", "/api/users/wim", {"role": "member"})
    status, is_there, why = run()
    assert (status, is_there) == ("failed", True) and "destructive" in why, why
    admin("PATCH", "/api/users/wim", {"disabled": True})
    status, is_there, why = run()
    assert (status, is_there) == ("failed", True) and "enable it again" in why, why
    expect(ask(host, "POST", "/api/workflows/sweep/enable", {}, token=host.token), 200)
    assert run()[:2] == ("completed", False)


def enter(host):
    """A code lets one browser in, once."""
    code = by_command_line(host, "auth.code", {})
    reply = ask(host, "GET", code["link"])
    assert reply.status == 303 and reply.headers["location"] == "/", reply.status
    expect(ask(host, "GET", "/api/auth/whoami", cookies=reply.cookies), 200, '"*"')
    expect(ask(host, "GET", code["link"]), 401)
    code = by_command_line(host, "auth.code", {})
    foreign = ask(host, "GET", code["link"], Sec_Fetch_Site="cross-site")
    assert foreign.status == 200 and foreign.headers["refresh"] == "0; url=/" and foreign.cookies


def tokens(host, admin):
    """Scopes, owners, expiry, revocation, and what a token may never do."""
    made = admin("POST", "/api/tokens", {"name": "ci", "scopes": ["read", "tasks:write"], "user": "mia"})
    token = made.pop("token")
    assert re.fullmatch(r"orc_[0-9a-f]{32}_[\w-]{43}", token), token
    stored = Path(host.storage, "orchestron.db").read_bytes() + Path(host.storage, "orchestron.db-wal").read_bytes()
    assert token[37:].encode() not in stored and b"$argon2id$" in stored
    me = expect(ask(host, "GET", "/api/auth/whoami", token=token), 200).json
    assert me["actor"] == f"token:{made['id']}" and me["behalf"] == "user:mia", me
    expect(ask(host, "POST", "/api/tasks", {"title": "T"}, token=token), 201)
    expect(ask(host, "POST", "/api/people", {"handle": "zed"}, token=token), 403)
    expect(ask(host, "GET", "/api/users", token=token), 403)
    expect(ask(host, "POST", "/api/tokens", {"name": "x", "scopes": ["*"]}, token=token), 403, "cannot make tokens")
    expect(ask(host, "GET", "/api/tasks", token=token[:-1] + ("a" if token[-1] != "a" else "b")), 401)
    everything = admin("POST", "/api/tokens", {"name": "all", "scopes": ["*"], "user": "mia"})["token"]
    expect(ask(host, "GET", "/api/users", token=everything), 403)
    admin("PATCH", "/api/users/mia", {"role": "viewer"})
    expect(ask(host, "POST", "/api/tasks", {"title": "T"}, token=token), 403)
    admin("PATCH", "/api/users/mia", {"role": "maintainer"})
    expect(ask(host, "POST", "/api/tasks", {"title": "T"}, token=token), 201)
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    brief = admin("POST", "/api/tokens", {"name": "brief", "scopes": ["read"], "expiresAt": soon})["token"]
    expect(ask(host, "GET", "/api/tasks", token=brief), 200)
    listed = admin("GET", "/api/tokens?user=mia")["items"]
    assert {item["name"] for item in listed} == {"ci", "all"} and all("hash" not in item for item in listed), listed
    assert admin("DELETE", f"/api/tokens/{made['id']}") is None
    expect(ask(host, "GET", "/api/tasks", token=token), 401)
    deadline = time.time() + 10
    while ask(host, "GET", "/api/tasks", token=brief).status == 200:
        assert time.time() < deadline, "an expired token is good"
    return everything


def web_tokens(host, admin, api_token):
    """Our own JSON Web Tokens: what they may, who can check them, rotation, revocation, forgery."""
    # The first that ask all make the key at once: each keeps that of the others.
    wish = {"scopes": ["read"], "seconds": 60}
    with ThreadPoolExecutor(8) as pool:
        first = list(pool.map(lambda _: ask(host, "POST", "/api/tokens/jwt", wish, token=api_token), range(8)))
    for reply in first:
        expect(ask(host, "GET", "/api/auth/whoami", token=expect(reply, 200).json["token"]), 200)
    made = expect(ask(host, "POST", "/api/tokens/jwt", wish, token=api_token), 200).json
    token = made["token"]
    me = expect(ask(host, "GET", "/api/auth/whoami", token=token), 200).json
    assert me["rights"] == "read" and me["behalf"] == "user:mia", me
    expect(ask(host, "POST", "/api/tasks", {"title": "J"}, token=token), 403)
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["iss"] == "orchestron" and claims["aud"] == "orchestron" and claims["sub"] == "mia", claims
    # Anybody can check it with the published key.
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    keys = {key["kid"]: key for key in ask(host, "GET", "/.well-known/jwks.json").json["keys"]}
    assert all("d" not in key and "secret" not in key for key in keys.values())
    public = ed25519.Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(keys[kid]["x"] + "=="))
    public.verify(base64.urlsafe_b64decode(signature + "=="), f"{head}.{payload}".encode())
    forged = b64(json.dumps({**claims, "scope": "*"}).encode())
    none = b64(json.dumps({"alg": "none", "kid": kid}).encode())
    for text in [f"{head}.{forged}.{signature}", f"{none}.{forged}.", f"{none}.{payload}.{signature}",
                 f"{head}.{payload}.", f"{head}.{payload}.{signature}a"]:
        expect(ask(host, "GET", "/api/tasks", token=text), 401)
    assert admin("POST", "/api/tokens/rotate-keys") is None
    expect(ask(host, "GET", "/api/tasks", token=token), 200)
    again = ask(host, "POST", "/api/tokens/jwt", {}, token=host.token).json["token"]
    assert again.split(".")[0] != head
    expect(ask(host, "POST", "/api/tokens/jwt", {}, token=again), 403, "cannot renew itself")
    key_file = Path(host.storage, "signing-keys.json")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    # It dies with the API token behind it.
    behind = [item["id"] for item in admin("GET", "/api/tokens?user=mia")["items"] if item["name"] == "all"][0]
    admin("DELETE", f"/api/tokens/{behind}")
    expect(ask(host, "GET", "/api/tasks", token=token), 401)
    return again


def foreign_tokens(host, admin, issuer):
    """Tokens of a configured issuer, by each algorithm; and everything that must be refused."""
    for algorithm, kid in [("EdDSA", "ed"), ("RS256", "rsa"), ("ES256", "ec")]:
        expect(ask(host, "GET", "/api/tasks", token=issuer.sign(algorithm, kid)), 200)
    me = ask(host, "GET", "/api/auth/whoami", token=issuer.sign("EdDSA", "ed")).json
    assert me["actor"] == "user:s%201@corp" and me["rights"] == "read", me
    admin("PATCH", "/api/users/max", {"identities": [{"issuer": issuer.url, "subject": "s 1"}]})
    taken = ask(host, "PATCH", "/api/users/mia", {"identities": [{"issuer": issuer.url, "subject": "s 1"}]}, token=host.token)
    assert taken.status == 409, taken.body
    me = ask(host, "GET", "/api/auth/whoami", token=issuer.sign("EdDSA", "ed", jti="2")).json
    assert me["actor"] == "user:max" and me["rights"] == "write", me
    me = ask(host, "GET", "/api/auth/whoami", token=issuer.sign("EdDSA", "ed", scope="openid read")).json
    assert me["rights"] == "read", me
    now, fetches = int(time.time()), issuer.fetches
    bad = {
        "expired": issuer.sign("EdDSA", "ed", exp=now - 120), "early": issuer.sign("EdDSA", "ed", nbf=now + 600),
        "no exp": issuer.sign("EdDSA", "ed", exp=None), "for others": issuer.sign("EdDSA", "ed", aud="other"),
        "no aud": issuer.sign("EdDSA", "ed", aud=None), "no sub": issuer.sign("EdDSA", "ed", sub=None),
        "no kid": issuer.sign("EdDSA", None), "unknown kid": issuer.sign("EdDSA", "new"),
        "another's key": issuer.sign("EdDSA", "rsa"), "short key": issuer.sign("RS256", "small"),
        "confusion": issuer.sign("HS256", "ed"), "none": issuer.sign("none", "ed"),
        "another issuer": issuer.sign("EdDSA", "ed", iss="http://127.0.0.1:1"),
        "ourselves": issuer.sign("EdDSA", "ed", iss="orchestron", aud="orchestron", sub="root2", scope="*")}
    for what, token in bad.items():
        assert ask(host, "GET", "/api/tasks", token=token).status == 401, what
    assert issuer.fetches == fetches, "unknown keys make us ask the issuer again and again"


class Browser:
    """Cookies and links, as far as signing in needs them."""

    def __init__(self):
        self.jar = {}

    def open(self, url, data=None):
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        headers = {"Accept": "text/html"}
        if self.jar.get(parts.netloc):
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar[parts.netloc].items())
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            data = urllib.parse.urlencode(data)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET" if data is None else "POST", path or "/", data, headers)
        reply = Reply(connection.getresponse())
        self.jar.setdefault(parts.netloc, {}).update(reply.cookies)
        if reply.status in (301, 302, 303, 307):
            reply.location = urllib.parse.urljoin(url, reply.headers["location"])
        return reply


def openid(host, admin, provider):
    """Authorization code with PKCE, state and nonce against oidc-provider-mock."""
    browser = Browser()
    begun = expect(browser.open(f"{host.http}/sign-in/with/mock?next=/docs"), 303)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begun.location).query))
    assert query["code_challenge_method"] == "S256" and query["state"] and query["nonce"], query
    back = browser.open(begun.location, {"sub": "Grace.H"})
    assert back.location.startswith(f"{host.http}/sign-in/with/mock/back?"), back.location
    # Another browser cannot finish what this one began, and doing it twice is once too often.
    stranger = Browser().open(back.location)
    assert stranger.status == 401, stranger.status
    begun = browser.open(f"{host.http}/sign-in/with/mock?next=/docs")
    back = browser.open(begun.location, {"sub": "Grace.H"})
    done = browser.open(back.location)
    assert done.status == 200 and done.headers["refresh"] == "0; url=/docs", (done.status, done.body)
    assert Browser().open(back.location).status == 401
    cookies = browser.jar[host.http.removeprefix("http://")]
    me = expect(ask(host, "GET", "/api/auth/whoami", cookies=cookies), 200).json
    assert me["actor"].startswith("user:grace") and me["role"] == "member", me
    user = admin("GET", f"/api/users/{me['actor'].removeprefix('user:')}")
    assert user["identities"] == [{"issuer": provider, "subject": "Grace.H"}] and not user["hasPassword"], user
    # The same person is the same user; a state that nobody made is refused.
    second = Browser()
    begun = second.open(f"{host.http}/sign-in/with/mock")
    second.open(second.open(begun.location, {"sub": "Grace.H"}).location)
    assert len([u for u in admin("GET", "/api/users")["items"] if u["name"].startswith("grace")]) == 1
    forged = f"{host.http}/sign-in/with/mock/back?code=x&state=y"
    assert second.open(forged).status == 401 and second.open(f"{host.http}/sign-in/with/nobody").status == 404


def guessing(host, admin):
    """Failures are slowed down and told; the right ones still come in by other ways."""
    codes = []
    for attempt in range(30):
        reply = ask(host, "POST", "/sign-in", {"name": f"nobody{attempt % 3}", "password": "wrong wrong wrong"})
        codes.append(reply.status)
        if reply.status == 429:
            assert int(reply.headers["retry-after"]) >= 1
            break
    assert codes[:10] == [401] * 10 and codes[-1] == 429, codes
    expect(ask(host, "GET", "/api/tasks", token=host.token), 200)
    expect(ask(host, "GET", "/api/tasks", token=host.token + "a"), 401)
    kinds = [entry["kind"] for entry in admin("GET", "/api/audit?limit=500")["items"]]
    assert {"signedIn", "signInRefused", "signedOut", "refused", "userCreated", "userUpdated", "passwordChanged",
            "tokenCreated", "tokenRevoked", "keysRotated"} <= set(kinds), set(kinds)
    folded = admin("GET", "/api/audit?kind=signInRefused")["items"]
    assert sum(entry["count"] for entry in folded) >= len(codes) and len(folded) < len(codes), folded


def nothing_leaks(host, secrets):
    """No secret is in the log, in the store, or in the audit log."""
    texts = [host.logged()] + [Path(host.storage, name).read_bytes().decode(errors="replace")
                               for name in ["orchestron.db", "orchestron.db-wal"]]
    for secret in secrets:
        assert not any(secret in text for text in texts), f"{secret[:12]}… was written"


def main():
    issuer = Issuer()
    mock = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    try:
        port = next(re.search(r"http://[\w.]+:(\d+)", line) for line in mock.stdout if "http://" in line)[1]
        provider = f"http://localhost:{port}"
        # What it prints later must not fill the pipe.
        threading.Thread(target=mock.stdout.read, daemon=True).start()
        config = {
            "host": {"httpClient": {"allow": ["127.0.0.1", "localhost"]}},
            "plugins": {"auth": {
                "issuers": [{"name": "corp", "issuer": issuer.url, "audience": "board", "role": "viewer"}],
                "oidc": [{"name": "mock", "title": "Mock & Co", "issuer": provider, "clientId": "orchestron",
                          "clientSecret": "hush hush", "role": "member"}]}}}
        with Host(configuration=config) as host:
            def admin(verb, path, body=None):
                reply = ask(host, verb, path, body, token=host.token)
                assert reply.status < 300, (verb, path, reply.status, reply.body)
                return reply.json if reply.body else None

            local_token(host)
            session = people(host, admin)
            workflows(host, admin)
            enter(host)
            api_token = tokens(host, admin)
            jwt = web_tokens(host, admin, api_token)
            foreign_tokens(host, admin, issuer)
            openid(host, admin, provider)
            old = host.token
            host.kill()
            host.start()
            assert host.token == old
            cookies = {f"orchestron_{host.http.split(':')[-1]}": next(iter(session.values()))}
            expect(ask(host, "GET", "/api/tasks", cookies=cookies), 200)
            expect(ask(host, "GET", "/api/tasks", token=jwt), 200)
            guessing(host, admin)
            nothing_leaks(host, [host.token, PASSWORD, api_token, jwt, *session.values()])
            host.stop()
    finally:
        mock.kill()
        mock.wait()
        issuer.server.shutdown()
    print("everybody is who they say")


if __name__ == "__main__":
    main()
