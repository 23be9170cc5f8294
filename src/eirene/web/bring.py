"""The verb ``import``: a file of other people's data, planned and filed in the node.

It runs where the picture is, so that repeats and amendments are known, and
files through the filing desk as the account that was named.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from eirene.desks.importing import VANISHED, Vanished, withdrawal
from eirene.desks.runs import Stopped
from eirene.errors import InvalidQuery
from eirene.imports.deciding import AMENDMENT, BLOCK, REPORT, Decided, Known, Said
from eirene.imports.faults import BadMapping
from eirene.imports.mapping import FileRules
from eirene.imports.mapping import Mapping as Map
from eirene.imports.naming import check_names, with_names, with_sites
from eirene.imports.proposing import Proposal, known, named, propose
from eirene.imports.readers import Table, open_table
from eirene.imports.rejects import Writer
from eirene.imports.run import Plan, plan
from eirene.imports.tally import Describe, Meant, Tally
from eirene.imports.telling import lines
from eirene.imports.writing import mapping_toml
from eirene.picture import Row, SiteHit, flat, many, sites_named
from eirene.picture.imports import Imported, state_of
from eirene.places import Place
from eirene.release.reader import Reader
from eirene.reports.acts.imported import Import, Sums
from eirene.reports.draft import Find
from eirene.reports.flat import content_values
from eirene.reports.kinds import kind_named
from eirene.times import iso
from eirene.web.bodies import text_in
from eirene.web.kept import as_report, keep, mapping_for, stranger_of, usable
from eirene.web.node import ControlledNode, Node

Line = dict[str, Any]
Say = Callable[[Line], None]
_SHOWN_VANISHED = 20


def import_(node: ControlledNode, given: dict[str, Any], say: Say) -> Line:
    """Plan a file, or file it; answers the table and the sums.

    ``given``: file, kind, mapping, account, compartment, dry_run, yes, rejects, permitted. Without a
    mapping one is proposed; what was only guessed, or kept by somebody else, is filed only with
    ``yes``. The file is gone through once: what is filed is decided on the way.
    """
    reader = node.people.reader(given["account"]) if given.get("account") else Reader(account="")
    path = Path(text_in(given, "file"))
    mapping, found, table = _mapping(node, reader, given, path)
    made = planned(
        node,
        reader,
        path,
        mapping,
        say,
        kind=text_in(given, "kind", default=""),
        compartment=given.get("compartment") or _proposed(reader, mapping) or _only(reader),
        table=table,
        look=False,
        places=_places(given),
        permitted=text_in(given, "permitted", default=""),
    )
    name, stranger = _stranger(node, reader, given, found)
    guessed = bool(stranger) or (found is not None and not found.ready)
    stopped = bool(given.get("dry_run")) or not given.get("account")
    stopped = stopped or (guessed and not given.get("yes"))
    rejects = _Rejects(Path(given["rejects"]), made.columns) if given.get("rejects") else None
    take = rejects.take if rejects else _pass_over
    gone: Vanished | None = None
    cut = False
    begun = _begun(node.importing.unfinished(reader, made.record, made.compartment))
    with contextlib.closing(rejects) if rejects else contextlib.nullcontext():
        if stopped:
            made.look(take)
            gone = vanished(node, reader, made)
        else:
            node.importing.name(reader, made.compartment, _places(given))
            try:
                _, gone = filed(node, reader, made, say, take, given.get("vanished") == "withdraw")
            except Stopped:
                cut = True
            _keep(node, reader, made, text_in(given, "keep", default=""))
    told = [*(lines(found) if found else ()), *begun, *made.table(), *_vanished_lines(gone)]
    shown = [list(line) for line in told]
    if stopped and not given.get("dry_run"):
        say({"table": shown})
        raise _nobody_said(bool(given.get("account")), name, stranger)
    return _sums_said(made, stopped=stopped) | {
        "table": shown,
        "guessed": guessed,
        "mapping": mapping_toml(made.mapping),
        "stopped": cut,
        "vanished": len(gone.rows) if gone else 0,
        "rejects_file": str(given["rejects"]) if made.rejected and rejects else "",
    }


def _sums_said(made: Plan, *, stopped: bool) -> Line:
    return {
        "rows": made.rows,
        "repeats": made.repeats,
        "rejects": made.rejected,
        "empty": made.empty,
        "filed": 0 if stopped else made.reports,
    }


def _stranger(
    node: Node, reader: Reader, given: dict[str, Any], found: Proposal | None
) -> tuple[str, str]:
    """The mapping by its name, and the other account that kept it; "" where nobody else did."""
    name = found.ready if found is not None else str(given.get("mapping") or "")
    return name, stranger_of(node, reader, name) if name and given.get("account") else ""


def _keep(node: Node, reader: Reader, made: Plan, name: str) -> None:
    """Keep the mapping of an import under a name, where its reports stand."""
    if name:
        before = keep(node, reader, name, made.mapping, made.compartment)
        flat_ = as_report(name, made.mapping, made.compartment, before)
        node.filing.file_now(reader, [flat_])


def _places(given: dict[str, Any]) -> dict[str, str]:
    told: Any = given.get("places") or {}
    return msgspec.convert(told, dict[str, str])


def _begun(unfinished: Sequence[Imported]) -> list[tuple[str, str]]:
    """That this same file was begun before, for a terminal."""
    rest = "only the rest is added"
    return [
        (
            "begun before",
            f"{iso(one.began)} by {one.account}, {state_of(one)} after {one.filed:,} reports: {rest}",
        )
        for one in unfinished
    ]


def _vanished_lines(gone: Vanished | None) -> list[tuple[str, str]]:
    """What an edition no longer has, for a terminal."""
    if gone is None or not (gone.rows or gone.kept):
        return []
    told = [("vanished", f"{len(gone.rows):,} reports of earlier editions are not in this one")]
    told += [("vanished", called(row)) for row in gone.rows[:_SHOWN_VANISHED]]
    if len(gone.rows) > _SHOWN_VANISHED:
        told.append(("vanished", f"{len(gone.rows) - _SHOWN_VANISHED:,} more"))
    told += [("kept", f"{called(row)}: a person amended it") for row in gone.kept[:_SHOWN_VANISHED]]
    return told


def called(row: Row) -> str:
    """A report in a few words, with its id."""
    return f"{words_of(row)} ({row.id.hex()})"


def words_of(row: Row) -> str:
    """A report in a few words."""
    values = content_values(row.body)
    return str(values.get("name") or values.get("summary") or row.type or row.kind)


def _nobody_said(account: bool, kept: str, stranger: str) -> InvalidQuery:
    if not account:
        return InvalidQuery(
            "Somebody must file the reports.",
            field="account",
            remedy="Give --account NAME (eirene account list), or look only: --dry-run.",
        )
    if stranger:
        return InvalidQuery(
            f"The mapping {kept!r} was kept by {stranger}, and nobody has said yes to it.",
            field="mapping",
            remedy="Look at the table, and at what it says of source and marking, then add --yes.",
        )
    return InvalidQuery(
        "The mapping was only guessed, and nobody has said yes to it.",
        field="mapping",
        remedy="Look at the table, then add --yes; or --save-mapping FILE, edit it, and "
        "give it back with --mapping FILE.",
    )


class _Rejects:
    """The file of rejects; made when there is one."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self._stream: IO[str] | None = None

    def take(self, block: Sequence[Decided]) -> None:
        """Write the rejects of a block."""
        for one in block:
            if one.reject is None:
                continue
            if self._stream is None:
                self._stream = self._path.open("w", encoding="utf-8", newline="")
                self._writer = Writer(self._stream, self._columns)
            self._writer.write(one.reject)

    def close(self) -> None:
        """Nothing more comes."""
        if self._stream is not None:
            self._stream.close()


