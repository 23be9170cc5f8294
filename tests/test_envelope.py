"""The bytes of an entry: golden vectors, a stranger's reader, and an enemy's bytes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import stranger
from conftest import T0, a_body
from eirene.errors import ForeignRealm, InvalidEntry
from eirene.keys.seal import open_body, seal_body
from eirene.reports import envelope as e

VECTORS = sorted((Path(__file__).parent / "vectors" / "envelope").glob("*.json"))


def read(vector: Path) -> dict[str, Any]:
    return json.loads(vector.read_text(encoding="utf-8"))


def test_the_list_of_vectors_is_whole() -> None:
    assert len(VECTORS) >= 16


@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: path.stem)
def test_a_vector_opens_as_it_always_did(vector: Path) -> None:
    found = read(vector)
    keys = {bytes.fromhex(key_id): bytes.fromhex(key) for key_id, key in found["data_keys"].items()}
    mission, realm = bytes.fromhex(found["mission"]), e.REALMS.index(found["realm"])
    for row in found["entries"]:
        header, sealed, signature, hash_ = (bytes.fromhex(value) for value in row[:4])
        assert e.entry_hash(header) == hash_ == stranger.entry_hash(header)
        decoded = e.decode_header(header)
        assert e.encode_header(decoded) == header
        if found["name"] == "other-realm-refused":
            with pytest.raises(ForeignRealm):
                e.admit(decoded, mission, realm)
        else:
            e.admit(decoded, mission, realm)
        if signature:
            stranger.signed(header, signature)
        key = keys.get(decoded.key_id)
        if row[4] is None and found["name"] != "packed-refused":
            assert key is None or not sealed
            continue
        assert key is not None
        associated = e.encode_header(msgspec.structs.replace(decoded, body_hash=e.ZERO_HASH))
        opener, inner = e.unpad(open_body(key, decoded.salt, associated, sealed))
        if row[4] is None:
            with pytest.raises(InvalidEntry) as refused:
                e.body_of(decoded, inner)
            assert refused.value.field == "body" and refused.value.remedy
            with pytest.raises((AssertionError, IndexError, zstandard.ZstdError)):
                stranger.opened(header, sealed, key)
            continue
        raw, body = bytes.fromhex(row[4]), e.body_of(decoded, inner)
        assert body == raw == stranger.opened(header, sealed, key)
        assert e.commitment_of(opener, body) == decoded.commitment
        assert e.decode_body(body).id


def test_unknown_fields_stay_in_the_bytes() -> None:
    vector = read(next(path for path in VECTORS if path.stem == "unknown-field"))
    raw = bytes.fromhex(vector["entries"][1][4])
    assert msgspec.msgpack.decode(raw)["later"] == {"x": 1}
    assert e.content_of(e.decode_body(raw))["later"] == "value"


def test_another_word_in_the_body_breaks_the_commitment() -> None:
    opener = os.urandom(32)
    assert e.commitment_of(opener, b"a") != e.commitment_of(opener, b"b")
    assert e.commitment_of(os.urandom(32), b"a") != e.commitment_of(opener, b"a")


@given(st.binary(max_size=5000))
def test_padding_comes_off_again(body: bytes) -> None:
    opener = os.urandom(32)
    plain = e.pad(opener, body)
    assert e.unpad(plain) == (opener, body)
    assert len(plain) == e.size_class(36 + len(body))


@given(st.integers(1, e.MAX_BODY))
def test_a_size_class_holds_its_content_and_costs_little(length: int) -> None:
    size = e.size_class(length)
    assert size >= length
    assert size <= max(512, length * 1.25 + 256)
    assert e.size_class(size) == size


@given(st.binary(max_size=300))
def test_any_bytes_give_a_header_or_one_clear_error(data: bytes) -> None:
    try:
        e.decode_header(data)
    except InvalidEntry as error:
        assert error.message


@given(st.binary(max_size=300))
def test_any_bytes_give_a_body_or_one_clear_error(data: bytes) -> None:
    try:
        e.decode_body(data)
    except InvalidEntry as error:
        assert error.message


@given(st.data())
def test_a_flipped_bit_never_opens(data: st.DataObject) -> None:
    key, salt, associated = os.urandom(32), os.urandom(32), b"header"
    sealed = bytearray(seal_body(key, salt, associated, e.pad(os.urandom(32), b"body")))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(InvalidEntry):
        open_body(key, salt, associated, bytes(sealed))


def test_a_body_survives_its_bytes() -> None:
    body = a_body(amends=(b"x" * 32,), links=(e.Link("about", b"y" * 32),), observed=T0)
    assert e.decode_body(e.encode_body(body)) == body


def test_a_report_id_is_the_authors_the_accounts_and_the_clients() -> None:
    base = e.report_id(b"a" * 32, "joc", b"c" * 16)
    assert e.report_id(b"a" * 32, "joc", b"c" * 16) == base
    others = {
        e.report_id(b"b" * 32, "joc", b"c" * 16),
        e.report_id(b"a" * 32, "ngo", b"c" * 16),
        e.report_id(b"a" * 32, "joc", b"d" * 16),
    }
    assert base not in others
    assert len(others) == 3
