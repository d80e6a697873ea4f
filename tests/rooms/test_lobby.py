"""The lobby and the planned end, as values: who waits, who lets in, when it is over (S-9, decision 2, decision 11)."""

from dataclasses import replace

import pytest

from rooms import commands as c
from rooms.events import Ending, EndMoved, LobbyChanged, SessionEnded, SettingsChanged, WaitingLeft
from rooms.ids import DeviceId, ParticipantId, SessionId
from rooms.lobby import MOST_WAITING, must_wait
from rooms.model import EndReason, KnockOutcome, Role, RoomSettings
from rooms.rights import Act
from rooms.visibility import audience, snapshot
from tests.rooms.support import Stage

MINUTE, DAY = 60_000, 86_400_000


def stage(**settings: object) -> Stage:
    made = Stage(RoomSettings(title="Council", **{"lobby": True, **settings}))  # type: ignore[arg-type]
    made.organiser("olga")
    return made


def knock(on: Stage, *ids: str) -> None:
    for id in ids:
        on.now += 1
        on.do(id, c.Knock(id.capitalize(), guest=True, device=DeviceId(f"device-{id}")))


def waits(on: Stage, id: str, *, moderator: bool = False, organiser: bool = False, lobby: bool = False) -> bool:
    return must_wait(on.state, on.settings, ParticipantId(id), moderator=moderator, organiser=organiser, lobby=lobby)


def target(id: str) -> ParticipantId:
    return ParticipantId(id)


def test_everyone_waits_but_moderators_and_who_was_let_in() -> None:
    room = stage()
    assert waits(room, "ana")
    assert not waits(room, "ana", moderator=True)
    assert not waits(room, "ana", organiser=True)
    knock(room, "ana")
    room.do("olga", c.Admit(target("ana")))
    assert not waits(room, "ana")


def test_a_way_in_may_lead_through_the_lobby_where_there_is_none() -> None:
    """Decision 11: a PIN of a conference under attack."""
    room = stage(lobby=False)
    assert not waits(room, "ana")
    assert waits(room, "ana", lobby=True)


def test_who_was_in_and_left_does_not_wait_again_in_this_session() -> None:
    room = stage(lobby=False)
    room.join("ben")
    room.do("ben", c.Leave())
    room.do("olga", c.SetLobby(True))
    assert not waits(room, "ben")
    assert waits(room, "cora")


def test_waiting_people_are_nobody_in_the_room() -> None:
    room = stage()
    knock(room, "ana")
    assert "ana" not in room
    for command in (c.ChatSend("x"), c.SetMic(True), c.Hand(True), c.React(c.Reaction.CLAP), c.Leave(), c.Admit()):
        if not isinstance(command, c.Leave):
            assert room.refused("ana", command) == "not_joined"
    seen = snapshot("c", room.room, room["olga"], 0)  # type: ignore[arg-type]
    assert [one["name"] for one in seen["waiting"]] == ["Ana"]
    ben = room.join("ben", role=Role.SPEAKER)
    assert snapshot("c", room.room, ben, 0)["waiting"] == []  # type: ignore[arg-type]
    assert not any(audience(event, room.state)(ben) for event in room.events if event.action == "knock")


def test_the_word_of_who_waits_is_replaced_not_added() -> None:
    room = stage()
    knock(room, "ana")
    for text in ("one", "two", "two"):
        room.do("ana", c.LobbyMessage(text))
    assert room.state.waiting[target("ana")].message == "two"
    assert room.refused("stranger", c.LobbyMessage("x")) == "not_joined"


@pytest.mark.parametrize("command", [c.Admit(), c.Refuse(), c.SetLobby(False), c.Extend(15)])
def test_only_moderators_mind_the_door(command: c.Command) -> None:
    room = stage(expires_at=10**9)
    room.join("ben")
    knock(room, "ana")
    assert room.refused("ben", command) == "forbidden"
    assert target("ana") in room.state.waiting


