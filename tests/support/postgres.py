"""A real Postgres from Debian's package for one test session: a cluster in a folder of its own, without fsync.

`Postgres.create()` gives an empty database, `create(template)` a copy of another one. The server runs as
an unprivileged user, because it refuses root; it dies with this process, whatever happens to it.
"""

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.ports import free_port

START_WITHIN_S = 30
_PREFIX = "plenum-postgres-"
SUPERUSER = "plenum"
PASSWORD = "never-in-a-log-7hq2"
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}


class Postgres:
    """One cluster. `stop()` and `start()` any time; the data stays."""

    def __init__(self) -> None:
        self._bin = _binaries()
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._as_user: dict[str, Any] = {}
        if os.getuid() == 0:
            user = _unprivileged()
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.folder.chmod(0o755)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._initialise()

    def url(self, database: str = "postgres", *, tcp: bool = False) -> str:
        """By the socket without a password, or by TCP with one."""
        if tcp:
            return f"postgresql://{SUPERUSER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"
        return f"postgresql:///{database}?host={self.folder}&port={self.port}&user={SUPERUSER}"

    def start(self) -> None:
        """Returns when it takes connections."""
        if self._process is not None:
            return
        options = [option for name, value in _SETTINGS.items() for option in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder, *options],
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                start_new_session=True,  # Ctrl-C is for the tests alone: they stop it in order
                cwd="/",
                **self._as_user,
            )
        deadline = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"Postgres did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> None:
        """SIGINT ends every connection in order, SIGQUIT is a crash."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(30)

    def close(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, template: str = "template1") -> str:
        """A new database: its name."""
        name = f"t{secrets.token_hex(6)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def sql(self, statement: str, database: str = "postgres") -> str:
        """For what the tests themselves ask of it; the answer's rows as text."""
        done = subprocess.run(
            [self._bin / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url(database)],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def dump(self, database: str) -> bytes:
        """Its rows as text."""
        command = [self._bin / "pg_dump", "--data-only", self.url(database)]
        return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        command = [self._bin / "initdb", "-D", self.folder / "data", "-U", SUPERUSER, "-E", "UTF8", "--no-sync"]
        command += ["--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8"]  # sorts unlike SQLite: on purpose
        command += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd="/", **self._as_user)
        assert done.returncode == 0, done.stderr

    def _answers(self) -> bool:
        command = [self._bin / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]
        return subprocess.run(command, timeout=10).returncode == 0


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    assert found, "Postgres is missing: scripts/setup.sh test installs it (apt-get install postgresql)"
    return found[-1].parent


def _sweep() -> None:
    """Folders of servers whose tests were killed: nobody has written into them for an hour."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        lock = folder / "data" / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            if time.time() - max(folder.stat().st_mtime, (folder / "log").stat().st_mtime) < 3600:
                continue
            if not lock.exists() or not Path(f"/proc/{int(lock.read_text().split()[0])}").exists():
                shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def _die_with_parent() -> None:
    """prctl(PR_SET_PDEATHSIG, SIGQUIT): an immediate shutdown when the tests are killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
