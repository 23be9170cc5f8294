"""A body, packed: what format 2 seals and the picture keeps.

The first byte says how: 0, the body follows as it is; 1, one frame of zstd
(RFC 8878) made with dictionary 1. A report is small, and its field names, codes
and plain words are in the dictionary, so that little more is left than what only
this report says. Which of the two, and at which level, is the author's choice;
what is unpacked is always the body, byte for byte.

Invariants
  * Dictionary 1 is ``bodies-1.zdict`` for ever; another one is another number, and a new format.
  * Nothing expands past ``MAX_BODY``: a frame says how long its content is, and
    one that says too much, or nothing, is refused before a byte is unpacked.
"""

from __future__ import annotations

import hashlib
import threading
from array import array
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib import resources

import zstandard

from eirene.errors import InvalidEntry

MAX_BODY = 1 << 20
"""Bytes of a body, unpacked."""
PLAIN, FRAME = 0, 1
DICTIONARY_SHA256 = "49829356d1abc39ac16a1dec2687079e8190c7f61875b23bebfdf38131ae0598"
_LEVEL = 3
"""A level more halves the pace and saves a fiftieth."""
_MANY = 8


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    data = resources.files("eirene.reports").joinpath("bodies-1.zdict").read_bytes()
    if hashlib.sha256(data).hexdigest() != DICTIONARY_SHA256:
        raise RuntimeError("bodies-1.zdict is not the dictionary of the format: install again.")
    dictionary = zstandard.ZstdCompressionDict(data)
    # made ready once: shared by all threads, and read only
    dictionary.precompute_compress(level=_LEVEL)  # pyright: ignore[reportUnknownMemberType]
    return dictionary


class _Codec(threading.local):
    """A thread's own contexts: zstd's are not for two threads at once."""

    @cached_property
    def squeeze(self) -> Callable[[bytes], bytes]:
        return zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=_dictionary(), write_dict_id=False
        ).compress

    @cached_property
    def squeeze_all(self) -> Callable[[Sequence[bytes]], Sequence[zstandard.BufferSegment]]:
        return zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=_dictionary(), write_dict_id=False
        ).multi_compress_to_buffer  # pyright: ignore[reportReturnType] - a sequence in all but name

    @cached_property
    def stretch_all(self) -> Callable[..., Sequence[zstandard.BufferSegment]]:
        return zstandard.ZstdDecompressor(dict_data=_dictionary()).multi_decompress_to_buffer  # pyright: ignore[reportReturnType] - as above

    @cached_property
    def stretch(self) -> Callable[..., bytes]:
        return zstandard.ZstdDecompressor(dict_data=_dictionary()).decompress


_codec = _Codec()


def packed(body: bytes) -> bytes:
    """A body as it is sealed and kept; never more than a byte longer."""
    frame = _codec.squeeze(body)
    return b"\1" + frame if len(frame) < len(body) else b"\0" + body


def packed_all(bodies: Sequence[bytes]) -> list[bytes]:
    """The same of many: each call of zstd lets go of the interpreter, and waits to get it back
    for longer than it worked.
    """
    if len(bodies) < _MANY:
        return [packed(body) for body in bodies]
    frames = _codec.squeeze_all(bodies)
    return [
        b"\1" + frames[at].tobytes() if len(frames[at]) < len(body) else b"\0" + body
        for at, body in enumerate(bodies)
    ]


def unpacked(data: bytes) -> bytes:
    """The body; ``InvalidEntry`` where the bytes are not a packed body of at most ``MAX_BODY``."""
    how = data[0] if data else None
    if how == PLAIN:
        return _fitting(data[1:], len(data) - 1)
    if how != FRAME:
        raise _invalid(f"is packed in a way that is not known here ({how})")
    frame = data[1:]
    try:
        size = zstandard.frame_content_size(frame)
        if size < 0:
            raise _invalid("does not say how long it is")
        _fitting(frame, size)
        return _codec.stretch(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise _invalid(f"cannot be unpacked ({error})") from None


def unpacked_all(every: Sequence[bytes]) -> list[bytes]:
    """The same of many, as ``packed_all``."""
    if len(every) < _MANY or any(data[:1] != b"\1" for data in every):
        return [unpacked(data) for data in every]
    frames = [data[1:] for data in every]
    try:
        sizes = [zstandard.frame_content_size(frame) for frame in frames]
        if min(sizes) >= 0 and sum(sizes) <= MAX_BODY:
            wide = array("Q", sizes).tobytes()
            bodies = _codec.stretch_all(frames, decompressed_sizes=wide)
            return [bodies[at].tobytes() for at in range(len(frames))]
    except zstandard.ZstdError:
        pass  # which one it was is said below
    return [unpacked(data) for data in every]


def _fitting(data: bytes, size: int) -> bytes:
    if size > MAX_BODY:
        raise _invalid(f"unpacks to {size:,} bytes; the most is {MAX_BODY:,}")
    return data


def _invalid(what: str) -> InvalidEntry:
    return InvalidEntry(
        f"The body {what}.",
        field="body",
        remedy="Ask its author's node for the entry again; nothing of it is shown.",
    )
