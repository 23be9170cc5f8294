"""A small identity provider on a port of this machine, in a thread: OpenID Connect, code and PKCE.

It signs with keys of its own and keeps the rules of the protocol for what it is sent: a code
works once, for its client, its way back and the verifier of its challenge. ``mint`` bends the
token that it gives, as a provider would that is wrong or has been taken over.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

Claims = dict[str, Any]
Mint = Callable[["Provider", Claims], str]
_ANY_HEADER = JWSRegistry(strict_check_header=False)
CLIENT, SECRET = "eirene", "a secret of the provider: & for this node"


class Provider:
    """See the module. ``person`` is who signs in there; ``asked`` what it was asked, in order."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.person: Claims = {"sub": "s-1"}
        self.beside: Claims | None = None
        """What it tells at its userinfo endpoint; None: it has none."""
        self.mint: Mint = signed
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.delay_s = 0.0
        self.metadata: Claims = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realm"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()

    # -- what the person's browser does there

    def consent(self, go: str) -> dict[str, str]:
        """The person signs in at the address he was sent to; what he is led back with."""
        parts = urlsplit(go)
        assert go.startswith(f"{self.issuer}/authorize?"), go
        asked = {name: value for name, (value,) in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"]}
        if self.metadata.get("authorization_response_iss_parameter_supported"):
            back["iss"] = self.issuer
        return back

    # -- what the node asks

    def answer(self, method: str, path: str, body: str, headers: Any) -> tuple[int, Any]:
        """Status and JSON."""
        self.asked.append(f"{method} {path}")
        time.sleep(self.delay_s)
        if path == "/realm/.well-known/openid-configuration":
            return 200, self._about()
        if path == "/realm/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/realm/token" and method == "POST":
            return self._token({name: value for name, (value,) in parse_qs(body).items()}, headers)
        if path == "/realm/userinfo" and self.beside is not None:
            return 200, self.beside
        return 404, {}

    def _about(self) -> Claims:
        about: Claims = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        if self.beside is not None:
            about["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        return about | self.metadata

    def _token(self, given: dict[str, str], headers: Any) -> tuple[int, Any]:
        told = base64.b64decode(headers.get("Authorization", "").removeprefix("Basic "))
        if told.decode() != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None or given.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = _b64(digest).decode()
        if challenge != asked["code_challenge"] or given["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.person
        return 200, {
            "access_token": "opens-userinfo",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.mint(self, claims),
        }


def signed(provider: Provider, claims: Claims) -> str:
    """As it ought to be; with a header of its own, as some providers do."""
    header = {"alg": "RS256", "kid": provider.key.kid, "client_id": CLIENT}
    return jwt.encode(header, claims, provider.key, registry=_ANY_HEADER)


def saying(**changes: Any) -> Mint:
    """Signed rightly, with other claims; ``...`` leaves one out."""

    def mint(provider: Provider, claims: Claims) -> str:
        said = {name: value for name, value in (claims | changes).items() if value is not ...}
        return signed(provider, said)

    return mint


def unsigned(_provider: Provider, claims: Claims) -> str:
    """``alg`` none."""
    return b".".join(_b64(json.dumps(p).encode()) for p in ({"alg": "none"}, claims)).decode() + "."


def _b64(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def by_public_key(provider: Provider, claims: Claims) -> str:
    """HS256 with the public key, which everybody knows, for a secret."""
    said = b".".join(
        _b64(json.dumps(p).encode()) for p in ({"alg": "HS256", "kid": "first"}, claims)
    )
    mark = hmac.digest(provider.key.as_pem(private=False), said, "sha256")
    return b".".join((said, _b64(mark))).decode()


def by_another(_provider: Provider, claims: Claims) -> str:
    """Signed by a key that is not the provider's, under its name."""
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, RSAKey.generate_key(2048))


def by_own_header(_provider: Provider, claims: Claims) -> str:
    """Signed by a key that the token itself brings along."""
    key = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "jwk": key.as_dict(private=False)}, claims, key)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            parts = urlsplit(self.path)
            if parts.path == "/realm/authorize":  # a browser: the person signs in at once
                back = provider.consent(f"http://{self.headers['Host']}{self.path}")
                where = parse_qs(parts.query)["redirect_uri"][0]
                self.send_response(303)
                self.send_header("Location", f"{where}?{urlencode(back)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, said = provider.answer(method, parts.path, body, self.headers)
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            pass

    return Handler
