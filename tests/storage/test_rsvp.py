"""The token that answers an invitation (E0-30, S-9)."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from storage.ids import new_id
from storage.outbox import sealed, unsealed
from storage.rsvp import rsvp_invitee, rsvp_token
from storage.secrets import Secrets


def test_token_names_its_invitee_and_no_other_token_does(tmp_path: Path) -> None:
    keys, other = Secrets(tmp_path / "a"), Secrets(tmp_path / "b")
    anna, bert = new_id(), new_id()
    token = rsvp_token(keys, anna)
    assert rsvp_invitee(keys, token) == anna
    assert rsvp_invitee(other, token) is None
    assert rsvp_invitee(keys, f"{bert}.{token.split('.')[1]}") is None
    assert rsvp_invitee(keys, token[:-1]) is None and rsvp_invitee(keys, anna) is None

    @given(st.text(max_size=80))
    def nothing_else_is_one(text: str) -> None:
        assert rsvp_invitee(keys, text) is None

    nothing_else_is_one()


def test_a_secret_in_a_payload_opens_only_under_its_cause(tmp_path: Path) -> None:
    keys = Secrets(tmp_path)
    text = sealed(keys, "confirm/1", "token")
    assert "token" not in text and unsealed(keys, "confirm/1", text) == "token"
    try:
        unsealed(keys, "confirm/2", text)
    except Exception:
        return
    raise AssertionError("another cause must not open it")
