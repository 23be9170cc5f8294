"""What a node asks of an identity provider: OpenID Connect, authorization code with PKCE.

The protocol is Authlib's, keys and signatures are joserfc's. What is here is what they leave
to whoever uses them: which addresses are asked, how long, how much is read, what is kept.

Invariants
  * Nothing is asked before somebody signs in at a provider, and never anybody but it.
  * All its addresses are ``https``, or ``http`` on this machine; nothing is redirected.
  * A token counts only when it is signed by a public key of the issuer, and is for us, for this
    sign-in, and of now.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import httpx
import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from eirene.config_providers import Trusted, is_private
from eirene.errors import ProviderFailed
from eirene.people.bindings import Identity

_log = logging.getLogger("eirene.web.vouching")

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With a private key of the provider. Never ``none``, never a secret that two know."""
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
"""Headers that are not known are passed over, as RFC 7515 says; ``crit`` ones are not."""
LEEWAY_S = 60
"""Between two clocks."""
KEPT_S = 3_600.0
"""Addresses and keys of a provider are asked for again after this."""
ANEW_S = 30.0
"""A key that is not known is looked for again, but not more often than this."""
SILENT_S = 3.0
"""After a provider did not answer, others are told so at once for this long."""
PATIENCE_S = 6.0
"""For one whole answer."""
_TIMEOUT = httpx.Timeout(3.0, connect=2.0)
_LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=0)
"""Sign-ins are rare: a connection that was kept has mostly been closed at the other end."""
_MOST = 1 << 19
"""Bytes of one answer."""
_SUBJECT_MOST = 255


class _Metadata(msgspec.Struct, kw_only=True):
    """What a provider says of itself, as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Refused(Exception):
    """An answer that is not accepted; the text is for the node's log."""


class _Client(OAuth2Client):
    """Authlib's client, over a way out that is bounded."""

    def __init__(self, ask: Callable[..., httpx.Response], **more: Any) -> None:
        super().__init__(session=None, **more)
        self._ask = ask

    def _fetch_token(  # Authlib's hook for the HTTP library
        self, url: str, body: str = "", headers: Any = None, auth: Any = None, **_: Any
    ) -> Mapping[str, Any]:
        signed: ClientAuth = auth
        url, headers, body = signed.prepare("POST", url, dict(headers), body)
        return self.parse_response_token(self._ask("POST", url, headers=headers, content=body))