def test_one_or_all_are_let_in_in_order() -> None:
    room = stage()
    knock(room, "ana", "ben", "cora")
    room.do("olga", c.Admit(target("ben")))
    assert list(room.state.waiting) == ["ana", "cora"]
    (event,) = room.do("olga", c.Admit())
    assert event.fact == WaitingLeft((target("ana"), target("cora")), KnockOutcome.ADMITTED)
    assert room.do("olga", c.Admit()) == []
    assert room.refused("olga", c.Admit(target("ana"))) == "no_such_participant"


def test_who_was_refused_does_not_knock_again_with_the_same_browser_either() -> None:
    room = stage()
    knock(room, "ana")
    room.do("olga", c.Refuse(target("ana")))
    assert room.refused("ana", c.Knock("Ana", device=DeviceId("new"))) == "refused"
    assert room.refused("ana2", c.Knock("Ana", device=DeviceId("device-ana"))) == "refused"
    knock(room, "ben")


def test_turning_the_lobby_off_lets_in_who_waits() -> None:
    room = stage()
    knock(room, "ana", "ben")
    room.do("olga", c.SetLobby(False))
    assert room.state.waiting == {}
    assert not waits(room, "ana")
    assert not waits(room, "cora")
    room.do("olga", c.SetLobby(True))
    assert waits(room, "cora")


def test_bans_and_locks_hold_at_the_door() -> None:
    room = stage()
    room.do("olga", c.Lock(True))
    assert room.refused("ana", c.Knock("Ana")) == "locked"


def test_a_locked_room_lets_nobody_in_and_says_so_to_who_admits() -> None:
    room = stage()
    knock(room, "ana")
    room.do("olga", c.Lock(True))
    assert room.refused("olga", c.Admit(target("ana"))) == "locked"
    room.do("olga", c.Lock(False))
    room.do("olga", c.Admit(target("ana")))


def test_as_many_are_let_in_as_there_are_seats_and_the_others_go_on_waiting() -> None:
    room = stage(max_participants=3)
    knock(room, "ana", "ben", "cora")
    room.do("olga", c.Admit())
    assert list(room.state.waiting) == ["cora"]
    room.join("ana")
    room.join("ben")
    assert room.refused("olga", c.Admit()) == "full"
    room.do("ana", c.Leave())
    room.do("olga", c.Admit())
    assert not room.state.waiting


def test_who_was_banned_while_waiting_stays_out_though_admitted() -> None:
    """The browser of somebody who waits may be banned through somebody who is in."""
    room = stage()
    room.join("eve", device=DeviceId("device-ana"))
    knock(room, "ana")
    room.moderate("olga", Act.BAN, "eve")
    room.do("olga", c.Admit(target("ana")))
    join = c.Join(SessionId("s"), "Ana", Role.SPEAKER, device=DeviceId("device-ana"))
    assert room.refused("ana", join) == "banned"


def test_the_end_of_the_conference_empties_the_queue() -> None:
    room = stage()
    knock(room, "ana")
    room.do("olga", c.End())
    assert not room.state.waiting and room.replayed() == room.state


def test_the_queue_is_bounded() -> None:
    room = stage()
    knock(room, *(f"p{n}" for n in range(MOST_WAITING)))
    assert room.refused("late", c.Knock("Late")) == "full"
    room.do("p0", c.KnockOff())
    knock(room, "late")


def test_waiting_is_rebuilt_from_the_log_and_ends_with_a_restart() -> None:
    room = stage()
    knock(room, "ana", "ben")
    room.do("ana", c.LobbyMessage("hello"))
    room.do("olga", c.Refuse(target("ben")))
    assert room.replayed() == room.state
    room.do(None, c.Restart())
    assert room.state.waiting == {}
    assert room.replayed() == room.state


