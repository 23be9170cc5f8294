"""The node as a whole: what goes on while it is built anew."""

from __future__ import annotations

from pathlib import Path

from eirene.picture import Query
from eirene.picture.queries import search
from web_node import WebNode, an_incident


def test_who_has_just_taken_the_picture_may_still_ask_it_after_a_rebuild(tmp_path: Path) -> None:
    web = WebNode(tmp_path)
    web.file(an_incident())
    reader = web.node.people.reader("joc-duty-officer")
    taken = web.node.picture
    web.node.rebuild()
    assert web.node.picture is not taken
    assert search(taken, reader, Query()).total == 1
    assert search(web.node.picture, reader, Query()).total == 1
    web.close()
