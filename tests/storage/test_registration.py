"""How accounts come to life when several things happen at the same time, and what the registry's silence means."""

import asyncio

import pytest
from sqlalchemy import select

from storage.email_tokens import Purpose
from storage.errors import EmailTaken
from storage.registration import Completion, Newcomer
from storage.service import Storage
from storage.tables import User

MARIA = Newcomer("https://id", "maria", "Maria", "P.")


async def claimed(storage: Storage, subject: str, email: str) -> tuple[str, str]:
    """An account that waits for the proof of this address, and the token of its link."""
    user = await storage.registration.register(Newcomer("https://id", subject, "", "X"), now_ms=1)
    await storage.registration.complete(user, Completion(None, None, email, None), now_ms=1)
    async with storage.db.write() as session:
        token = await storage.email_tokens.send_in(session, user, Purpose.CONFIRM, email, now_ms=1)
    return user, token


async def test_two_tabs_of_one_person_make_one_account(storage: Storage) -> None:
    made = await asyncio.gather(*(storage.registration.register(MARIA, now_ms=1) for _ in range(6)))
    assert len(set(made)) == 1
    async with storage.db.read() as session:
        assert len((await session.scalars(select(User.id))).all()) == 1


async def test_of_several_proofs_of_one_address_at_once_one_wins(storage: Storage) -> None:
    """Nobody gets an error that is ours, and nobody an address that is somebody's."""
    waiting = [await claimed(storage, f"s{number}", "one@example.gr") for number in range(5)]
    results = await asyncio.gather(
        *(storage.registration.confirm(token, signed_in=None, now_ms=2) for _, token in waiting),
        return_exceptions=True,
    )
    assert sum(isinstance(result, EmailTaken) for result in results) == 4, results
    holder = await storage.accounts.by_email("one@example.gr")
    assert holder is not None and holder.state == "active"


async def test_one_link_followed_many_times_at_once_confirms_once(storage: Storage) -> None:
    user, token = await claimed(storage, "s", "one@example.gr")
    results = await asyncio.gather(
        *(storage.registration.confirm(token, signed_in=None, now_ms=2) for _ in range(5)), return_exceptions=True
    )
    assert not [result for result in results if isinstance(result, Exception) and not hasattr(result, "code")]
    found = await storage.users.get(user)
    assert found is not None and found.state == "active"


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [("yes", "unknown", "yes"), ("no", "unknown", "no"), ("yes", "no", "no"), ("unknown", "yes", "yes")],
)
async def test_a_registry_out_of_reach_takes_nothing_back(storage: Storage, before: str, now: str, after: str) -> None:
    """Decision 7."""
    user = await storage.registration.register(Newcomer("https://id", "m", "M", "P", before, "Town"), now_ms=1)
    await storage.registration.came_again(user, name=None, employment=now, employment_body="", now_ms=2)
    assert (await storage.accounts.profile(user)).employment == after
