"""Settings: what wins, and what a misspelt one costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from eirene.config import settings, write_own
from eirene.errors import BadSettings


def test_the_later_place_wins(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('port = 1\nhost = "a"\nzone = "UTC"\n')
    write_own(tmp_path, {"zone": "Africa/Bangui", "mission": "car"})
    found = settings(
        file=tmp_path / "c.toml",
        environment={"EIRENE_DATA": str(tmp_path), "EIRENE_PORT": "2"},
        given={"host": "c", "port": None},
    )
    assert (found.port, found.host, found.zone, found.mission) == (2, "c", "UTC", "car")


@pytest.mark.parametrize(
    ("text", "field", "near"),
    [
        ("prot = 1", "prot", "port"),
        ('port = "x"', "port", "settings.md"),
        ("port = 70000", "port", "settings.md"),
        ("port =", "config", "line"),
    ],
)
def test_a_wrong_setting_stops_the_node_and_names_the_remedy(
    tmp_path: Path, text: str, field: str, near: str
) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(BadSettings) as error:
        settings(file=tmp_path / "c.toml", given={"data": str(tmp_path)})
    assert error.value.field == field
    assert near in (error.value.remedy or "")


def test_a_misspelt_variable_is_named() -> None:
    with pytest.raises(BadSettings) as error:
        settings(environment={"EIRENE_PRT": "1"})
    assert "EIRENE_PORT" in (error.value.remedy or "")


def test_a_missing_file_is_said() -> None:
    with pytest.raises(BadSettings):
        settings(file=Path("/nowhere/at/all.toml"))
