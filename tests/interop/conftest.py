"""Every peer here is on loopback."""

import pytest


@pytest.fixture(autouse=True)
def everybody_on_loopback(loopback_only: None) -> None:
    """(tests/support/loopback.py)"""