def _pass_over(_block: Sequence[Decided]) -> None:
    pass


def _mapping(
    node: Node, reader: Reader, given: dict[str, Any], path: Path
) -> tuple[Map | str | None, Proposal | None, Table | None]:
    """The mapping that was named, none where headings are fields, else one that is proposed; and
    the table, where it was opened as the mapping has it.
    """
    if given.get("mapping"):
        named_ = text_in(given, "mapping")
        return mapping_for(node, reader, named_, files=True), None, None
    kind = text_in(given, "kind", default="")
    table = open_table(path)
    if kind and named(table, kind_named(kind)):
        return None, None, table
    found = propose(known(table), kind, usable(node, reader))
    if found.mapping is None:
        raise BadMapping(
            f"Nothing in {path.name} says what its rows are.",
            field="kind",
            remedy="Say it with --as KIND, or give a mapping; eirene import --help.",
        )
    return found.mapping, found, table if found.mapping.file == FileRules() else None


def planned(
    node: Node,
    reader: Reader,
    path: Path,
    mapping: Map | str | None,
    say: Say,
    *,
    kind: str,
    compartment: str,
    table: Table | None = None,
    look: bool = True,
    places: Mapping[str, str] | None = None,
    check: Callable[[], None] | None = None,
    permitted: str = "",
) -> Plan:
    """The plan of an import for an account; ``places``: what it says that names in it mean,
    ``check`` and ``permitted`` as for ``run.plan``.
    """

    def current(entities: Sequence[bytes]) -> dict[bytes, Known]:
        found = many.told(node.picture, reader, entities)
        known = {entity: _known(*one, reader.organisation) for entity, one in found.items()}
        return {entity: one for entity, one in known.items() if one is not None}

    mission = node.mission
    find = _looks_up(node, reader, compartment)
    check_names(find, places or {})
    said = node.importing.names(reader, compartment)
    return plan(
        path,
        kind=kind,
        mapping=mapping,
        compartment=compartment,
        zone=node.zone,
        now=datetime.now(UTC),
        find=with_names(find, said.own | dict(places or {}), said.others),
        areas=mission.areas if mission else None,
        current=current,
        progress=lambda done: say({"progress": done, "of": 0}),
        table=table,
        look=look,
        check=check,
        permitted=permitted,
        describe=_describes(node, reader, compartment),
    )


