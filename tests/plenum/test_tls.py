"""plenum.tls: the kept self-signed certificate."""

import datetime
import stat
from pathlib import Path

import pytest

from plenum import tls

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "meet.example.org"])
def test_the_pair_is_made_once_and_kept(tmp_path: Path, host: str) -> None:
    cert, key = tls.self_signed(tmp_path, host, NOW)
    first = cert.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert tls.self_signed(tmp_path, host, NOW)[0].read_bytes() == first
    assert len(tls.fingerprint(cert).split(":")) == 32
    tls.server_context(cert, key)


def test_a_certificate_near_its_end_is_renewed(tmp_path: Path) -> None:
    first = tls.fingerprint(tls.self_signed(tmp_path, "a.example", NOW)[0])
    later = NOW + datetime.timedelta(days=800)
    assert tls.fingerprint(tls.self_signed(tmp_path, "a.example", later)[0]) != first
