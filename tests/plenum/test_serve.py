"""`plenum serve` as an operator meets it: start, second start, clear errors, health, TLS, one-time links."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import resource
import signal
import socket
import ssl
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from plenum.server import serving
from plenum.settings import Settings
from tests.support.server import Organiser, Server, plenum, running


def get(url: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    """(status, body as text)."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_first_start_prints_a_sign_in_link_that_works_once(tmp_path: Path) -> None:
    """The first organiser is made at the first start; a used link is refused with a stable code."""
    with running(tmp_path) as server:
        assert server.sign_in_url is not None
        organiser = Organiser(server.url, server.sign_in_url)
        assert organiser.call("GET", "/api/me")["user"]["name"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            Organiser(server.url, server.sign_in_url)
        assert refused.value.code == 410
        assert json.loads(refused.value.read())["error"]["code"] == "link_used"


def test_organisers_have_a_name_of_their_own_and_no_folder_is_made_by_mistake(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    lost = plenum("user", "link", data_dir=elsewhere)
    assert (lost.returncode, elsewhere.exists()) == (1, False)
    assert "no server has run with the data directory" in lost.stderr
    with running(tmp_path / "data"):
        pass
    assert "/sign-in#" in plenum("user", "add", "Anna Kowalska", data_dir=tmp_path / "data").stdout
    for name, sentence in (("Anna Kowalska ", "an organiser called 'Anna Kowalska' already"), ("  ", "a name")):
        refused = plenum("user", "add", name, data_dir=tmp_path / "data")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert sentence in refused.stderr
    nothing = plenum("user", "set", "Anna Kowalska", data_dir=tmp_path / "data")
    assert nothing.returncode == 2 and "nothing to change: give --name, --email or --role" in nothing.stderr


def test_a_start_with_a_mail_server_says_where_its_links_lead(tmp_path: Path) -> None:
    (tmp_path / "plenum.toml").write_text('smtp_url = "smtp://127.0.0.1:9"\n')
    with running(tmp_path) as server:
        assert f"Mails: their links begin with {server.url}; set public_url to what others open." in server.log()


def test_a_second_start_takes_seconds_and_prints_no_new_link(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        first = server.sign_in_url
    offset = len(server.log())
    began = time.monotonic()
    server.start()
    took = time.monotonic() - began
    server.stop()
    assert took < 15  # about 2 s on an idle machine
    assert "sign-in#" not in server.log()[offset:]
    link = plenum("user", "link", data_dir=tmp_path)
    assert link.returncode == 0
    assert "/sign-in#" in link.stdout
    assert link.stdout.strip() != first


@pytest.mark.parametrize(
    ("arguments", "env", "sentence"),
    [
        ([], {"PLENUM_PROT": "1"}, "PLENUM_PROT: unknown setting (did you mean port?)"),
        ([], {"PLENUM_MEDIA_PORT": "seventy"}, "media_port:"),
        (["--tls-cert", "a.pem"], {}, "tls_cert and tls_key go together"),
        (["--tls-cert", "a.pem", "--tls-key", "b.pem", "--port", "0"], {}, "cannot use the certificate"),
    ],
)
def test_a_wrong_setting_is_a_clear_error_at_start(
    tmp_path: Path, arguments: list[str], env: dict[str, str], sentence: str
) -> None:
    port = [] if "PLENUM_MEDIA_PORT" in env else ["--media-port", "0"]
    done = plenum("serve", *port, *arguments, data_dir=tmp_path, env=env)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_a_clear_error(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = plenum("serve", "--port", port, "--media-port", "0", data_dir=tmp_path)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


def test_a_data_directory_is_one_servers(tmp_path: Path) -> None:
    """The second one leaves nothing behind, and one that comes while the first stops waits for it."""
    folder = tmp_path / "data"
    with running(folder) as first:
        before = (folder / "url").read_text(), first.log()
        done = plenum("serve", "--port", "0", "--media-port", "0", data_dir=folder)
        assert done.returncode == 1
        assert f"another server runs with the data directory {folder}" in done.stderr.replace("\n", "")
        assert ((folder / "url").read_text(), first.log()) == before
        assert get(first.url + "/readyz")[0] == 200
        link = plenum("user", "link", data_dir=folder).stdout.strip()
        assert link.startswith(first.url)
        os.kill(first.pid, signal.SIGTERM)
        with running(folder) as second:
            assert get(second.url + "/readyz")[0] == 200


def test_health_readiness_and_metrics(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert get(f"{server.url}/healthz")[0] == 200
        status, body = get(f"{server.url}/readyz")
        assert status == 200, body
        assert json.loads(body)["checks"] == {"storage": True, "media": True, "recorder": True}
        status, body = get(f"{server.url}/metrics")
        assert status == 200
        assert "plenum_media_packets_in_total" in body
        assert get(f"{server.url}/metrics", {"X-Forwarded-For": "192.0.2.1"})[0] == 403


def test_a_packed_body_is_not_unpacked(tmp_path: Path) -> None:
    """A few KiB that would become many MiB are read as they are: no JSON."""
    with running(tmp_path) as server:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        for body in (gzip.compress(b"{}"), gzip.compress(b"\0" * 10_000_000), b"no gzip"):
            request = urllib.request.Request(f"{server.url}/api/join/check", data=body, headers=headers, method="POST")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=10)
            assert json.loads(refused.value.read())["error"]["code"] == "bad_request"


def test_requests_that_are_no_http_are_not_quoted_in_the_log(tmp_path: Path) -> None:
    """Their errors show paths and cookies, and everybody can cause them without end."""
    with running(tmp_path) as server:
        for raw in (
            b"GET / HTTP/1.1\r\nHost: x\r\nCookie: plenum_session=TOPSECRET\x01\r\n\r\n",
            b"GET /j/TOPSECRET\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
            b"TOPSECRET\r\n\r\n",
            b"GET / HTTP/1.1\r\nTOPSECRET" + b"x" * 20_000 + b": x\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nTOPSECRET\r\n",
        ):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as caller:
                caller.sendall(raw)
                caller.recv(100)
        assert get(f"{server.url}/healthz")[0] == 200
        assert "TOPSECRET" not in server.log()


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_connections_that_send_nothing_more_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    """Silent from the start, stopped in the middle of a head, or idle after an answer."""
    monkeypatch.setattr("plenum.server.IDLE_S", 1)
    async with serving(Settings(data_dir=tmp_path, port=0, media_port=0)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rsplit(":", 1)[1]))
        writer.write(said)
        begun = time.monotonic()
        answer = await asyncio.wait_for(reader.read(), 10)
        assert time.monotonic() - begun > 0.9
        assert answer.startswith(b"HTTP/1.1 200" if said.endswith(b"\r\n\r\n") else b"")
        writer.close()


def test_as_many_sockets_as_the_system_allows(tmp_path: Path) -> None:
    """The soft limit of open files that shells and service managers set is raised to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        with running(tmp_path) as server:
            assert resource.prlimit(server.pid, resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_metrics_with_a_token_need_the_token(tmp_path: Path) -> None:
    with running(tmp_path, env={"PLENUM_METRICS_TOKEN": "s3cret"}) as server:
        assert get(f"{server.url}/metrics")[0] == 403
        assert get(f"{server.url}/metrics", {"Authorization": "Bearer s3cret"})[0] == 200


def test_another_host_gets_a_kept_certificate_whose_fingerprint_is_printed(tmp_path: Path) -> None:
    server = Server(tmp_path, options=["--host", "0.0.0.0"])
    server.start()
    try:
        assert server.url.startswith("https://")
        seen = ssl.get_server_certificate(("127.0.0.1", server.port))
        kept = next((tmp_path / "tls").glob("*.crt")).read_text()
        assert seen.strip() == kept.strip()
        assert "fingerprint" in server.log()
    finally:
        server.stop()


def test_a_graceful_stop_ends_the_recorder_too(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        assert children
    for child in children:
        status = Path(f"/proc/{child}/status")
        assert not status.exists() or "zombie" in status.read_text()
