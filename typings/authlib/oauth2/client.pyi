from collections.abc import Mapping
from typing import Any

class OAuth2Client:
    def __init__(
        self,
        session: Any,
        client_id: str | None = None,
        client_secret: str | None = None,
        token_endpoint_auth_method: str | None = None,
        *,
        scope: str | None = None,
        redirect_uri: str | None = None,
        code_challenge_method: str | None = None,
    ) -> None: ...
    def create_authorization_url(
        self, url: str, state: str | None = None, code_verifier: str | None = None, **kwargs: str
    ) -> tuple[str, str]: ...
    def fetch_token(
        self, url: str, *, grant_type: str, code: str, code_verifier: str
    ) -> Mapping[str, Any]: ...
    def parse_response_token(self, resp: Any) -> Mapping[str, Any]: ...
    def _fetch_token(
        self, url: str, body: str = "", headers: Any = None, auth: Any = None, **kwargs: Any
    ) -> Mapping[str, Any]: ...
