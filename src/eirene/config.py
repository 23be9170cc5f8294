"""One node's settings: its own file, ``--config``, environment, command line, in that order.

Read once in ``app.py``, then passed down. A misspelt key stops the node and
names the nearest right one.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from eirene.errors import BadSettings

ENVIRONMENT = {
    "EIRENE_DATA": "data",
    "EIRENE_PORT": "port",
    "EIRENE_HOST": "host",
    "EIRENE_LOG_LEVEL": "log_level",
}

OWN_FILE = "node.toml"
"""In the node's folder: what belongs to this node whoever starts it (mission, zone)."""


def default_data() -> str:
    """Where a node lives when nobody says otherwise."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(base) / "eirene")


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An identity provider (OpenID Connect) at which people may sign in."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,31}$")]
    """Short name in addresses: small letters, digits, hyphens. The provider is told to lead people
    back to `{address}/from/{name}`."""

    title: Annotated[str, Meta(min_length=1, max_length=60)]
    """What the sign-in page calls it."""

    issuer: Annotated[str, Meta(min_length=1, max_length=400)]
    """Its issuer, letter by letter as it spells it itself; `https`, or `http` on this machine."""

    client_id: Annotated[str, Meta(min_length=1, max_length=400)]
    """How the provider knows this node."""

    client_secret_file: str = ""
    """File with the secret that the provider gave for this node; without a slash the name of a
    systemd credential. Empty: the provider gave none."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One node's settings."""

    data: str = ""
    """Folder of the node: log, picture, keys, attachments."""

    host: str = "127.0.0.1"
    """Address to listen on. Another than this machine's own needs TLS in front."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """Port to listen on; 0 takes a free one."""

    zone: str = "UTC"
    """The mission's time zone, shown beside Z."""

    mission: str = ""
    """Name of a mission that ships with Eirene, or a folder with a mission.toml."""

    attachment_most_mib: Annotated[int, Meta(ge=1, le=64)] = 24
    """Largest file in MiB that is taken as an attachment."""

    open_public: bool = False
    """True: `public` material may be read without an account."""

    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose X-Forwarded-For is believed."""

    secure_cookies: bool = False
    """True: cookies travel by HTTPS only. Set it whenever TLS stands in front."""

    address: str = ""
    """Address under which people open the node, for example `https://eirene.example.org`; needed
    where providers are named."""

    providers: tuple[Provider, ...] = ()
    """Identity providers at which people may sign in, a `[[providers]]` table each. None: the node
    asks nobody."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much the node tells about itself. Never report content."""


def settings(
    *,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings from all three places; ``BadSettings`` names key and remedy."""
    values: dict[str, Any] = _read(file) if file else {}
    for name, value in (environment or {}).items():
        if name in ENVIRONMENT and value != "":
            values[ENVIRONMENT[name]] = int(value) if value.isdecimal() else value
        elif name.startswith("EIRENE_") and name not in ENVIRONMENT:
            raise _unknown(name, list(ENVIRONMENT))
    values |= {name: value for name, value in (given or {}).items() if value is not None}
    values.setdefault("data", default_data())
    own = Path(str(values["data"])) / OWN_FILE
    if own.exists():
        values = _read(own) | values
    known = [field.name for field in msgspec.structs.fields(Settings)]
    for name in values:
        if name not in known:
            raise _unknown(name, known)
    try:
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        rule, _, path = str(error).partition(" - at `$")
        field = path.strip("`.")
        raise BadSettings(
            f"{field}: {rule}.", field=field, remedy="See docs/reference/settings.md."
        ) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadSettings(
            f"There is no settings file {file}.", field="config", remedy="Check the path."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"{file} is no TOML: {error}", field="config", remedy="Mend that line."
        ) from None


def write_own(data: Path, values: Mapping[str, str]) -> None:
    """A new node's own settings, which every verb finds in its folder."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items() if value]
    (data / OWN_FILE).write_text("\n".join([*lines, ""]), encoding="utf-8")


def _unknown(name: str, known: list[str]) -> BadSettings:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    remedy = f"Did you mean {near[0]}?" if near else f"Settings: {', '.join(known)}."
    return BadSettings(f"There is no setting {name!r}.", field=name, remedy=remedy)
