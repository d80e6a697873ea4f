"""Which passwords are too easy, and that hashing waits in line."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import passwords
from portal.errors import ApiError
from portal.passwords import Hasher, fault

NAME = ("Μαρία Παπαδοπούλου", "maria.p@example.gr")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "short"),
        ("elevenchars", "short"),
        ("x" * 257, "long"),
        ("παπαδοπούλου1980", "personal"),
        ("maria.p@example.gr", "personal"),
        ("Example-Maria-1", "personal"),
        ("aaaaaaaaaaaaaa", "common"),
        ("abababababab", "common"),
        ("abc123abc123abc1", "common"),
        ("123456789012", "common"),
        ("209876543210", "common"),
        ("qwertyuiop123", "common"),
        ("Qwertyuiop!234", "common"),
        ("1qaz2wsx3edc", "common"),
        ("abcdefghijkl", "common"),
        ("Password1234", "common"),
        ("P@ssw0rd!!!!!", "common"),
        ("welcome-2026!!", "common"),
        ("summer2026summer", "common"),
        ("69 71 12 34 56 78", "common"),
        ("κωδικος12345", "common"),
    ],
)
def test_easy_passwords_are_refused_with_the_reason(password: str, why: str) -> None:
    assert fault(password, NAME) == why


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Blue-heron 42",
        "τρεις γάτες στη στέγη",
        "zq8#Lm2!vB0x",
        "maria likes 17 red kites",
    ],
)
def test_good_passwords_are_taken(password: str) -> None:
    assert fault(password, NAME) is None


def test_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    """NFKC: composed and decomposed accents, full-width digits."""
    assert passwords.normal("cafe\u0301 １２") == passwords.normal("café 12")


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert fault(text, NAME) in (None, "short", "long", "personal", "common")


async def test_right_and_wrong_and_nobodys() -> None:
    hasher = Hasher()
    hashed = await hasher.hash("cafe\u0301 over the mill")
    assert hashed.startswith("$argon2id$")
    assert await hasher.verify("café over the mill", hashed) == (True, None)
    assert (await hasher.verify("cafe over the mill", hashed))[0] is False
    assert await hasher.verify("anything", None) == (False, None)
    assert await hasher.verify("anything", "not a hash") == (False, None)


async def test_few_are_hashed_at_once_and_a_long_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Galene's lesson: a crowd of sign-ins must not take the machine from the meetings."""
    hasher = Hasher()
    running, most = 0, 0
    gate = asyncio.Event()

    async def in_thread(work: object) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await gate.wait()
        running -= 1
        return "done"

    monkeypatch.setattr(asyncio, "to_thread", in_thread)
    waiting = [asyncio.ensure_future(hasher.hash("x")) for _ in range(passwords.WAITING)]
    await asyncio.sleep(0.01)
    assert most == passwords.AT_ONCE
    with pytest.raises(ApiError) as refused:
        await hasher.hash("one more")
    assert refused.value.code == "unavailable"
    gate.set()
    assert await asyncio.gather(*waiting) == ["done"] * passwords.WAITING
    assert most == passwords.AT_ONCE