def _describes(node: Node, reader: Reader, compartment: str) -> Describe:
    """What a place is that ``_looks_up`` gave, for whoever chooses among several of one name."""
    gazetteer = node.mission.gazetteer if node.mission else None

    def describe(place: Place) -> Meant:
        known = gazetteer.about(place) if gazetteer else None
        told = Meant(place.name, "", place.pcode, "", "", place.lat, place.lon)
        if known is not None:
            sort = "settlement" if place.lat is not None else "area"
            return msgspec.structs.replace(told, area=known.around, type=sort, source=known.source)
        area = gazetteer.name_of(place.pcode) if gazetteer else ""
        for one in sites_named(node.picture, reader, {compartment, "public"}, place.name):
            if (one.latitude, one.longitude) == (place.lat, place.lon):
                area = area or one.place
                return msgspec.structs.replace(told, area=area, type=one.type, source=one.source)
        return msgspec.structs.replace(told, area=area)

    return describe


def _looks_up(node: Node, reader: Reader, compartment: str) -> Find:
    """Names of the mission's lists, and of sites that whoever reads the new reports may see, too.

    A place that is found in a site is written into a report: so only of sites that stand where
    the report will, or are public, and that this reader sees.
    """
    mission, shared = node.mission, {compartment, "public"}

    def sites(text: str) -> list[Place]:
        return [_place_of(one) for one in sites_named(node.picture, reader, shared, text)]

    def lies_in(place: Place, around: str) -> bool:
        if mission is None:
            return False
        pcode = place.pcode
        if not pcode and place.lon is not None and place.lat is not None:
            pcode = mission.area_of(place.lon, place.lat) or ""
        return mission.gazetteer.lies_in(pcode, around)

    return with_sites(mission.find if mission else None, sites, lies_in)


def _place_of(one: SiteHit) -> Place:
    """Where a site is, as exactly as its list says and no more."""
    has_point = one.latitude is not None
    return Place(
        name=one.name,
        lat=one.latitude,
        lon=one.longitude,
        accuracy_m=one.accuracy_m if has_point else None,
        pcode=one.pcode,
        pcode_from=("point" if has_point else "stated") if one.pcode else "",
    )


