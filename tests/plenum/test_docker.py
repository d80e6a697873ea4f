"""The files of docker/: no engine runs where the tests run, so what they name and call is checked here."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from plenum.settings import Settings
from tests.support.server import ROOT, running

DOCKERFILE = (ROOT / "docker/Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker/compose.yaml").read_text(encoding="utf-8"))
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()


def instructions(word: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(word).strip() for line in joined.splitlines() if line.startswith(f"{word} ")]


def own_sources() -> list[str]:
    """What is copied from the repository (not from another stage)."""
    lines = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    return [source for words in lines for source in words[:-1]]


def named_settings() -> set[str]:
    names = set(re.findall(r"\bPLENUM_[A-Z_]+(?==)", "\n".join(instructions("ENV"))))
    return names | set(COMPOSE["services"]["plenum"]["environment"])


@pytest.mark.parametrize("source", own_sources())
def test_every_copied_source_is_in_the_repository(source: str) -> None:
    assert (ROOT / source).exists()
    assert source not in IGNORED


def test_every_package_is_copied() -> None:
    packages = re.search(r"python-packages = (\[.*\])", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert packages is not None
    assert set(json.loads(packages[1])) <= set(own_sources())


@pytest.mark.parametrize("name", sorted(named_settings()))
def test_every_setting_exists(name: str) -> None:
    assert name.removeprefix("PLENUM_").lower() in Settings.model_fields


def test_compose_passes_what_is_published() -> None:
    service = COMPOSE["services"]["plenum"]
    exposed = instructions("EXPOSE")[0].split()
    assert service["ports"] == [f"{Settings().media_port}:{Settings().media_port}/udp"]
    assert exposed == [f"{Settings().port}/tcp", f"{Settings().media_port}/udp"]
    assert f"plenum:{Settings().port}" in COMPOSE["services"]["proxy"]["command"]
    assert service["build"] == {"context": "..", "dockerfile": "docker/Dockerfile"}


def test_every_variable_is_explained_where_one_begins() -> None:
    text = (ROOT / "docker/compose.yaml").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"\$\{([A-Z_]+)", text)):
        assert f"{name}=" in readme


def test_compose_names_the_database_that_it_brings() -> None:
    given = COMPOSE["services"]["plenum"]["environment"]["PLENUM_DATABASE_URL"]
    url = Settings(database_url=given.replace("${POSTGRES_PASSWORD}", "letters1")).database_url or ""
    database = COMPOSE["services"]["database"]["environment"]
    parts = urlsplit(url)
    assert (parts.username, parts.path) == (database["POSTGRES_USER"], f"/{database['POSTGRES_DB']}")
    assert (parts.hostname, parts.port) == ("database", None)
    assert database["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_what_is_copied_is_enough_to_serve(tmp_path: Path) -> None:
    """A folder with the image's files and no other: the pages, the recorder and every part are there."""
    image = tmp_path / "build"
    for source in own_sources():
        if not source.startswith("static_client"):
            copy_as_the_image_does(source, image)
    shutil.copytree(ROOT / "static_client/dist", image / "static_client/dist")
    for native in (ROOT / "sfu").glob("_native*.so"):
        shutil.copy(native, image / "sfu")
    with running(tmp_path / "data", root=image) as server:
        for path, part in (("/readyz", b'"recorder": true'), ("/", b"<title>Plenum</title>")):
            with urllib.request.urlopen(server.url + path, timeout=10) as answer:
                assert part in answer.read()


def copy_as_the_image_does(source: str, image: Path) -> None:
    ignored = shutil.ignore_patterns(*[name.removeprefix("**/") for name in IGNORED])
    if (ROOT / source).is_dir():
        shutil.copytree(ROOT / source, image / source, ignore=ignored)
    else:
        (image / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, image / source)


def command(instruction: str) -> list[str]:
    """The words of an instruction in JSON form, after the interpreter of the image."""
    text = instructions(instruction)[0]
    words: list[str] = json.loads(text[text.index("[") :])
    return words[1:] if words[0].endswith("/python") else words


def test_health_check_tells_a_served_instance_from_none(tmp_path: Path) -> None:
    """Called outside a container just as the image calls it."""
    check = [sys.executable, *command("HEALTHCHECK")]
    with running(tmp_path) as server:
        env = {**os.environ, "PLENUM_PORT": str(server.port), "PLENUM_DATA_DIR": str(tmp_path)}
        assert subprocess.run(check, cwd=ROOT, env=env, timeout=30).returncode == 0
    dead = subprocess.run(check, cwd=ROOT, env=env, timeout=30, capture_output=True, text=True)
    assert dead.returncode == 1
    assert "plenum:" in dead.stderr


def test_image_serves_by_default() -> None:
    words = [sys.executable, *command("ENTRYPOINT"), *command("CMD"), "--help"]
    shown = subprocess.run(words, cwd=ROOT, timeout=30, capture_output=True, text=True)
    assert shown.returncode == 0
    assert "Serve conferences" in shown.stdout


def test_image_runs_as_nobody_in_particular() -> None:
    assert instructions("USER") == ["plenum"]
    assert instructions("VOLUME") == ["/data"]
