"""Identity providers as the settings name them: checked, and their secrets read, at the start."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from eirene.config import Provider, Settings
from eirene.errors import BadSettings

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_REMEDY = "See docs/guides/administrator.md."


class Trusted(msgspec.Struct, frozen=True, kw_only=True):
    """A provider whose word is taken here. The secret never shows in ``repr``, logs or arguments."""

    name: str
    title: str
    issuer: str
    client_id: str
    secret: str
    """What the provider gave for this node; "": nothing."""
    back: str
    """Where it leads people back to, always."""

    def __repr__(self) -> str:
        return f"Trusted({self.name!r}, secret=…)"


def is_private(url: str) -> bool:
    """Whether nobody between can read or change what goes to an address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)


def trusted(settings: Settings) -> tuple[Trusted, ...]:
    """The providers of a node; ``BadSettings`` names the setting that is wrong."""
    if not settings.providers:
        return ()
    address = settings.address.rstrip("/")
    parts = urlsplit(address) if is_private(address) else SplitResult("", "", "", "", "")
    if not parts.netloc or parts.path or parts.query:
        raise BadSettings(
            "address: providers lead people back to it, so it is needed: https, a host, no path.",
            field="address",
            remedy='Write for example address = "https://eirene.example.org".',
        )
    names = [one.name for one in settings.providers]
    issuers = [one.issuer for one in settings.providers]
    for at, one in enumerate(settings.providers):
        field = f"providers[{at}]"
        if not is_private(one.issuer) or urlsplit(one.issuer).query:
            raise BadSettings(
                f"{field}.issuer: {one.issuer!r} is no https address (http only on this machine).",
                field=f"{field}.issuer",
                remedy=_REMEDY,
            )
        for what, value, every in (("name", one.name, names), ("issuer", one.issuer, issuers)):
            if every.count(value) > 1:
                raise BadSettings(
                    f"{field}.{what}: {value!r} is there twice.",
                    field=f"{field}.{what}",
                    remedy="Name each provider once.",
                )
    return tuple(
        Trusted(
            name=one.name,
            title=one.title,
            issuer=one.issuer,
            client_id=one.client_id,
            secret=_secret(one, f"providers[{at}].client_secret_file"),
            back=f"{address}/from/{one.name}",
        )
        for at, one in enumerate(settings.providers)
    )


def _secret(of: Provider, field: str) -> str:
    if not of.client_secret_file:
        return ""
    file = Path(of.client_secret_file)
    if "/" not in of.client_secret_file:
        file = Path(os.environ.get("CREDENTIALS_DIRECTORY", "."), file)
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"{field}: {file} cannot be read ({type(error).__name__}).",
            field=field,
            remedy="Name a file that the node may read, or a credential of systemd: "
            "LoadCredential=NAME:FILE.",
        ) from None
    if not secret:
        raise BadSettings(
            f"{field}: {file} is empty.", field=field, remedy="Write the provider's secret there."
        )
    return secret
