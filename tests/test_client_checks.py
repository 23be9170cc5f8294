"""The client's checks find what they are there to find: each is shown a planted fault."""

import shutil
import subprocess
from pathlib import Path

import hatch_build
import pytest

CONFIG = ("eslint.config.js", "package.json", "svelte.config.js", "tsconfig.json")
SVELTE_CHECK = ("node_modules/svelte-check/bin/svelte-check", "--output", "machine")
ESLINT = ("node_modules/eslint/bin/eslint.js", "--max-warnings", "0", ".")


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A client with the real settings and tools, and one sound source file."""
    for name in CONFIG:
        shutil.copy(hatch_build.CLIENT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(hatch_build.CLIENT / "node_modules")
    plant(tmp_path, "src/sound.ts", "export const one = 1;\n")
    return tmp_path


def plant(client: Path, name: str, source: str) -> None:
    path = client / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def check(client: Path, *command: str) -> tuple[int, str]:
    done = subprocess.run(
        ["node", *command],
        cwd=client,
        env=hatch_build.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_is_sound_passes(client: Path):
    assert check(client, *SVELTE_CHECK)[0] == 0
    assert check(client, *ESLINT)[0] == 0


def test_a_wrong_type_is_found_in_both_kinds_of_source(client: Path):
    plant(client, "src/wrong.ts", 'export const one: number = "1";\n')
    plant(client, "src/Wrong.svelte", '<script lang="ts">let a: number = "x";</script>{a}\n')
    status, report = check(client, *SVELTE_CHECK)
    assert status != 0
    assert '"src/wrong.ts" 1:' in report
    assert '"src/Wrong.svelte" 1:' in report


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("src/wire/a.ts", 'import { b } from "../state/b";\nb();\n'),
        ("src/layers/a.ts", 'import { b } from "../map/b";\nb();\n'),
        ("src/panels/list/a.ts", 'import { b } from "../../map/b";\nb();\n'),
        ("src/state/a.ts", 'import * as gl from "maplibre-gl";\ngl.setWorkerUrl("");\n'),
    ],
)
def test_an_import_across_the_client_s_walls_is_found(client: Path, name: str, source: str):
    plant(client, name, source)
    status, report = check(client, *ESLINT)
    assert status != 0
    assert "no-restricted-imports" in report


def test_an_import_that_the_client_s_rooms_allow_is_let_through(client: Path):
    plant(client, "src/map/a.ts", 'import * as gl from "maplibre-gl";\ngl.setWorkerUrl("");\n')
    plant(client, "src/state/a.ts", 'import { b } from "../wire/b";\nb();\n')
    plant(client, "src/panels/list/a.ts", 'import { b } from "../../state/b";\nb();\n')
    assert check(client, *ESLINT) == (0, "")
