"""What a room writes down, what it keeps, and what happens when the store does not answer."""

from collections.abc import Sequence

from rooms import commands as c
from rooms.ids import ConferenceId, MessageId
from signaling.journal import Journal, Row
from tests.rooms.support import Stage


class Store:
    """A log in memory that can be broken."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.broken = False

    async def append(self, conference: str, events: Sequence[Row]) -> None:
        if self.broken:
            raise OSError("disk full")
        for seq, _, _, text in events:
            assert seq not in self.rows
            self.rows[seq] = text

    async def redact(self, conference: str, seq: int, json: str) -> None:
        if self.broken:
            raise OSError("disk full")
        assert seq in self.rows
        self.rows[seq] = json


class Course:
    """A room whose events go into a journal."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.store = Store()
        self.journal = Journal(ConferenceId("c"), self.store)

    def do(self, actor: str, command: c.Command) -> int:
        for event in self.stage.do(actor, command):
            self.journal.remember(event, self.stage.state)
        return self.stage.state.seq


def course() -> Course:
    made = Course()
    made.stage.organiser("olga")
    for event in made.stage.events:
        made.journal.remember(event, made.stage.state)
    return made


async def test_events_are_stored_once_and_in_order() -> None:
    made = course()
    made.do("olga", c.ChatSend("one"))
    assert await made.journal.save()
    made.do("olga", c.ChatSend("two"))
    assert await made.journal.save() and await made.journal.save()
    assert sorted(made.store.rows) == [1, 2, 3, 4]


async def test_a_broken_store_loses_nothing_while_it_lasts() -> None:
    """Losing the database does not end a running meeting."""
    made = course()
    made.store.broken = True
    made.do("olga", c.ChatSend("one"))
    assert not await made.journal.save()
    made.store.broken = False
    made.do("olga", c.ChatSend("two"))
    assert await made.journal.save()
    assert sorted(made.store.rows) == [1, 2, 3, 4]


async def test_a_deleted_text_leaves_memory_and_store() -> None:
    """U-3: stored, unsaved, or in the store's failure: the text goes."""
    for broken in (False, True):
        made = course()
        seq = made.do("olga", c.ChatSend("SECRET"))
        await made.journal.save()
        made.store.broken = broken
        made.do("olga", c.ChatDelete(MessageId(f"m{seq}")))
        await made.journal.save()
        made.store.broken = False
        await made.journal.save()
        assert "SECRET" not in "".join(made.store.rows.values())
        assert "SECRET" not in str(made.journal.since(0, lambda _: True, 100))


async def test_a_text_deleted_before_it_was_stored_is_never_stored() -> None:
    made = course()
    seq = made.do("olga", c.ChatSend("SECRET"))
    made.do("olga", c.ChatDelete(MessageId(f"m{seq}")))
    await made.journal.save()
    assert "SECRET" not in "".join(made.store.rows.values())


async def test_a_text_deleted_while_it_is_being_stored_goes_too() -> None:
    """The store may have the old row already: it is written over."""
    made = course()
    seq = made.do("olga", c.ChatSend("SECRET"))
    append = made.store.append

    async def slow(conference: str, events: Sequence[Row]) -> None:
        await append(conference, events)
        made.do("olga", c.ChatDelete(MessageId(f"m{seq}")))

    made.store.append = slow  # type: ignore[method-assign]
    await made.journal.save()
    made.store.append = append  # type: ignore[method-assign]
    await made.journal.save()
    assert "SECRET" not in "".join(made.store.rows.values())
    assert sorted(made.store.rows) == [1, 2, 3, 4]


async def test_missed_events_are_the_newest_that_are_wanted() -> None:
    made = course()
    for text in "abcdef":
        made.do("olga", c.ChatSend(text))
    assert [event.seq for event in made.journal.since(4, lambda _: True, 100)] == [5, 6, 7, 8]
    assert [event.seq for event in made.journal.since(0, lambda event: event.seq % 2 == 0, 2)] == [6, 8]
