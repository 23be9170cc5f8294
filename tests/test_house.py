"""The house itself: sizes, pins, words that may not stand in a tracked file, and ``./run``."""

import ast
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import eirene

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MODULE_LINES = 600
FUNCTION_LINES = 60

# put together, so that this file does not hold what it looks for
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted",
    "registry" + ".npmjs",
    "deb" + ".debian.org",
    "security" + ".debian.org",
]
MACHINE_PATHS = re.compile(
    r"(?<![\w.$}-])/(?:" + "|".join(["work", "farm", "root", "home"]) + r")/\w"
)
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.MULTILINE)


# --- sizes ------------------------------------------------------------------------------


def too_long(source: str, name: str) -> list[str]:
    """Say which functions, or the module itself, are longer than one reads at once."""
    lines = len(source.splitlines())
    found = [f"{name}: {lines} lines"] if lines > MODULE_LINES else []
    for node in ast.walk(ast.parse(source, name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{name}:{node.lineno}: {node.name} has {length} lines")
    return found


def test_modules_and_functions_can_be_read_at_once():
    paths = sorted((ROOT / "src").rglob("*.py"))
    found = [long for p in paths for long in too_long(p.read_text(), str(p.relative_to(ROOT)))]
    assert not found, "\n".join(found)


def test_what_is_too_long_is_found():
    assert too_long("x = 1\n" * (MODULE_LINES + 1), "m")
    assert too_long("def f():\n" + "    x = 1\n" * FUNCTION_LINES, "m")
    assert too_long("class C:\n  async def f(self):\n" + "    x = 1\n" * FUNCTION_LINES, "m")
    assert not too_long("def f():\n" + "    x = 1\n" * (FUNCTION_LINES - 1), "m")


# --- words ------------------------------------------------------------------------------


def misplaced(text: str) -> list[str]:
    """Find hosts of package registries and paths of one machine in a text."""
    return [host for host in HOSTS if host in text.lower()] + MACHINE_PATHS.findall(text)


def tracked_texts() -> dict[str, str]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    texts: dict[str, str] = {}
    for name in filter(None, names):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content[:8192]:
            texts[name] = content.decode(errors="replace")
    return texts


def test_no_tracked_file_names_a_registry_or_a_machine_s_path():
    found = {name: words for name, text in tracked_texts().items() if (words := misplaced(text))}
    assert not found


@pytest.mark.parametrize(
    "text",
    [f"index = https://{HOSTS[0]}/simple", f"see {HOSTS[2].upper()}", "a = '/" + "work/main'"],
)
def test_a_misplaced_word_is_found(text: str):
    assert misplaced(text)


def test_paths_that_every_machine_has_are_let_through():
    assert not misplaced("/usr/bin/chromium, docs/work/x, $HOME/" + "work/x, a/root/b")


# --- pins -------------------------------------------------------------------------------


def plain(name: str) -> str:
    """``Argon2_CFFI>=25; marker`` and ``argon2-cffi`` are one project."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", name, maxsplit=1)[0]).lower()


def pins(name: str) -> set[tuple[str, str]]:
    text = (ROOT / "requirements" / name).read_text()
    return {(plain(project), version) for project, version in PIN.findall(text)}


@pytest.mark.parametrize("name", ["run.txt", "build.txt", "test.txt", "basemap.txt"])
def test_requirements_are_pinned_with_hashes_and_without_addresses(name: str):
    text = (ROOT / "requirements" / name).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all(PIN.match(block) and "--hash=sha256:" in block for block in blocks)
    assert not re.search(r"--(index|extra|find|trusted)|https?://|file:| @ ", text)


def test_a_node_installs_what_the_tests_ran_with():
    assert pins("run.txt") | pins("build.txt") <= pins("test.txt")


def test_what_the_package_needs_is_pinned():
    wanted = {plain(line) for line in PROJECT["project"]["dependencies"]}
    assert wanted <= {project for project, _ in pins("run.txt")}
    building = {plain(line) for line in PROJECT["build-system"]["requires"]}
    assert building <= {project for project, _ in pins("build.txt")}


def test_one_sqlite_only_and_no_heavy_runtime():
    """Plain apsw, without a cipher, would hide apsw-sqlite3mc: both are the module ``apsw``."""
    needed = {project for project, _ in pins("test.txt")}
    assert "apsw" not in needed
    assert not {"pyarrow", "pandas", "torch"} & {project for project, _ in pins("run.txt")}


def test_the_client_s_lock_has_hashes_and_no_addresses():
    lock = json.loads((ROOT / "client" / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 100
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert not [name for name, package in packages.items() if "integrity" not in package]


def test_the_version_stands_in_one_place():
    assert "version" in PROJECT["project"]["dynamic"]
    assert f"## {eirene.__version__}" in (ROOT / "CHANGELOG.md").read_text()


# --- ./run ------------------------------------------------------------------------------

TOOLS = ["sh", "cat", "cksum", "dirname", "rm", "find", "flock", "env", "grep", "awk"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with ``run``, and a path with the plainest tools and nothing else."""
    (tmp_path / "requirements").mkdir()
    for name in ("run", "pyproject.toml", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("run.txt", "build.txt", "test.txt"):
        shutil.copy(ROOT / "requirements" / name, tmp_path / "requirements" / name)
    (tmp_path / "path").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found:
            (tmp_path / "path" / tool).symlink_to(found)
    return tmp_path


def start(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [checkout / "run", *arguments],
        env={"PATH": str(checkout / "path"), "HOME": str(checkout)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_run_alone_says_what_it_can_do(checkout: Path):
    process = start(checkout)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    for verb in ("demo", "serve", "test", "lint", "bench", "drills", "shots", "eirene"):
        assert re.search(rf"^  {verb} ", out, re.MULTILINE)


def test_an_unknown_verb_is_named_and_fails(checkout: Path):
    process = start(checkout, "dmeo")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert 'no verb "dmeo"' in err


def test_without_python_one_sentence_says_what_to_install(checkout: Path):
    process = start(checkout, "demo")
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "needs Python 3.11 or newer" in err
    assert "apt-get install python3" in err
    assert "Traceback" not in err


def test_without_the_venv_module_one_sentence_says_what_to_install(checkout: Path):
    # a Python that is new enough and knows neither ensurepip nor venv
    program(checkout / "path" / "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    process = start(checkout, "demo")
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "apt-get install python3-venv" in err


def test_an_old_python_is_not_taken(checkout: Path):
    program(checkout / "path" / "python3", "exit 1")
    process = start(checkout, "demo")
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "needs Python 3.11 or newer" in err


@pytest.fixture
def installed(checkout: Path) -> Path:
    """A checkout whose Python notes what it is asked for and does nothing."""
    program(checkout / ".venv" / "bin" / "python", 'echo "$@" >>"$HOME/asked"')
    program(checkout / ".venv" / "bin" / "eirene", 'echo "$$ $*"; exec cat')
    return checkout


@pytest.mark.parametrize("verb", ["demo", "serve"])
def test_run_becomes_the_program_so_that_signals_reach_it(installed: Path, verb: str):
    process = start(installed, verb, "--quiet")
    out, _ = process.communicate(timeout=30)
    assert out == f"{process.pid} {verb} --quiet\n"


def test_run_eirene_passes_arguments_and_the_exit_status(installed: Path):
    program(installed / ".venv" / "bin" / "eirene", 'printf "%s|" "$@"; exit 7')
    process = start(installed, "eirene", "account", "a name", "--as", "x")
    out, _ = process.communicate(timeout=30)
    assert out == "account|a name|--as|x|"
    assert process.returncode == 7


def asked(checkout: Path, *arguments: str) -> str:
    """What ``run`` asked other programs for on the way to a verb."""
    (checkout / "asked").unlink(missing_ok=True)
    start(checkout, *arguments).communicate(timeout=30)
    return (checkout / "asked").read_text()


def test_packages_are_installed_once_and_again_when_the_pins_change(installed: Path):
    first = asked(installed, "demo")
    assert "--require-hashes --no-deps -r requirements/run.txt -r requirements/build.txt" in first
    assert "test.txt" not in first
    assert "pip" not in asked(installed, "demo")
    with (installed / "requirements" / "run.txt").open("a") as pinned:
        pinned.write("extra==1 --hash=sha256:00\n")
    assert "--require-hashes" in asked(installed, "demo")


def installs(checkout: Path) -> list[tuple[str, str]]:
    """With what, and from which file of pins, the packages of the tests were installed."""
    (checkout / ".venv" / "test.stamp").unlink(missing_ok=True)
    lines = [line for line in asked(checkout, "lint").splitlines() if "--require-hashes" in line]
    return [(line.split()[0], line.rpartition(" -r ")[2]) for line in lines]


def test_the_pinned_uv_comes_first_and_installs_the_others(installed: Path):
    uv, test = ".venv/uv.txt", "requirements/test.txt"
    assert installs(installed) == [("-m", uv), ("-m", test)]
    pin = (installed / uv).read_text()
    assert pin.startswith("uv==") and pin.count("==") == 1 and "--hash=sha256:" in pin
    program(installed / ".venv" / "bin" / "uv", 'echo "uv $@" >>"$HOME/asked"')
    assert installs(installed) == [("uv", uv), ("uv", test)]


def test_where_uv_cannot_install_pip_does(installed: Path):
    program(installed / ".venv" / "bin" / "uv", "exit 1")
    assert ("-m", "requirements/test.txt") in installs(installed)


def test_a_failed_installation_is_tried_again(installed: Path):
    python = installed / ".venv" / "bin" / "python"
    program(python, 'echo "$@" >>"$HOME/asked"\ncase "$*" in *hashes*) exit 1 ;; esac')
    process = start(installed, "demo")
    out, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert out == ""
    program(python, 'echo "$@" >>"$HOME/asked"')
    assert "--require-hashes" in asked(installed, "demo")


def test_root_on_debian_gets_the_browser_that_the_tests_need(installed: Path):
    program(installed / "path" / "id", "echo 0")
    program(installed / "path" / "apt-get", 'echo "apt-get $@" >>"$HOME/asked"')
    lines = asked(installed, "test").splitlines()
    apt = [line for line in lines if line.startswith("apt-get")]
    assert [line.split()[1] for line in apt] == ["update", "install"]
    assert apt[1].endswith(" chromium")
    assert lines[-1] == "-m pytest -n 2 --dist loadfile"


def test_anybody_else_is_told_how_to_get_the_browser(installed: Path):
    program(installed / "path" / "id", "echo 1000")
    process = start(installed, "test")
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert err.splitlines()[-1].endswith("install it with: sudo apt-get install chromium")


def test_chosen_tests_are_run_as_pytest_was_asked_to(installed: Path):
    lines = asked(installed, "test", "tests/test_x.py", "-k", "a b").splitlines()
    assert lines[-1] == "-m pytest tests/test_x.py -k a b"


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ("1 COMPLETED 281 FILES 0 ERRORS 0 WARNINGS 0 FILES_WITH_PROBLEMS", 0),
        ("1 COMPLETED 0 FILES 0 ERRORS 0 WARNINGS 0 FILES_WITH_PROBLEMS", 1),
        ("1 COMPLETED 281 FILES 1 ERRORS 0 WARNINGS 1 FILES_WITH_PROBLEMS", 1),
        ("", 1),
    ],
)
def test_lint_believes_svelte_check_only_when_it_looked(installed: Path, report: str, status: int):
    python = installed / ".venv" / "bin" / "python"
    program(python, f'case "$*" in *svelte-check*) echo "{report}" ;; esac')
    process = start(installed, "lint")
    process.communicate(timeout=30)
    assert process.returncode == status


def test_lint_fails_when_any_of_its_checks_does(installed: Path):
    python = installed / ".venv" / "bin" / "python"
    good = 'case "$*" in *svelte-check*) echo "1 COMPLETED 9 FILES 0 ERRORS 0 WARNINGS" ;; esac'
    for tool in ("ruff format", "ruff check", "basedpyright", "prettier", "eslint", "svelte-check"):
        program(python, f'case "$*" in *"{tool}"*) exit 3 ;; esac; {good}')
        process = start(installed, "lint")
        _, err = process.communicate(timeout=30)
        assert process.returncode != 0, tool
        assert "lint: svelte-check" in err, "the later checks run too"


def test_run_is_a_program_of_the_plain_shell():
    assert os.access(ROOT / "run", os.X_OK)
    for script in ("run", ".ci/run"):
        assert (ROOT / script).read_text().startswith("#!/bin/sh\n")
        subprocess.run(["sh", "-n", ROOT / script], check=True)
