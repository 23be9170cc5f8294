"""Pictures: what they tell of themselves, and the same picture without it. Only in ``fileworker``.

A picture that is given on is drawn anew from its points: nothing else of the file - EXIF,
XMP, IPTC, colour profile, comments, thumbnails, what lies behind its end - goes with it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from PIL import ExifTags, Image, ImageOps

from eirene.imports.fileworker import LARGEST_JPEG_PIXELS, LARGEST_PIXELS

Line = tuple[str, str, str]
_LONGEST = 300
_QUALITY, _THUMB_QUALITY = 85, 62
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_IFDS = (ExifTags.IFD.Exif, ExifTags.IFD.Interop)
_WHAT = {
    "time": re.compile(r"date|time", re.IGNORECASE),
    "person": re.compile(r"artist|author|owner|copyright|creator|by-?line", re.IGNORECASE),
    "device": re.compile(r"make|model|serial|lens|camera", re.IGNORECASE),
    "program": re.compile(r"software|program|tool|firmware", re.IGNORECASE),
    "words": re.compile(r"comment|description|title|subject|keyword|caption|^xp", re.IGNORECASE),
}
_OF_THE_PICTURE = re.compile(
    r"Width|Length|Height|Resolution|Orientation|YCbCr|ColorSpace|Compression|Offset$|Version"
    r"|Components|Interop|^JpegIF|Pixel|Exposure|Aperture|Shutter|ISO|FNumber|Focal|Flash|Metering"
    r"|GPSInfo|White|Scene|Brightness|Contrast|Saturation|Sharpness|Sensing|Digital|Gain|Light|Custom"
)
"""Tags that describe how the picture is stored or was exposed, and nobody's doings."""
_IN_XMP = re.compile(
    rb"<(?:dc|xmp|photoshop|Iptc4xmpCore|xmpMM|tiff|aux|exif):(\w+)[^>]*>(.{1,600}?)</", re.DOTALL
)
_ATTRIBUTES = re.compile(rb"\b(?:dc|xmp|photoshop|xmpMM|tiff|aux|exif):(\w+)=\"([^\"]{1,300})\"")
_TAGS = re.compile(rb"<[^>]*>")


class Look(msgspec.Struct, frozen=True):
    """What a picture is, what it tells, and a small one of it."""

    width: int
    height: int
    tells: tuple[Line, ...]
    thumbnail: bytes


def look(data: bytes, kind: str, edge: int) -> Look:
    """Size as it is looked at, what the file tells of itself, and a thumbnail as WebP."""
    with _opened(data, kind) as image:
        tells = tuple(dict.fromkeys(_tells(image)))
        width, height = image.size
        exif: Any = image.getexif()
        if exif.get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8):
            width, height = height, width
        small = _drawn(image, kind, edge)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=_THUMB_QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return Look(width, height, tells, out.getvalue())


def stripped(data: bytes, kind: str, edge: int) -> bytes:
    """The picture drawn anew as JPEG, its longer side at most ``edge`` pixels."""
    with _opened(data, kind) as image:
        made = _drawn(image, kind, edge)
    out = io.BytesIO()
    made.save(out, "JPEG", quality=_QUALITY, optimize=True, exif=b"", icc_profile=b"")
    return out.getvalue()


def _opened(data: bytes, kind: str) -> Image.Image:
    most = LARGEST_JPEG_PIXELS if kind == "jpeg" else LARGEST_PIXELS
    Image.MAX_IMAGE_PIXELS = None  # ours, below, with a rule of its own for each type
    image = Image.open(io.BytesIO(data), formats=(_FORMATS[kind],))
    if image.width * image.height > most:
        raise ValueError("too many pixels")
    return image


def _drawn(image: Image.Image, kind: str, edge: int) -> Image.Image:
    """Points alone, the right way up, on white where the picture lets it through."""
    if kind == "jpeg":
        image.draft("RGB", (edge, edge))  # laid out at half, a quarter or an eighth
    if image.width * image.height > LARGEST_PIXELS:
        raise ValueError("too many pixels")
    turned = ImageOps.exif_transpose(image)
    turned.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        whole = turned.convert("RGBA")
        ground = Image.new("RGB", whole.size, "white")
        ground.paste(whole, mask=whole.getchannel("A"))
        turned = ground
    plain = turned.convert("RGB")
    return Image.frombytes("RGB", plain.size, plain.tobytes())  # nothing but its points


def _tells(image: Image.Image) -> Iterator[Line]:
    exif: Any = image.getexif()
    yield from _exif(exif)
    for name, value in sorted(image.info.items(), key=lambda one: str(one[0])):
        if name in ("comment", "Comment") or isinstance(value, str):
            yield from _line(str(name), value)
    for name in ("xmp", "XML:com.adobe.xmp"):
        raw = image.info.get(name)
        if raw:
            yield from _xmp(raw if isinstance(raw, bytes) else str(raw).encode())
            break
    if image.info.get("photoshop"):
        yield "hidden", "IPTC", "captions and keywords of a picture agency's form"
    if image.info.get("icc_profile"):
        yield "hidden", "ICC", f"colour profile of {len(image.info['icc_profile']):,} bytes"
    if exif.get_ifd(ExifTags.IFD.IFD1):
        yield "hidden", "Thumbnail", "a small picture inside the file, perhaps of what was cut away"
    frames = int(getattr(image, "n_frames", 1))
    if frames > 1:
        yield "hidden", "Pictures", f"{frames} pictures in one file; the first is shown"


def _exif(exif: Any) -> Iterator[Line]:
    position = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    if position:
        yield "position", "GPS", position
    found: dict[int, Any] = dict(exif)
    for ifd in _IFDS:
        found |= exif.get_ifd(ifd)
    for tag, value in found.items():
        name = ExifTags.TAGS.get(tag, "")
        if name and not name.endswith("IFD") and not _OF_THE_PICTURE.search(name):
            if name == "MakerNote":
                yield "hidden", name, f"{len(value):,} bytes that only the camera's maker reads"
            else:
                yield from _line(name, value)


def _position(gps: dict[int, Any]) -> str:
    """Latitude and longitude in degrees; empty where there is none that can be read."""
    try:
        parts = [
            (
                sum(float(part) / 60**at for at, part in enumerate(gps[number])),
                str(gps[number - 1]).strip("\0 ").upper(),
            )
            for number in (2, 4)
        ]
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return "in a form that cannot be read" if gps else ""
    return ", ".join(f"{-value if side in 'SW' else value:.6f}" for value, side in parts)


def _xmp(raw: bytes) -> Iterator[Line]:
    yield "hidden", "XMP", f"{len(raw):,} bytes"
    for name, value in (*_IN_XMP.findall(raw), *_ATTRIBUTES.findall(raw)):
        text = _TAGS.sub(b" ", value)
        yield from _line(name.decode("ascii", "replace"), text)


def _line(name: str, value: Any) -> Iterator[Line]:
    """One line, where the value has any words in it."""
    if isinstance(value, bytes):
        head = value[:8].rstrip(b"\0")
        if head in (b"ASCII", b"UNICODE", b"JIS"):
            value = value[8:]
        text = value.decode("utf-16-le" if name.startswith("XP") else "utf-8", "replace")
    else:
        text = str(value)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]
    if text:
        what = next((what for what, shape in _WHAT.items() if shape.search(name)), "hidden")
        yield what, name[:80], text
