"""Packed bodies: byte for byte, bounded, and one dictionary for ever."""

from __future__ import annotations

import hashlib
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

import stranger
from conftest import a_body
from eirene.errors import InvalidEntry
from eirene.reports import packing
from eirene.reports.envelope import encode_body
from eirene.reports.packing import MAX_BODY, packed, packed_all, unpacked, unpacked_all

BODY = encode_body(a_body())
DICTIONARY = resources.files("eirene.reports").joinpath("bodies-1.zdict").read_bytes()
PAGE = Path(__file__).parents[1] / "docs/reference/envelope.md"
BY_DICTIONARY = zstandard.ZstdCompressionDict(DICTIONARY)


def frame_of(body: bytes, **options: bool | int) -> bytes:
    return zstandard.ZstdCompressor(dict_data=BY_DICTIONARY, **options).compress(body)  # pyright: ignore[reportArgumentType]


def test_the_dictionary_is_the_one_that_entries_were_sealed_with():
    found = hashlib.sha256(DICTIONARY).hexdigest()
    assert found == packing.DICTIONARY_SHA256 == stranger.DICTIONARY_SHA256
    assert found == "49829356d1abc39ac16a1dec2687079e8190c7f61875b23bebfdf38131ae0598"
    assert found in PAGE.read_text(encoding="utf-8")


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=5000), st.text(max_size=2000).map(str.encode)))
@example(b"")
@example(BODY)
@example(bytes(MAX_BODY))
@example(DICTIONARY)
def test_a_body_comes_back_byte_for_byte(body: bytes):
    data = packed(body)
    assert unpacked(data) == body == stranger.unpacked(data)
    assert len(data) <= len(body) + 1


@settings(deadline=None, max_examples=20)
@given(st.lists(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode))))
@example([])
@example([BODY] * 20)
@example([bytes(MAX_BODY), b"", *[BODY] * 7])
def test_many_are_packed_as_each_alone(bodies: list[bytes]):
    every = packed_all(bodies)
    assert every == [packed(body) for body in bodies]
    assert unpacked_all(every) == bodies


def test_one_that_lies_among_many_is_refused():
    every = packed_all([BODY] * 20)
    frame = bytearray(every[7])
    frame[-1] ^= 1
    for lie in (b"\1" + frame_of(bytes(MAX_BODY + 1)), b"\1nothing", b"\2", b"", bytes(frame[:-9])):
        with pytest.raises(InvalidEntry):
            unpacked_all([*every[:7], lie, *every[8:]])


@settings(deadline=None)
@given(st.binary(max_size=2000), st.integers(-5, 22), st.booleans(), st.booleans())
def test_a_frame_of_any_author_opens(body: bytes, level: int, checksum: bool, named: bool):
    frame = frame_of(body, level=level, write_checksum=checksum, write_dict_id=named)
    assert unpacked(b"\1" + frame) == body


@settings(deadline=None)
@given(st.binary(max_size=400))
@example(b"")
@example(b"\1")
@example(b"\1\x50\x2a\x4d\x18\xff\xff\xff\xff")
@example(b"\1\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\xff")
def test_any_bytes_unpack_or_are_one_clear_error(data: bytes):
    for tried in (data, b"\1" + data, b"\1\x28\xb5\x2f\xfd" + data):
        try:
            assert len(unpacked(tried)) <= MAX_BODY
        except InvalidEntry as error:
            assert error.field == "body" and error.message and error.remedy


@settings(deadline=None)
@given(st.data())
def test_a_damaged_frame_unpacks_within_bounds_or_is_one_clear_error(data: st.DataObject):
    frame = bytearray(packed(BODY * data.draw(st.integers(1, 50))))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        assert len(unpacked(bytes(frame))) <= MAX_BODY
    except InvalidEntry as error:
        assert error.field == "body"


@pytest.mark.parametrize("size", [MAX_BODY + 1, 1 << 26])
def test_a_body_that_expands_is_refused_before_it_is_unpacked(size: int):
    frame = frame_of(bytes(size))
    tracemalloc.start()
    with pytest.raises(InvalidEntry, match=f"{size:,} bytes; the most is 1,048,576"):
        unpacked(b"\1" + frame)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 18


def test_a_body_too_long_is_refused_unpacked_as_well():
    assert len(unpacked(b"\0" + bytes(MAX_BODY))) == MAX_BODY
    with pytest.raises(InvalidEntry, match="the most is"):
        unpacked(b"\0" + bytes(MAX_BODY + 1))


def test_a_frame_that_says_more_than_it_holds_costs_no_more_than_the_bound():
    """Content size in 4 bytes, and no content: the lie is found, not believed."""
    liar = b"\x28\xb5\x2f\xfd\xa0" + MAX_BODY.to_bytes(4, "little") + b"\1\0\0"
    with pytest.raises(InvalidEntry, match="cannot be unpacked"):
        unpacked(b"\1" + liar)


def test_threads_pack_and_unpack_at_the_same_time():
    bodies = [encode_body(a_body(source=f"patrol {at}" * (at % 40 + 1))) for at in range(400)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda body: unpacked(packed(body)), bodies * 5)) == bodies * 5


def test_another_dictionary_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packing, "DICTIONARY_SHA256", "0" * 64)
    with pytest.raises(RuntimeError, match="install again"):
        packing._dictionary.__wrapped__()
