"""What the web room needs of a node: the shape of ``app.Node``, which may import us, not we it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from eirene.config_providers import Trusted
from eirene.desks.attaching import AttachmentDesk
from eirene.desks.clearing import ClearingDesk
from eirene.desks.configuring import ConfigurationDesk
from eirene.desks.erasing import ErasureDesk
from eirene.desks.glass import Asked
from eirene.desks.importing import ImportDesk
from eirene.desks.shown import Drawn, Foreseen, Waiting
from eirene.desks.vouched import Vouched
from eirene.keys.store import KeyStore
from eirene.log.log import Log
from eirene.log.verify import Verdict
from eirene.missions.areas import Areas
from eirene.missions.divisions import Basis, Division
from eirene.missions.gazetteer import Gazetteer, Suggested
from eirene.people import People
from eirene.picture import Picture, Row
from eirene.picture.ledger import Line
from eirene.places import Place
from eirene.release.reader import Reader
from eirene.reports.acts.receipt import Fetch


class Filed(Protocol):
    """What a filer gets back."""

    @property
    def id(self) -> bytes: ...
    @property
    def entity(self) -> bytes: ...


class Filing(Protocol):
    """The filing desk."""

    async def file(
        self, reader: Reader, flats: Sequence[Mapping[str, Any]], *, zone: tzinfo | None = None
    ) -> Sequence[Filed]: ...
    def file_now(
        self, reader: Reader, flats: Sequence[Mapping[str, Any]], *, zone: tzinfo | None = None
    ) -> Sequence[Filed]: ...


class Wake(Protocol):
    """A listener's bell; it holds no changes."""

    async def wait(self, timeout_s: float) -> bool: ...
    def ring(self) -> None: ...
    def close(self) -> None: ...


class Changed(Protocol):
    """Rings all bells, from any thread."""

    def subscribe(self) -> Wake: ...
    def ring(self) -> None: ...


class Mission(Protocol):
    """The mission's name, title, box and gazetteer."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def bbox(self) -> tuple[float, float, float, float]: ...
    @property
    def invented(self) -> bool: ...
    @property
    def areas(self) -> Areas: ...
    @property
    def divisions(self) -> Sequence[Division]: ...
    @property
    def gazetteer(self) -> Gazetteer: ...
    def division(self, name: str, /) -> Division | None: ...
    def basis(self, name: str, level: int, /) -> Basis | None: ...
    def find(self, text: str, on: date | None = None, /) -> list[Place]: ...
    def suggest(self, prefix: str, limit: int = 10, /) -> list[Suggested]: ...
    def area_of(self, lon: float, lat: float, /) -> str | None: ...


class Decisions(Protocol):
    """People's side of the release desk (``desks.decide``)."""

    def preview(self, reader: Reader, flat: Mapping[str, Any], /) -> list[Foreseen]: ...
    def preview_of(self, reader: Reader, report_id: bytes, /) -> list[Foreseen]: ...
    def releases(self, reader: Reader, report_id: bytes, /) -> list[tuple[Line, Row | None]]: ...
    def version_row(self, line: Line, /) -> Row | None: ...
    def waiting(self, reader: Reader, /) -> list[Waiting]: ...
    def decide(
        self,
        reader: Reader,
        session: str,
        line_id: bytes,
        act: str,
        /,
        *,
        text: str = "",
        until: datetime | None = None,
        reason: str = "",
        exact: bool = False,
        shown: bytes = b"",
        words: str | None = None,
        pictures: Sequence[Drawn] | None = None,
        seen: frozenset[bytes] | None = None,
    ) -> Line: ...
    def attached(self, reader: Reader, line_id: bytes, /) -> list[Row]: ...


class Receipts(Protocol):
    """Who fetched which version."""

    def fetched(self, reader: Reader, versions: Iterable[tuple[bytes, bytes]], /) -> None: ...
    def of(self, reader: Reader, lines: Sequence[Line], /) -> dict[bytes, list[Fetch]]: ...


class Glass(Protocol):
    """Break-glass."""

    def audiences(self, reader: Reader, compartment: str, /) -> tuple[str, ...]: ...
    def asked(self, reader: Reader, /) -> list[Asked]: ...
    def ask(
        self,
        reader: Reader,
        session: str,
        report_id: bytes,
        audience: str,
        /,
        *,
        reason: str,
        until: datetime,
    ) -> Line: ...
    def refuse(
        self, reader: Reader, session: str, report_id: bytes, audience: str, /, *, reason: str
    ) -> Line: ...


class Settings(Protocol):
    """The settings that concern HTTP."""

    @property
    def open_public(self) -> bool: ...
    @property
    def attachment_most_mib(self) -> int: ...
    @property
    def trusted_proxies(self) -> tuple[str, ...]: ...
    @property
    def secure_cookies(self) -> bool: ...


class Keys(Protocol):
    """The one key of the key store that belongs to this room."""

    @property
    def cursor_key(self) -> bytes: ...


class Node(Protocol):
    """A node that is open."""

    @property
    def name(self) -> str: ...
    @property
    def realm(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def picture(self) -> Picture: ...
    @property
    def filing(self) -> Filing: ...
    @property
    def attaching(self) -> AttachmentDesk: ...
    @property
    def importing(self) -> ImportDesk: ...
    @property
    def glass(self) -> Glass: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def configuring(self) -> ConfigurationDesk: ...
    @property
    def people(self) -> People: ...
    @property
    def clearing(self) -> ClearingDesk: ...
    @property
    def vouched(self) -> Vouched: ...
    @property
    def trusted(self) -> Sequence[Trusted]: ...
    @property
    def mission(self) -> Mission | None: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def changed(self) -> Changed: ...
    @property
    def clock_warning(self) -> str | None: ...


class ControlledNode(Node, Protocol):
    """What the control socket needs besides: log and keys for checks and backups, rebuild."""

    @property
    def log(self) -> Log: ...
    @property
    def keys(self) -> KeyStore: ...
    @property
    def erasing(self) -> ErasureDesk: ...
    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> int: ...
    def verify(self, progress: Callable[[int, int], None] | None = None) -> Verdict: ...
