"""scripts/setup.sh says what is missing before it writes anything; what it installs is fixed by locks with hashes."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support.server import ROOT

NEWER = {"node": "v99.0.0", "cargo": "cargo 1.99.0 (0000000 2030-01-01)"}
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Only the script: nothing that a step could be run on."""
    made = tmp_path / "checkout"
    (made / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/setup.sh", made / "scripts")
    return made


def setup(checkout: Path, goal: str, **versions: str) -> subprocess.CompletedProcess[str]:
    """With programs first in PATH that say these versions of themselves, and do nothing else."""
    fakes = checkout.parent / "fakes"
    fakes.mkdir()
    for name, version in (NEWER | versions).items():
        (fakes / name).write_text(f'#!/bin/sh\n[ "$*" = --version ] || exit 99\necho "{version}"\n')
        (fakes / name).chmod(0o755)
    return subprocess.run(
        ["bash", str(checkout / "scripts/setup.sh"), goal],
        env={**os.environ, "PATH": f"{fakes}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def files(checkout: Path) -> list[str]:
    return sorted(str(path.relative_to(checkout)) for path in checkout.rglob("*"))


@pytest.mark.parametrize("goal", ["run", "test"])
@pytest.mark.parametrize(
    ("name", "version", "sentence"),
    [
        ("node", "v18.0.0", "Node.js 20.19 or newer is needed, found v18.0.0"),
        ("node", "v20.18.3", "Node.js 20.19 or newer is needed, found v20.18.3"),
        ("cargo", "cargo 1.80.0", "Rust 1.85 or newer is needed, found cargo 1.80.0: rustup update stable"),
    ],
)
def test_an_old_program_is_named_before_anything_is_written(
    checkout: Path, goal: str, name: str, version: str, sentence: str
) -> None:
    done = setup(checkout, goal, **{name: version})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"\033[31mplenum: {sentence}\033[0m\n"
    assert files(checkout) == ["scripts", "scripts/setup.sh"]


@pytest.mark.parametrize("node", ["v20.19.0", "v22.1.0", "v100.0.0"])
def test_what_is_new_enough_passes_on_to_the_first_step(checkout: Path, node: str) -> None:
    """Which fails here: pip is one that always does."""
    pip = checkout / ".venv/bin/python"
    pip.parent.mkdir(parents=True)
    pip.write_text("#!/bin/sh\nexit 1\n")
    pip.chmod(0o755)
    (checkout / "requirements").mkdir()
    for name in ("runtime.txt", "build.txt"):
        (checkout / "requirements" / name).write_text("")
    done = setup(checkout, "run", node=node, cargo="cargo 1.85.0")
    assert done.returncode == 1 and "Python environment" in done.stdout
    assert re.fullmatch(r"\033\[31mplenum: Python environment .*: failed\033\[0m\n", done.stderr), done.stderr
    assert list((checkout / ".cache/stamps").iterdir()) == []


def test_the_readme_and_the_manifests_ask_for_the_same() -> None:
    script = (ROOT / "scripts/setup.sh").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for needed in ("Python 3.11", "Rust 1.85", "Node.js 20.19"):
        assert f"{needed} or newer is needed" in script and needed in readme
    assert 'requires-python = ">=3.11"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'rust-version = "1.85"' in (ROOT / "sfu/native/Cargo.toml").read_text(encoding="utf-8")
    assert '"node": ">=20.19"' in (ROOT / "static_client/package.json").read_text(encoding="utf-8")


def test_the_clients_lock_names_no_registry_and_has_a_hash_of_everything() -> None:
    text = (ROOT / "static_client/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    packages = json.loads(text)["packages"]
    assert len(packages) > 50
    assert [name for name, its in packages.items() if name and not its["integrity"].startswith("sha512-")] == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_pythons_locks_name_no_index_and_have_a_hash_of_everything(path: Path) -> None:
    """And setup.sh installs nothing without one."""
    text = re.sub(r"^ *#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "://" not in text
    for entry in text.replace("\\\n", " ").splitlines():
        assert re.fullmatch(r"[\w.\[\],-]+==[\w.]+( ; .+?)?( +--hash=sha256:[0-9a-f]{64})+ *", entry), entry
    assert text.count("==") >= 1


def test_setup_asks_pip_for_hashes_and_npm_and_cargo_for_their_locks() -> None:
    script = (ROOT / "scripts/setup.sh").read_text(encoding="utf-8")
    for line in script.splitlines():
        assert "pip install" not in line or "--require-hashes" in line
        assert "maturin develop" not in line or "--locked" in line
        assert "npm install" not in line
    assert "npm ci" in script and {path.stem for path in REQUIREMENTS} == {"build", "dev", "runtime"}


@pytest.mark.parametrize("path", ["sfu/native/Cargo.lock", "sfu/native/fuzz/Cargo.lock"])
def test_every_crate_is_from_one_index_and_has_a_hash(path: str) -> None:
    crates = tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["package"]
    fetched = [crate for crate in crates if "source" in crate]
    assert fetched and all(re.fullmatch(r"[0-9a-f]{64}", crate["checksum"]) for crate in fetched)
    assert len({crate["source"] for crate in fetched}) == 1
