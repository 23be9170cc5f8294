"""The client's checks find what they are there to find: each is shown a planted fault."""

import shutil
import subprocess
from pathlib import Path

import hatch_build
import msgspec
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


@pytest.mark.slow
def test_what_is_sound_passes_and_a_wrong_type_is_found_in_both_kinds_of_source(client: Path):
    assert check(client, *SVELTE_CHECK)[0] == 0
    plant(client, "src/wrong.ts", 'export const one: number = "1";\n')
    plant(client, "src/Wrong.svelte", '<script lang="ts">let a: number = "x";</script>{a}\n')
    status, report = check(client, *SVELTE_CHECK)
    assert status != 0
    assert '"src/wrong.ts" 1:' in report
    assert '"src/Wrong.svelte" 1:' in report


OVER_THE_WALL = {
    "src/wire/wrong.ts": 'import { b } from "../state/b";\nb();\n',
    "src/layers/wrong.ts": 'import { b } from "../map/b";\nb();\n',
    "src/panels/list/wrong.ts": 'import { b } from "../../map/b";\nb();\n',
    "src/state/wrong.ts": 'import * as gl from "maplibre-gl";\ngl.setWorkerUrl("");\n',
}
ALLOWED = {
    "src/map/right.ts": 'import * as gl from "maplibre-gl";\ngl.setWorkerUrl("");\n',
    "src/state/right.ts": 'import { b } from "../wire/b";\nb();\n',
    "src/panels/list/right.ts": 'import { b } from "../../state/b";\nb();\n',
}


def test_an_import_across_the_client_s_walls_is_found_and_no_other(client: Path):
    for name, source in (OVER_THE_WALL | ALLOWED).items():
        plant(client, name, source)
    status, report = check(client, *ESLINT, "--format", "json")
    assert status != 0
    told = {
        str(Path(file["filePath"]).relative_to(client)): {one["ruleId"] for one in file["messages"]}
        for file in msgspec.json.decode(report)
    }
    wrong = {name for name, rules in told.items() if rules}
    assert wrong == set(OVER_THE_WALL)
    assert all("no-restricted-imports" in told[name] for name in OVER_THE_WALL)
    assert set(ALLOWED) | {"src/sound.ts"} <= set(told)
