"""Which addresses an answer announces."""

import pytest

from sfu import candidates
from sfu.candidates import list_candidates

HOSTS = ["169.254.3.4", "10.0.0.5", "203.0.113.9", "127.0.0.53"]
HOSTS6 = ["2001:db8::5", "fe80::1"]


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return HOSTS + (HOSTS6 if use_ipv6 else [])

    monkeypatch.setattr(candidates, "get_host_addresses", addresses)


def test_every_local_address_but_link_local_and_loopback() -> None:
    assert set(list_candidates("0.0.0.0", loopback=False)) == {"10.0.0.5", "203.0.113.9"}


def test_loopback_comes_last_and_only_when_asked() -> None:
    assert list_candidates("0.0.0.0", loopback=True)[-1].startswith("127.")
    assert "127.0.0.1" in list_candidates("0.0.0.0", loopback=True)


def test_dual_stack_adds_ipv6() -> None:
    found = list_candidates("::", loopback=True)
    assert "2001:db8::5" in found and "::1" in found and "fe80::1" not in found


def test_a_bound_address_is_the_only_one() -> None:
    assert list_candidates("10.0.0.5", loopback=False) == ["10.0.0.5"]
    assert list_candidates("127.0.0.1", loopback=True) == ["127.0.0.1"]


def test_public_addresses_of_a_nat_come_first_and_once() -> None:
    found = list_candidates("0.0.0.0", loopback=False, public=["198.51.100.7", "10.0.0.5"])
    assert found[:2] == ["198.51.100.7", "10.0.0.5"] and found.count("10.0.0.5") == 1


def test_a_wrong_address_is_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="does not appear"):
        list_candidates("media.example", loopback=False)
