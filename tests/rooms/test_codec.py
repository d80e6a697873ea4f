"""Events as JSON: what clients see holds nothing of the server's own, and the log reads back exactly."""

import json
from dataclasses import replace

import pytest

from rooms import codec
from rooms import commands as c
from rooms.ids import ParticipantId
from rooms.model import RoomSettings
from rooms.rights import Act
from tests.rooms.support import YES, Stage


def eventful() -> Stage:
    """Every kind of fact at least once."""
    stage = Stage(RoomSettings(title="Council", expires_at=1_100_000))
    stage.organiser("olga")
    stage.join("bob", consent=YES)
    stage.moderate("olga", Act.MUTE, None, hold=True)
    stage.moderate("olga", Act.ASK_UNMUTE, "bob")
    stage.moderate("olga", Act.SPOTLIGHT, "bob")
    stage.moderate("olga", Act.DEMOTE_LISTENER, "bob")
    stage.moderate("olga", Act.PROMOTE_SPEAKER, "bob")
    stage.do("bob", c.Hand(True))
    stage.do("bob", c.React(c.Reaction.HEART))
    (sent,) = stage.do("bob", c.ChatSend("ώρα καλή", ParticipantId("olga")))
    stage.do("bob", c.ChatDelete(sent.fact.message.id))  # type: ignore[union-attr]
    stage.do("olga", c.ChatClose(True))
    stage.do("olga", c.Lock(True))
    stage.do("olga", c.Record(c.RecordingAction.START))
    stage.do(None, c.Restart())
    stage.do("olga", c.SetMode(c.Mode.LISTEN))
    stage.moderate("olga", Act.BAN, "bob")
    stage.do("olga", c.Lock(False))
    stage.do("olga", c.SetLobby(True))
    stage.do("cora", c.Knock("Cora"))
    stage.do("cora", c.LobbyMessage("hello"))
    stage.do("olga", c.Admit())
    stage.do(None, c.Tick())
    stage.do("olga", c.Extend(15))
    stage.do(None, c.ChangeSettings(replace(stage.room.settings, title="Board")))
    stage.do("olga", c.End())
    return stage


def test_every_fact_reads_back_as_it_was_written() -> None:
    stage = eventful()
    assert {type(event.fact) for event in stage.events} == set(codec.TYPES)
    for event in stage.events:
        assert codec.restore(*codec.store(event)) == event


def test_clients_see_no_device() -> None:
    """A browser's random id is the server's own."""
    for event in eventful().events:
        assert "device-" not in json.dumps(codec.wire(event))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"actor":null,"action":"x"}', '{"actor":1,"action":2,"id":[]}']
)
@pytest.mark.parametrize("type", [*codec.TYPES.values(), "unknown"])
def test_a_foreign_event_is_one_error(type: str, text: str) -> None:
    try:
        codec.restore(1, 1, type, text)
    except codec.CodecError as error:
        assert error.code == "bad_event"
