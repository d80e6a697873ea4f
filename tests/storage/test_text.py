"""Keys by which words are found."""

import pytest

from storage.text import email_key, search_key


@pytest.mark.parametrize("other", ["Anna@Example.org", " anna@EXAMPLE.org ", "ANNA@example.ORG"])
def test_one_mailbox_has_one_key(other: str) -> None:
    assert email_key(other) == email_key("anna@example.org")
    assert email_key("a@BÜCHER.example") == email_key("a@bu\u0308cher.example") == "a@bücher.example"


@pytest.mark.parametrize(
    ("one", "other"), [("a@straße.example", "a@strasse.example"), ("a@δήμος.gr", "a@δήμοσ.gr"), ("a@x.gr", "b@x.gr")]
)
def test_mailboxes_of_different_domains_have_different_keys(one: str, other: str) -> None:
    """Else whoever owns the one domain would be taken for somebody of the other."""
    assert email_key(one) != email_key(other)


def test_names_are_found_without_accents_and_case() -> None:
    assert search_key("Ελένη  Ζωγράφου", "ŁÓDŹ") == "ελενη ζωγραφου lodz"
