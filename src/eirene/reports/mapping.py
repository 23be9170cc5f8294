"""Mapping: how a list of others becomes reports, kept under a name for whoever brings the next one.

Invariants
  * It stands where its list goes, so that those who bring the list there find it.
  * A changed mapping amends the one of its name: earlier versions stay in the history.
  * Its text is TOML, as the guide "Bring your data" has it. Whoever uses it reads it anew, and
    refuses what does not fit: a report of this kind changes nothing by itself.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from eirene.reports.kinds import Content, Held, Kind


class MappingReport(Content, frozen=True, kw_only=True):
    """One mapping under its name."""

    name: Annotated[str, Meta(min_length=1, max_length=80), Held("text", "", "text")]
    """What it is called, by everybody who brings that list."""

    rules: Annotated[str, Meta(min_length=1, max_length=100_000), Held("text", "S", "longtext")]
    """The mapping itself, as TOML."""

    makes: Annotated[str, Meta(max_length=40), Held("text", "", "text")] = ""
    """Kind of the reports that it makes."""

    said_by: Annotated[str, Meta(max_length=300), Held("source", "S", "text")] = ""
    """Who says so: the source of the reports that it makes."""


KIND = Kind(
    name="mapping",
    version=1,
    content=MappingReport,
    title="Mapping",
    plural="Mappings",
    lasting=True,
    symbol="none",
    without=tuple("occurred observed place latitude longitude accuracy_m pcode".split()),
    example={
        "kind": "mapping",
        "name": "wells",
        "makes": "site",
        "said_by": "Water cell",
        "rules": 'name = "wells"\nkind = "site"\nsource = "Water cell"\n\n'
        '[const]\ntype = "water-point"\n\n[fields]\nname = "village"\n',
        "summary": "Wells of the water cell",
    },
)
