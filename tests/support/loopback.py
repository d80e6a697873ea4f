"""Loopback for stock aiortc peers: aioice leaves 127.0.0.1 out by itself."""

import aioice.ice
import pytest


@pytest.fixture
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
