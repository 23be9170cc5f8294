"""Export as KML 2.2: one placemark a report, all its fields as extended data.

Text is text: the name stands as it was filed, and the balloon shows the
description with every sign of markup made harmless, because viewers take it
for HTML. The manifest is the extended data of the document and stands last,
where its hash is known; viewers do not mind the order.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from eirene.reports.kinds import Kind, kinds
from eirene.reports.markings import not_live
from eirene.reports.table import cell
from eirene.reports.words import kind_title

_HEAD = b"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>%b</name>
<Style id="report"><BalloonStyle><text>$[description]</text></BalloonStyle></Style>
"""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class KmlDocument:
    """One document."""

    media_type = "application/vnd.google-earth.kml+xml"
    packed = False

    def __init__(self, of: Sequence[Kind], realm: str = "") -> None:
        self._title = f"{not_live(realm)}Eirene".encode()

    def head(self) -> bytes:
        """The document, open; its name, which viewers show, says what is not live."""
        return _HEAD % self._title

    def body(self, flats: list[dict[str, Any]]) -> bytes:
        """Some placemarks, one a line."""
        # whoever reads XML takes a bare carriage return for a line end; by its number it stays one
        marks = (tostring(placemark(flat), encoding="unicode") for flat in flats)
        return "".join(mark.replace("\r", "&#13;") + "\n" for mark in marks).encode()

    def foot(self) -> bytes:
        """Nothing: the manifest follows."""
        return b""

    def manifest(self, manifest: Mapping[str, Any]) -> bytes:
        """The manifest, and the end."""
        data = Element("ExtendedData")
        for name, value in manifest.items():
            told = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            _field(data, name, told)
        return tostring(data) + b"\n</Document></kml>\n"


def placemark(flat: Mapping[str, Any]) -> Element:
    """One report; without a point it has no geometry."""
    kind = kinds().get(flat["kind"])
    mark = Element("Placemark", id=f"r{flat['id']}")
    title = (
        flat.get("summary") or flat.get("name") or (kind_title(kind.name) if kind else flat["kind"])
    )
    SubElement(mark, "name").text = _plain(title)
    SubElement(mark, "description").text = _plain(_balloon(title, flat))
    if "occurred" in flat:
        span = SubElement(mark, "TimeSpan")
        SubElement(span, "begin").text = flat["occurred"]["start"]
        SubElement(span, "end").text = flat["occurred"]["end"]
    SubElement(mark, "styleUrl").text = "#report"
    data = SubElement(mark, "ExtendedData")
    for name, value in flat.items():
        if name == "occurred":
            for part in ("text", "start", "end", "precision"):
                _field(data, "occurred" if part == "text" else f"occurred_{part}", value[part])
        else:
            _field(data, name, value if isinstance(value, str) else cell(value))
    if "latitude" in flat:
        point = SubElement(mark, "Point")
        SubElement(point, "coordinates").text = f"{flat['longitude']!r},{flat['latitude']!r}"
    return mark


def _balloon(title: str, flat: Mapping[str, Any]) -> str:
    """What a viewer shows, as HTML that holds no markup of the report's."""
    lines = [f"<b>{html.escape(title)}</b>", html.escape(flat["marking"])]
    if "occurred" in flat:
        lines.append(html.escape(str(flat["occurred"].get("shown", ""))))
    lines += [html.escape(str(flat[name])) for name in ("place", "source") if flat.get(name)]
    if flat.get("narrative"):
        lines.append(html.escape(flat["narrative"]).replace("\n", "<br>"))
    return "<br>".join(lines)


def _field(data: Element, name: str, value: str) -> None:
    one = SubElement(data, "Data", name=name)
    SubElement(one, "value").text = _plain(value)


def _plain(text: str) -> str:
    """Without signs that XML cannot hold; none of them can be filed here."""
    return _NO_XML.sub("\ufffd", text)
