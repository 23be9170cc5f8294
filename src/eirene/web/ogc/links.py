"""Addresses and links, as a client outside sees this node."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from eirene.web.asking import Connection

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.1"


def base_of(connection: Connection) -> str:
    """``http://host:port`` as the client wrote it."""
    host = connection.headers.get("host") or "localhost"
    return f"{connection.scope['scheme']}://{host}"


def address(connection: Connection, path: str, **parameters: str) -> str:
    """Absolute address of a path of this node."""
    tail = "?" + urlencode(parameters) if parameters else ""
    return base_of(connection) + path + tail


def link(href: str, rel: str, media_type: str, title: str) -> dict[str, Any]:
    """One link."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}
