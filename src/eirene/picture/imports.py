"""Questions about imports: which there were, what each filed, what names in them mean.

For readers of the compartment that an import filed to. ``book`` is the writer's side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from eirene.picture.columns import bytes_of, first8, moment_of
from eirene.picture.store import Picture
from eirene.release.reader import Reader
from eirene.release.visibility import cleared, visibility
from eirene.reports.acts.imported import Import, Sums

_told = msgspec.msgpack.Decoder(Import)
_ID = 16
_TOGETHER = 2_000


class Imported(msgspec.Struct, kw_only=True):
    """One import, put together from its parts."""

    id: bytes
    compartment: str
    owner: str
    account: str
    began: datetime
    ended: datetime | None = None
    """None: it was cut off, or is still at work."""
    cut: str = ""
    """``stopped`` or ``failed``, where it ended before its end."""
    file: str
    sha256: bytes
    kind: str
    mapping: str
    source: str
    undoes: bytes
    filed: int = 0
    """Reports that it brought."""
    sums: Sums | None = None


def state_of(one: Imported) -> str:
    """How an import ended that nothing is at work on: whole, stopped, failed or cut-off."""
    return one.cut or ("whole" if one.ended else "cut-off")


def imports(picture: Picture, reader: Reader, *, only: bytes = b"") -> list[Imported]:
    """Imports into the reader's compartments, newest first; ``only`` the one with this id."""
    sight = visibility(reader)
    sql = (
        "SELECT p.import, c.name, p.owner, p.account, p.received, length(p.reports), p.told "
        "FROM import_part AS p JOIN compartment AS c ON c.id = p.comp "
        f"WHERE ({cleared('p.comp')}) AND (:only = x'' OR p.import = :only) ORDER BY p.clock, p.lsn"
    )
    found: dict[tuple[bytes, str, str], Imported] = {}
    with picture.reading() as db:
        rows = list(db.rows(sql, sight.params | {"only": only}))
    for id_, compartment, owner, account, received, wide, told in rows:
        part, at = _told.decode(told), moment_of(received)
        one = found.get((id_, compartment, owner))
        if one is None:
            one = found[id_, compartment, owner] = Imported(
                id=id_, compartment=compartment, owner=owner, account=account, began=at,
                file=part.file, sha256=part.sha256, kind=part.kind, mapping=part.mapping,
                source=part.source, undoes=part.undoes,
            )  # fmt: skip
        one.filed += wide // _ID
        if part.sums is not None or part.cut:
            one.sums, one.cut, one.ended = part.sums, part.cut, at
    return sorted(found.values(), key=lambda one: (one.began, one.id), reverse=True)


class NamesSaid(msgspec.Struct, frozen=True):
    """What names in lists of others were decided to mean, each with the P-code or name."""

    own: dict[str, str]
    """By the reader's own organisation."""
    others: dict[str, str]
    """By others that write where he reads."""


def names_said(picture: Picture, reader: Reader, among: frozenset[str]) -> NamesSaid:
    """The latest word of each organisation on each name, said in compartments ``among`` that the
    reader may see.
    """
    sight = visibility(reader)
    sql = (
        "SELECT n.owner, n.name, n.means FROM name_said AS n JOIN compartment AS c ON c.id = n.comp "
        f"WHERE ({cleared('n.comp')}) AND c.name IN (SELECT value FROM json_each(:among)) "
        "ORDER BY n.clock, n.lsn"
    )
    asked = msgspec.json.encode(sorted(among)).decode()
    own: dict[str, str] = {}
    others: dict[tuple[str, str], str] = {}
    with picture.reading() as db:
        for owner, name, means in db.rows(sql, sight.params | {"among": asked}):
            if owner == reader.organisation:
                own[name] = means
            else:
                others[owner, name] = means
    return NamesSaid(
        {name: means for name, means in own.items() if means},
        {name: means for (_, name), means in others.items() if means},
    )


def filed_by(picture: Picture, reader: Reader, id_: bytes) -> Iterator[list[bytes]]:
    """Ids of the reports that an import filed, part by part."""
    sight = visibility(reader)
    sql = (
        f"SELECT p.reports FROM import_part AS p WHERE ({cleared('p.comp')}) "
        "AND p.import = :import ORDER BY p.clock, p.lsn"
    )
    with picture.reading() as db:
        parts = [part for (part,) in db.rows(sql, sight.params | {"import": id_})]
    for part in parts:
        yield [part[at : at + _ID] for at in range(0, len(part), _ID)]


def entities8(
    picture: Picture, reader: Reader, ids: Iterable[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """Of reports that the reader may see: id, and the first 8 bytes of the entity."""
    rule = visibility(reader)
    sql = (
        "SELECT v.id8, v.entity8 FROM json_each(:ids) AS j "
        f"CROSS JOIN ({rule.sql}) AS v ON v.id8 = j.value"
    )
    by8 = {first8(one): one for one in ids}
    numbers = list(by8)
    with picture.reading() as db:
        for at in range(0, len(numbers), _TOGETHER):
            asked = ",".join(map(str, numbers[at : at + _TOGETHER]))
            for id8, entity8 in db.rows(sql, rule.params | {"ids": f"[{asked}]"}):
                yield by8[id8], bytes_of(entity8)