def _known(current: Sequence[Row], history: Sequence[Row], organisation: str) -> Known | None:
    """What an import has to know of an entity; None where others alone tell of it."""
    own = [row for row in current if row.owner == organisation]
    if not own:
        return None
    first = own[0]
    stands = [first.id]
    if first.withdrawn:
        over = {one for row in history for one in row.amends}
        stands += [r.id for r in history if r.kind == "withdrawal" and r.id.hex() not in over]
    return Known(
        stands=tuple(stands),
        flat=lambda: flat(first),
        history=lambda: [
            Said(row.id, row.body.client_id, tuple(map(bytes.fromhex, row.amends)))
            for row in history
        ],
        withdrawn=first.withdrawn,
    )


def _proposed(reader: Reader, mapping: Map | str | None) -> str:
    """Where a mapping wants its reports, for somebody who may file there."""
    wanted = mapping.compartment if isinstance(mapping, Map) else ""
    return wanted if wanted in reader.may_file else ""


def _only(reader: Reader) -> str:
    """The compartment to file to where an account has no choice."""
    if len(reader.may_file) == 1 or not reader.account:
        return next(iter(reader.may_file), "")
    raise InvalidQuery(
        "Say who shall have the reports.",
        field="compartment",
        remedy=f"--compartment, one of: {', '.join(sorted(reader.may_file))}.",
    )


def vanished(
    node: Node,
    reader: Reader,
    made: Plan,
    check: Callable[[], None] = lambda: None,
    told: Import | None = None,
) -> Vanished | None:
    """What a newer edition no longer has, once all its rows were decided; None where a file is no
    edition of a list: rejects, or an export of this node. ``told``: its import, once it began.
    """
    if not made.is_edition:
        return None
    of, has = told or made.record, made.tally.has
    found = node.importing.vanished(reader, of, made.compartment, has, check)
    return found if found.rows or found.kept else None


def filed(
    node: Node,
    reader: Reader,
    made: Plan,
    say: Say,
    take: Callable[[Sequence[Decided]], None] = _pass_over,
    withdraw: bool = False,
    seen: frozenset[bytes] | None = None,
    check: Callable[[], None] = lambda: None,
) -> tuple[int, Vanished | None]:
    """File what a plan holds, block by block; gives the number of reports, all of them durable,
    and what an edition no longer has, which is withdrawn if asked for; of that, where ``seen`` says
    what somebody looked at, no more than these.

    Raises ``Stopped`` between two blocks, or while the next one does not come, where somebody
    stopped it, or what ``check`` raises; what was filed stays.
    """
    of = made.rows  # none where the file was not looked at before
    with node.importing.begin(reader, made.compartment, made.record, of=of) as run:

        def go_on() -> None:
            run.check()
            check()

        run.sums = lambda: _sums(made.going, None)
        say({"import": run.id.hex()})
        with contextlib.closing(made.blocks(go_on)) as blocks:
            for block in blocks:
                take(block)
                drafts = [one.draft for one in block if one.outcome in (REPORT, AMENDMENT)]
                new = {one.entity for one in block if one.outcome == REPORT}  # nothing stood there
                run.file([draft for draft in drafts if draft is not None], new=new)
                run.check(made.going.rows - run.rows)
                say({"progress": run.rows, "of": of})
        done = run.wait()
        gone = vanished(node, reader, made, go_on, run.told)
        if gone is not None and withdraw:
            _check_known(made)
            rows = [row for row in gone.rows if seen is None or row.id in seen]
            for at in range(0, len(rows), BLOCK):
                run.file([withdrawal(row, VANISHED) for row in rows[at : at + BLOCK]])
                go_on()
            run.wait()
        run.end(_sums(made.tally, gone))
    return done, gone


def _check_known(made: Plan) -> None:
    """Nothing is withdrawn while rows of the edition cannot be told apart."""
    if made.tally.unnumbered:
        raise InvalidQuery(
            f"{made.tally.unnumbered:,} rejects have no number, so what vanished is not known. "
            "The rows are filed; nothing is withdrawn.",
            field="vanished",
            remedy="Mend the rejects, and import the file again.",
        )


def _sums(tally: Tally, gone: Vanished | None) -> Sums:
    return Sums(
        rows=tally.rows,
        reports=tally.reports,
        amendments=tally.amendments,
        repeats=tally.repeats,
        rejects=tally.rejected,
        empty=tally.empty,
        vanished=len(gone.rows) if gone else 0,
    )
