"""The package as a user gets it: built, installed alone, started away from the checkout."""

import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
READY_S = 120

pytestmark = pytest.mark.slow


def run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    return next(folder.glob("eirene-*.whl"))


@pytest.fixture(scope="module")
def eirene(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``eirene`` command in an environment that has the wheel and what it needs, no more."""
    python = tmp_path_factory.mktemp("clean") / "venv" / "bin" / "python"
    run(sys.executable, "-m", "uv", "venv", "--python", sys.executable, python.parent.parent)
    install = (sys.executable, "-m", "uv", "pip", "install", "--python", python)
    run(*install, "--require-hashes", "-r", "requirements/run.txt")
    run(*install, "--no-deps", wheel)
    return python.parent / "eirene"


def test_the_wheel_holds_the_client_and_the_data(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert "eirene/web/static/index.html" in names
    assert any(re.fullmatch(r"eirene/web/static/assets/.*\.js\.br", name) for name in names)
    assert any(name.startswith("eirene/missions/car/") for name in names)
    assert any(name.startswith("eirene/basemap/") for name in names)
    assert any(name.endswith("licenses/ATTRIBUTION.md") for name in names)


def test_the_wheel_holds_no_openstreetmap_data_and_no_leftovers(wheel: Path):
    whole = zipfile.ZipFile(wheel)
    names = whole.namelist()
    # a mapping names the columns of such a list and is ours; the list itself is not in the wheel
    files = [name for name in names if not name.startswith("eirene/imports/mappings/")]
    assert not [n for n in files if re.search(r"odbl|osm|krantz|roads\.pmtiles", n, re.IGNORECASE)]
    a_row_of_it = b"Makondji-Wali"
    assert not [name for name in names if a_row_of_it in whole.read(name)]
    assert not [n for n in names if re.search(r"(^|/)(tests|node_modules|client|\.venv)/", n)]
    assert {name.split("/")[0] for name in names} <= {
        "eirene",
        wheel.name.rsplit("-py3")[0] + ".dist-info",
    }


@pytest.fixture
def demo(eirene: Path, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A demo started from the wheel, in an empty folder; its address once it says READY."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
    process = subprocess.Popen(
        [eirene, "demo"],
        cwd=tmp_path,
        env=kept
        | {"HOME": str(tmp_path), "EIRENE_DATA": str(tmp_path / "data"), "EIRENE_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        ready = next((line for line in process.stdout if line.startswith("READY ")), "")
        assert ready, f"eirene demo ended with status {process.wait(5)}"
        yield ready.split()[1], process
    finally:
        process.kill()
        process.wait()


@pytest.mark.timeout(READY_S)
def test_the_installed_demo_serves_the_client_and_stops_on_a_signal(
    demo: tuple[str, subprocess.Popen[str]],
):
    address, process = demo
    assert httpx.get(f"{address}/health/ready").status_code == 200
    page = httpx.get(address, follow_redirects=True)
    script = re.search(r'src="(/assets/[^"]+\.js)"', page.text)
    assert script
    assert httpx.get(address + script[1]).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