class Vouching:
    """One provider. Its calls wait for the network: not from an event loop."""

    def __init__(self, of: Trusted, clock: Callable[[], datetime]) -> None:
        self.of = of
        self._clock = clock
        self._lock = threading.Lock()
        self._http: httpx.Client | None = None
        self._metadata: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._silent_until = 0.0

    def way(self, state: str, nonce: str, verifier: str) -> str:
        """Where to send somebody who wants to sign in; ``ProviderFailed``."""
        try:
            found = self._about()
        except _Refused as error:
            raise self._failed(error) from None
        client = self._client(found)
        url, _ = client.create_authorization_url(
            found.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
        )
        return url

    def identity(self, code: str, verifier: str, nonce: str, said_by: str) -> Identity:
        """Whom a code stands for. ``said_by``: the issuer in the way back, "" where none was."""
        try:
            found = self._about()
            _same_issuer(found, said_by)
            token = self._client(found).fetch_token(
                found.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
            )
            claims = self._verified(token, nonce)
            return self._whom(found, claims, str(token.get("access_token", "")))
        except OAuth2Error as error:
            raise self._failed(
                _Refused(f"the code is refused: {str(error.error)[:60]!r}")
            ) from None
        except (_Refused, httpx.HTTPError, ValueError, TypeError) as error:
            raise self._failed(error) from None

    # -- what is asked

    def _client(self, found: _Metadata) -> _Client:
        methods = found.token_endpoint_auth_methods_supported
        post = "client_secret_basic" not in methods and "client_secret_post" in methods
        method = "client_secret_post" if post else "client_secret_basic"
        return _Client(
            self._ask,
            client_id=self.of.client_id,
            client_secret=self.of.secret or None,
            token_endpoint_auth_method=method if self.of.secret else "none",
            scope="openid email",
            redirect_uri=self.of.back,
            code_challenge_method="S256",
        )

    def _about(self) -> _Metadata:
        kept = self._metadata
        if kept is not None and time.monotonic() - kept[0] < KEPT_S:
            return kept[1]
        with self._lock:  # whoever comes at the same moment waits for one answer
            kept = self._metadata
            if kept is not None and time.monotonic() - kept[0] < KEPT_S:
                return kept[1]
            said = self._json(get_well_known_url(self.of.issuer, external=True))
            try:
                found = msgspec.convert(said, _Metadata)
            except msgspec.ValidationError as error:
                raise _Refused(f"its configuration is not understood: {error}") from None
            if found.issuer != self.of.issuer:
                raise _Refused("its configuration is of another issuer than the settings name")
            asked = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
            if not all(is_private(url) for url in asked):
                raise _Refused("its configuration names an address that is not https")
            self._metadata = time.monotonic(), found
            return found

    def _key_set(self, *, anew: bool) -> KeySet:
        with self._lock:
            kept = self._keys
            if kept is not None and time.monotonic() - kept[0] < (ANEW_S if anew else KEPT_S):
                return kept[1]
            assert self._metadata is not None
            said = self._json(self._metadata[1].jwks_uri)
            try:
                keys = KeySet.import_key_set(cast(Any, said))
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise _Refused(f"its keys are not understood: {type(error).__name__}") from None
            self._keys = time.monotonic(), keys
            return keys

    def _json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        answer = self._ask("GET", url, headers={"Accept": "application/json", **(headers or {})})
        if answer.status_code != 200:
            raise _Refused(f"status {answer.status_code} at {httpx.URL(url).path}")
        try:
            said: Any = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise _Refused(f"no JSON object at {httpx.URL(url).path}")
        return cast(dict[str, Any], said)

    def _ask(self, method: str, url: str, **more: Any) -> httpx.Response:
        """One whole answer, of bounded size, in bounded time; ``ProviderFailed`` where none came."""
        began = time.monotonic()
        if began < self._silent_until:
            raise ProviderFailed(self.of.title, silent=True)
        if self._http is None:
            local = httpx.URL(self.of.issuer).scheme == "http"
            self._http = httpx.Client(timeout=_TIMEOUT, limits=_LIMITS, trust_env=not local)
        body = b""
        try:
            with self._http.stream(method, url, **more) as answer:
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _MOST or time.monotonic() - began > PATIENCE_S:
                        raise _Refused("an answer is too long, or takes too long")
                kind = {"Content-Type": answer.headers.get("Content-Type", "")}
                asked = answer.request
                return httpx.Response(answer.status_code, headers=kind, content=body, request=asked)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if isinstance(error, httpx.ConnectError | httpx.TimeoutException):
                self._silent_until = time.monotonic() + SILENT_S
            _log.warning("provider %s does not answer: %s", self.of.name, type(error).__name__)
            raise ProviderFailed(self.of.title, silent=True) from None

    def _failed(self, error: Exception) -> ProviderFailed:
        why = str(error) if isinstance(error, _Refused) else type(error).__name__
        _log.warning("an answer of provider %s is not accepted: %s", self.of.name, why[:200])
        return ProviderFailed(self.of.title, silent=False)

    # -- what is believed

    def _verified(self, token: Mapping[str, Any], nonce: str) -> CodeIDToken:
        text: Any = token.get("id_token")
        if not isinstance(text, str):
            raise _Refused("there is no ID token")
        try:
            try:
                decoded = jwt.decode(text, self._key_set(anew=False), registry=_REGISTRY)
            except InvalidKeyIdError:  # the provider has changed its keys
                decoded = jwt.decode(text, self._key_set(anew=True), registry=_REGISTRY)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.of.issuer},
                    "aud": {"essential": True, "value": self.of.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self.of.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            claim = getattr(error, "claim", "")
            raise _Refused(f"the ID token: {type(error).__name__} {claim}".strip()) from None
        return claims

    def _whom(self, found: _Metadata, claims: CodeIDToken, access: str) -> Identity:
        subject: Any = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_MOST:
            raise _Refused("the ID token names nobody")
        said: Mapping[str, Any] = claims
        if "email" not in claims and access and is_private(found.userinfo_endpoint):
            said = self._json(found.userinfo_endpoint, {"Authorization": f"Bearer {access}"})
            if said.get("sub") != subject:
                raise _Refused("what it tells beside the token is of somebody else")
        email: Any = said.get("email", "")
        return Identity(
            provider=self.of.name,
            issuer=self.of.issuer,
            subject=subject,
            email=email if isinstance(email, str) else "",
            verified=said.get("email_verified") is True,
        )


def _same_issuer(found: _Metadata, said_by: str) -> None:
    """The way back says whose it is (RFC 9207), or need not: no code goes to another provider."""
    if said_by != found.issuer and (
        said_by or found.authorization_response_iss_parameter_supported
    ):
        raise _Refused("the way back names another issuer")
