"""What of a room's acts goes into the audit log: who did what to whom, by ids, once per act."""

import pytest

from rooms import commands as c
from rooms.ids import DeviceId, ParticipantId
from rooms.model import Role, RoomSettings
from rooms.rights import Act
from signaling.audited import AUDITED, Audited, audited
from signaling.messages import CALLS
from tests.rooms.support import Stage


def stage() -> Stage:
    made = Stage(RoomSettings(title="Council", lobby=True, expires_at=10**9))
    made.organiser("olga")
    made.join("bob", mic=True)
    made.join("eve", mic=True)
    for id in ("ana", "ben"):
        made.do(id, c.Knock(id.capitalize(), device=DeviceId(f"device-{id}")))
    return made


def act(made: Stage, command: c.Command, actor: str = "olga") -> Audited:
    [found] = audited(made.do(actor, command))
    assert (found.actor, found.at_ms) == (actor, made.now)
    return found


def moderate(made: Stage, action: Act, target: str | None, hold: bool = False) -> Audited:
    return act(made, c.Moderate(action, ParticipantId(target) if target else None, hold))


def test_admission_and_refusal_name_those_it_met() -> None:
    made = stage()
    assert act(made, c.Admit(ParticipantId("ana"))).details == {"participants": ["ana"]}
    assert act(made, c.Refuse()).details == {"participants": ["ben"]}


def test_muting_everybody_is_one_act() -> None:
    found = moderate(stage(), Act.MUTE, None, hold=True)
    assert found.action == "mute"
    assert found.details == {"all_held": ["mic"], "participants": ["bob", "eve"], "held": True}


@pytest.mark.parametrize(
    ("action", "details"),
    [
        (Act.KICK, {"participants": ["bob"]}),
        (Act.BAN, {"participants": ["bob"], "banned": ["bob"]}),
        (Act.STOP_SHARE, {"participants": ["bob"], "held": True}),
        (Act.DEMOTE_LISTENER, {"participants": ["bob"], "role": "listener"}),
        (Act.MAKE_MODERATOR, {"participants": ["bob"], "role": "presenter"}),
    ],
)
def test_acts_on_one(action: Act, details: dict[str, object]) -> None:
    found = moderate(stage(), action, "bob", hold=True)
    assert (found.action, found.details) == (action.value, details)


def test_a_right_is_audited_when_it_is_offered_and_when_it_is_taken() -> None:
    made = stage()
    made.join("lia", role=Role.LISTENER)
    assert moderate(made, Act.PROMOTE_SPEAKER, "lia").details == {"participants": ["lia"], "role": "speaker"}
    taken = act(made, c.PromotionAnswer(True), "lia")
    assert (taken.action, taken.details) == ("accept_promotion", {"participants": ["lia"], "role": "speaker"})


def test_turning_the_lobby_off_is_two_acts() -> None:
    found = audited(stage().do("olga", c.SetLobby(False)))
    assert [(one.action, one.details) for one in found] == [
        ("lobby", {"on": False}),
        ("admit", {"participants": ["ana", "ben"]}),
    ]


@pytest.mark.parametrize(
    ("command", "action", "details"),
    [
        (c.Lock(True), "lock", {"locked": True}),
        (c.Extend(15), "extend", {"ends_at": 10**9 + 15 * 60_000}),
        (c.End(), "end", {}),
        (c.ChatClose(True), "chat_close", {"closed": True}),
    ],
)
def test_acts_on_the_room(command: c.Command, action: str, details: dict[str, object]) -> None:
    found = act(stage(), command)
    assert (found.action, found.details) == (action, details)


def test_recording_is_audited_from_request_to_stop() -> None:
    made = stage()
    found = audited(made.do("olga", c.Record(c.RecordingAction.START)))
    found += audited(made.do("olga", c.Record(c.RecordingAction.STOP)))
    assert [(one.action, one.details["state"]) for one in found] == [
        ("recording_request", "armed"),
        ("recording_start", "recording"),
        ("recording_stop", "armed"),
    ]


def test_ones_own_doing_and_the_servers_are_not_acts_on_others() -> None:
    made = stage()
    for command in (c.SetMic(False), c.Hand(True), c.ChatSend("secret"), c.Leave()):
        assert audited(made.do("bob", command)) == []
    assert audited(made.do(None, c.End())) == []


def test_nothing_of_what_people_write_or_are_called_gets_in() -> None:
    made = stage()
    (sent,) = made.do("bob", c.ChatSend("secret"))
    found = act(made, c.ChatDelete(sent.fact.message.id))  # type: ignore[union-attr]
    assert found.details == {"message": sent.fact.message.id}  # type: ignore[union-attr]


def test_every_act_of_moderators_is_named_or_left_out_on_purpose() -> None:
    left_out = {"ask_unmute", "lower_hand", "spotlight", "unspotlight"}
    assert {act.value for act in c.MODERATION_ACTS} - AUDITED == left_out


OF_CALLS = {
    "chat_delete": {"chat_delete"},
    "chat_close": {"chat_close"},
    "moderate": {act.value for act in c.MODERATION_ACTS} & AUDITED,
    "admit": {"admit"},
    "refuse": {"refuse"},
    "lobby": {"lobby", "admit"},
    "extend": {"extend"},
    "promotion_answer": {"accept_promotion"},
    "lock": {"lock"},
    "recording": {"recording_request", "recording_start", "recording_stop"},
    "end": {"end"},
}
LEAVE_NOTHING = {
    "join": "who was in is in the books of the session",
    "leave": "who was in is in the books of the session",
    "offer": "media",
    "view": "media",
    "mic": "one's own",
    "camera": "one's own",
    "screen": "one's own",
    "mode": "one's own",
    "hand": "takes no right",
    "react": "one's own",
    "chat_send": "words are not written down",
    "lobby_message": "words are not written down",
    "consent": "has a log of its own",
}


def test_every_call_is_decided_what_it_leaves_or_why_it_leaves_nothing() -> None:
    assert sorted(CALLS) == sorted([*OF_CALLS, *LEAVE_NOTHING])
    assert set().union(*OF_CALLS.values()) == AUDITED
