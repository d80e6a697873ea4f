"""A real `plenum serve` process on a directory of its own, for tests that need the whole product."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from plenum.announcement import announced

ROOT = Path(__file__).resolve().parent.parent.parent
START_WITHIN_S = 30
_PLAIN = {"COLUMNS": "300", "NO_COLOR": "1"}


class Server:
    """One server process. `start()` again after `kill()` serves the same data on the same ports, behind `prefix`."""

    def __init__(
        self,
        data_dir: Path,
        *,
        options: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
        root: Path = ROOT,
    ) -> None:
        self.data_dir = data_dir
        self.log_path = data_dir / "server.log"
        self._options, self._env, self.prefix = list(options), dict(env or {}), list(prefix)
        self._root = root
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.sign_in_url: str | None = None
        self.port = 0
        self.media_port = 0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Server:
        """Start and wait until it says that it serves."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        offset = self.log_path.stat().st_size if self.log_path.exists() else 0
        command = [*self.prefix, sys.executable, "-m", "plenum", "serve", "--data-dir", str(self.data_dir)]
        command += ["--port", str(self.port), "--media-port", str(self.media_port), *self._options]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._root,
                stdout=log,
                stderr=log,
                env={**os.environ, **_PLAIN, **self._env},
                start_new_session=True,
            )
        self._wait_until_ready(offset)
        return self

    def _wait_until_ready(self, offset: int) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            ready = announced(self.log()[offset:])
            if ready is not None:
                self.url, self.media_port = ready.url, ready.media_port
                self.port = int(self.url.rsplit(":", 1)[1])
                self.sign_in_url = ready.sign_in_url or self.sign_in_url
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log()[offset:]}")

    def log(self) -> str:
        """Everything it has printed so far, of all its lives."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the process (only it, not its children: the recorder must notice by itself)."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, number)
            self._process.wait(20)
            self._process = None

    def stop(self) -> None:
        """A graceful end."""
        self.kill(signal.SIGTERM)


def plenum(*arguments: str, data_dir: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command `plenum`, run to its end; its output is as text in long lines without colours."""
    return subprocess.run(
        [sys.executable, "-m", "plenum", *arguments, "--data-dir", str(data_dir)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **_PLAIN, **(env or {})},
    )


@contextlib.contextmanager
def running(data_dir: Path, **options: Any) -> Iterator[Server]:
    """A started server that is stopped at the end."""
    server = Server(data_dir, **options).start()
    try:
        yield server
    finally:
        server.stop()


class Organiser:
    """The organiser over REST, signed in by the one-time link."""

    def __init__(self, url: str, sign_in_url: str | None) -> None:
        self._url = url
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        assert sign_in_url is not None
        self.call("POST", "/api/sign-in", {"token": sign_in_url.split("#", 1)[1]})

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One request. Raises urllib.error.HTTPError."""
        data = json.dumps(body if body is not None else {}).encode() if method != "GET" else None
        request = urllib.request.Request(self._url + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with self._opener.open(request, timeout=20) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def cookies(self) -> list[Any]:
        """The session, for a browser context's `add_cookies`."""
        return [{"name": c.name, "value": c.value or "", "url": self._url} for c in self._jar]

    def conference(self, **fields: Any) -> dict[str, Any]:
        """Create one."""
        given = {"title": "Council", "description": "", "record": False, "start_as": "speaker"}
        given |= {"who_presents": "everyone", "max_participants": 300}
        created: dict[str, Any] = self.call("POST", "/api/conferences", given | fields)
        return created
