"""The same questions as in ``queries``, for many reports or entities at once.

Who takes in thousands of rows asks for what is known of each of them. One question for
a thousand costs a twentieth of a thousand questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eirene.picture.columns import first8
from eirene.picture.queries import group_of, rows_at
from eirene.picture.rows import Row, decode_all
from eirene.picture.store import Picture, Reading
from eirene.release.reader import Reader
from eirene.release.visibility import visibility

_TOGETHER = 1_000


def told(
    picture: Picture, reader: Reader, entities: Iterable[bytes]
) -> dict[bytes, tuple[list[Row], list[Row]]]:
    """What ``entity_by_id`` says of each of these entities, current and history; those that are
    not there are left out.
    """
    wanted = set(entities)
    found: dict[bytes, tuple[list[Row], list[Row]]] = {}
    with picture.reading() as db:
        for some in _pages(wanted):
            by_entity: dict[bytes, list[Row]] = {}
            for row in _rows(db, reader, "entity8", some):
                by_entity.setdefault(row.entity, []).append(row)
            found |= {e: group_of(rows, reader)[:2] for e, rows in by_entity.items() if e in wanted}
    return found


def reports(picture: Picture, reader: Reader, ids: Iterable[bytes]) -> dict[bytes, Row]:
    """What ``report_by_id`` says of each of these reports; those that are not there are left out."""
    wanted = {one for one in ids if len(one) == 16}
    found: dict[bytes, Row] = {}
    with picture.reading() as db:
        for some in _pages(wanted):
            for row in _rows(db, reader, "id8", some):
                known = found.get(id_ := row.id)
                if id_ in wanted and (known is None or row.entry > known.entry):
                    found[id_] = row
    return found


def _pages(wanted: Iterable[bytes]) -> Iterable[list[int]]:
    numbers = [first8(one) for one in wanted]
    for at in range(0, len(numbers), _TOGETHER):
        yield numbers[at : at + _TOGETHER]


def _rows(db: Reading, reader: Reader, column: str, values: Sequence[int]) -> list[Row]:
    """Rows with one of these values that the reader may see.

    The first row of the picture is looked at as well, and left out after, as
    ``queries`` does and for the same reason.
    """
    rule = visibility(reader)
    beside = [one for (one,) in db.rows(f"SELECT {column} FROM report ORDER BY rid LIMIT 1", {})]
    asked = ",".join(map(str, {*values, *beside}))
    sql = (
        f"SELECT v.{column}, v.rid FROM json_each(:values) AS j "
        f"CROSS JOIN ({rule.sql}) AS v ON v.{column} = j.value"
    )
    wanted = set(values)
    found = db.rows(sql, rule.params | {"values": f"[{asked}]"})
    rows = rows_at(db, reader, [rid for has, rid in found if has in wanted])
    decode_all(rows)
    return rows
