"""plenum.logs: no address leaves by a log line (decision 10, E2-120)."""

import pytest

from plenum.logs import BLANK, without_addresses


@pytest.mark.parametrize(
    "address",
    [
        "192.0.2.7",
        "2001:db8::1",
        "::1",
        "fe80::5054:ff:fe12:3456",
        "::ffff:192.0.2.7",
        "2001:db8:1:2:3:4:5:6",
    ],
)
def test_addresses_are_blanked_wherever_they_stand(address: str) -> None:
    scrubbed = without_addresses(
        {"event": f"Error handling request from {address}", "deep": [{"a": f"[{address}]:80"}]}
    )
    assert address not in str(scrubbed)
    assert BLANK in scrubbed["event"]


@pytest.mark.parametrize("text", ["12:30:05", "version 1.2.3", "seq 10", "DE:AD is short"])
def test_other_text_stays(text: str) -> None:
    assert BLANK not in without_addresses(text)