def test_a_new_session_forgets_who_was_let_in_or_refused() -> None:
    room = stage(empty_after_ms=1000)
    knock(room, "ana", "ben")
    room.do("olga", c.Admit(target("ana")))
    room.do("olga", c.Refuse(target("ben")))
    room.do("olga", c.Leave())
    room.now += 2000
    room.do(None, c.Tick())
    room.organiser("olga")
    assert waits(room, "ana")
    knock(room, "ben")


# the planned end


def test_everyone_is_warned_once_five_minutes_before_the_end() -> None:
    """Decision 2."""
    room = stage(expires_at=1_000_000 + 10 * MINUTE)
    room.now = 1_000_000 + 5 * MINUTE - 1
    assert room.do(None, c.Tick()) == []
    room.now += 1
    (event,) = room.do(None, c.Tick())
    assert event.fact == Ending(1_000_000 + 10 * MINUTE)
    assert room.do(None, c.Tick()) == []


def test_extension_moves_the_end_within_the_longest() -> None:
    room = stage(expires_at=1_000_000 + MINUTE, longest_end=1_000_000 + 20 * MINUTE)
    (event,) = room.do("olga", c.Extend(15))
    assert event.fact == EndMoved(1_000_000 + 16 * MINUTE)
    room.room.settings = RoomSettings(
        title="C", expires_at=1_000_000 + 16 * MINUTE, longest_end=1_000_000 + 20 * MINUTE
    )
    assert room.refused("olga", c.Extend(15)) == "wrong_state"
    room.now = 1_000_000 + 12 * MINUTE
    (warned,) = room.do(None, c.Tick())
    assert warned.fact == Ending(1_000_000 + 16 * MINUTE)


def test_at_the_end_it_is_over_for_all() -> None:
    room = stage(expires_at=1_000_000 + MINUTE)
    room.now += 2 * MINUTE
    (event,) = room.do(None, c.Tick())
    assert event.fact == SessionEnded(EndReason.EXPIRED)
    assert room.refused("ana", c.Knock("Ana")) == "expired"


def test_a_session_lasts_a_day_and_the_reservation_goes_on() -> None:
    """E2-2, decision 4."""
    room = stage(expires_at=1_000_000 + 5 * DAY)
    room.now += DAY
    (event,) = room.do(None, c.Tick())
    assert event.fact == SessionEnded(EndReason.LIMIT)
    room.organiser("olga")
    assert "olga" in room


# changed outside of the room


def test_everybody_is_told_of_a_new_title_end_and_maximum() -> None:
    room = stage(expires_at=1_000_000 + DAY)
    ben = room.join("ben")
    after = replace(room.settings, title="Board", max_participants=5, expires_at=1_000_000 + MINUTE)
    (event,) = room.do(None, c.ChangeSettings(after))
    assert event.fact == SettingsChanged("Board", 5, 1_000_000 + MINUTE, None)
    assert audience(event, room.state)(ben)
    assert room.room.settings == after
    (warned,) = room.do(None, c.Tick())
    assert warned.fact == Ending(1_000_000 + MINUTE)
    assert room.do(None, c.ChangeSettings(replace(after, record=True))) == []
    assert room.refused("olga", c.ChangeSettings(after)) == "forbidden"


def test_the_lobby_is_as_was_said_last_in_the_room_or_outside() -> None:
    room = stage(lobby=False)
    plain = room.settings
    room.do("olga", c.SetLobby(True))
    knock(room, "ana")
    room.do(None, c.ChangeSettings(replace(plain, title="Board")))
    assert waits(room, "ben")
    assert room.do(None, c.ChangeSettings(replace(plain, title="Board", lobby=True))) == []
    turned, admitted = room.do(None, c.ChangeSettings(replace(plain, title="Board")))
    assert turned.fact == LobbyChanged(False)
    assert admitted.fact == WaitingLeft((target("ana"),), KnockOutcome.ADMITTED)
    assert not waits(room, "ben")
