"""Sessions of browsers: renewed, listed, ended one by one or all others."""

import pytest

from storage.errors import NotFound
from storage.service import Storage
from storage.web_sessions import SEEN_EVERY_MS


@pytest.fixture
def store(storage: Storage) -> Storage:
    return storage


async def test_signing_in_again_ends_the_browsers_former_session(store: Storage) -> None:
    """A session that somebody planted before the sign-in is worth nothing after it."""
    user = await store.users.add("Anna")
    former = await store.web_sessions.create(user.id, now_ms=0)
    new = await store.web_sessions.create(user.id, now_ms=1, instead_of=former)
    assert await store.web_sessions.user(former, now_ms=2) is None
    assert await store.web_sessions.user(new, now_ms=2) is not None


async def test_list_names_kind_and_time_and_puts_this_one_first(store: Storage) -> None:
    user = await store.users.add("Anna")
    here = await store.web_sessions.create(user.id, now_ms=0, agent="Firefox, Linux")
    await store.web_sessions.create(user.id, now_ms=5, agent="Chrome, Android")
    listed = await store.web_sessions.of(user.id, current=here, now_ms=6)
    assert [(one.agent, one.current, one.created_ms) for one in listed] == [
        ("Firefox, Linux", True, 0),
        ("Chrome, Android", False, 5),
    ]


async def test_last_seen_moves_in_steps(store: Storage) -> None:
    user = await store.users.add("Anna")
    here = await store.web_sessions.create(user.id, now_ms=0)
    for now_ms, seen_ms in ((SEEN_EVERY_MS - 1, 0), (SEEN_EVERY_MS, SEEN_EVERY_MS), (SEEN_EVERY_MS + 5, SEEN_EVERY_MS)):
        assert await store.web_sessions.user(here, now_ms=now_ms) is not None
        [listed] = await store.web_sessions.of(user.id, current=here, now_ms=now_ms)
        assert listed.seen_ms == seen_ms


async def test_nobody_ends_a_session_of_somebody_else(store: Storage) -> None:
    anna, otto = await store.users.add("Anna"), await store.users.add("Otto")
    here = await store.web_sessions.create(anna.id, now_ms=0)
    [listed] = await store.web_sessions.of(anna.id, current=here, now_ms=0)
    with pytest.raises(NotFound):
        await store.web_sessions.end_one(otto.id, listed.id)
    await store.web_sessions.end_one(anna.id, listed.id)
    assert await store.web_sessions.user(here, now_ms=1) is None


async def test_all_others_end_and_this_one_stays(store: Storage) -> None:
    user = await store.users.add("Anna")
    here, *others = [await store.web_sessions.create(user.id, now_ms=0) for _ in range(4)]
    assert await store.web_sessions.end_others(user.id, current=here) == 3
    assert await store.web_sessions.user(here, now_ms=1) is not None
    for other in others:
        assert await store.web_sessions.user(other, now_ms=1) is None
