"""The key store: what opens it, what does not, and what never shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from eirene.errors import BadSettings, NotANode, WrongLock
from eirene.keys.lock import Lock, lock_mode
from eirene.keys.store import KeyStore

WORDS = Lock("passphrase", b"four plain words here")


def a_store(folder: Path, lock: Lock = WORDS) -> KeyStore:
    return KeyStore.create(folder, lock, realm="live", node="n1", owner="mission")


def test_a_store_opens_with_its_passphrase_and_keeps_its_keys(tmp_path: Path) -> None:
    store = a_store(tmp_path / "keys")
    author, data_key = store.author("command"), store.data_key("mission", "command", "2026-11")
    compartment = store.compartment_id("command")
    store.close()
    again = KeyStore.open(tmp_path / "keys", WORDS)
    assert again.author("command").public == author.public
    assert again.key_by_id(data_key.id) == data_key.key
    assert again.compartment_id("command") == compartment
    assert again.compartment_name(compartment) == "command"


@pytest.mark.slow
@pytest.mark.parametrize(
    "lock", [None, Lock("passphrase", b"other words"), Lock("credential", b"four plain words here")]
)
def test_another_lock_does_not_open_it_and_changes_nothing(
    tmp_path: Path, lock: Lock | None
) -> None:
    a_store(tmp_path / "keys").close()
    before = (tmp_path / "keys" / "keys.db").read_bytes()
    with pytest.raises(WrongLock) as error:
        KeyStore.open(tmp_path / "keys", lock)
    assert error.value.remedy
    assert (tmp_path / "keys" / "keys.db").read_bytes() == before


def test_a_credential_opens_its_own_store(tmp_path: Path) -> None:
    lock = Lock("credential", b"0123456789abcdef")
    a_store(tmp_path / "keys", lock).close()
    assert lock_mode(tmp_path / "keys") == "credential"
    KeyStore.open(tmp_path / "keys", lock).close()


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        a_store(tmp_path / "keys", Lock("passphrase", b"short"))


def test_a_second_store_never_replaces_the_first(tmp_path: Path) -> None:
    a_store(tmp_path / "keys").close()
    with pytest.raises(NotANode):
        a_store(tmp_path / "keys")


def test_keys_never_show(tmp_path: Path) -> None:
    store = a_store(tmp_path / "keys")
    key = store.data_key("mission", "command", "2026-11")
    shown = f"{store!r} {WORDS!r} {store.author('command')!r} {key!r}"
    assert "plain words" not in shown
    assert key.key.hex() not in shown and repr(key.key) not in shown
    assert store.picture_key.hex() not in shown
    store.close()


def test_the_file_on_disk_tells_nothing(tmp_path: Path) -> None:
    store = a_store(tmp_path / "keys")
    store.secrets.put("account", "TOKEN-USER-7141", b"TOKEN-VALUE-7141")
    store.compartment_id("TOKEN-COMPARTMENT-7141")
    store.close()
    for path in (tmp_path / "keys").iterdir():
        assert b"TOKEN-" not in path.read_bytes(), path
        assert path.stat().st_mode & 0o077 == 0, path


def test_secrets_are_kept_listed_and_dropped(tmp_path: Path) -> None:
    store = a_store(tmp_path / "keys")
    store.secrets.put("token", "a", b"1")
    store.secrets.put("token", "a", b"2")
    store.secrets.put("session", "a", b"3")
    assert store.secrets.all("token") == [("a", b"2")]
    store.secrets.drop("token", "a")
    assert store.secrets.get("token", "a") is None
    assert store.secrets.get("session", "a") == b"3"
    store.close()
