"""Whether the node can be used."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from eirene.web.answers import UNMARKED, json_of
from eirene.web.asking import picture_of
from eirene.web.describe import described


@get("/health/ready", **described("Whether the node can be used.", answer="Ready", open_=True))
async def get_ready(request: Request[Any, Any, Any]) -> Response[bytes]:
    """GET /health/ready: 200 once the picture is there. Says nothing of what it holds."""
    picture_of(request).position()
    return json_of({"ready": True}, UNMARKED)


ROUTES = (get_ready,)
