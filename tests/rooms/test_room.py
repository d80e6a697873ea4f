"""The room's course in plain cases: coming and going, moderation, chat, recording, and the log behind it."""

import pytest

from rooms import chat
from rooms import commands as c
from rooms.commands import RecordingAction as R
from rooms.events import Asked, ConsentAsked, ParticipantChanged, ParticipantLeft, RecordingChanged, SessionEnded
from rooms.ids import DeviceId, MessageId, ParticipantId
from rooms.model import (
    By,
    Device,
    EndReason,
    LeftReason,
    Mode,
    RecordingPhase,
    Role,
    RoomSettings,
    StartAs,
    Switch,
)
from rooms.rights import Act, gates
from rooms.visibility import audience, snapshot
from tests.rooms.support import NO, YES, Stage


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.organiser("olga")
    made.join("bob", mic=True, camera=True)
    return made


def seen_by(stage: Stage, id: str) -> list[str]:
    """Texts of the chat as this person gets them."""
    return [message.text for message in chat.visible(stage.state, ParticipantId(id))]


def test_the_first_join_opens_a_session_and_numbers_grow(stage: Stage) -> None:
    assert stage.state.session is not None and stage.state.session.id == "s1"
    assert (stage["olga"].number, stage["bob"].number) == (1, 2)


def test_a_hold_keeps_the_microphone_off(stage: Stage) -> None:
    """S-16: muted and held; turning on is refused until released, and release alone turns nothing on."""
    stage.moderate("olga", Act.MUTE, "bob", hold=True)
    assert stage["bob"].mic == Switch(on=False, held=True, by=By.MODERATOR)
    assert stage.refused("bob", c.SetMic(True)) == "held"
    stage.moderate("olga", Act.RELEASE, "bob")
    assert "mic" not in gates(stage["bob"])
    stage.do("bob", c.SetMic(True))
    assert stage["bob"].mic == Switch(on=True, by=By.SELF)


def test_nobody_is_unmuted_by_somebody_else(stage: Stage) -> None:
    """S-16: asking is an event for the target alone; it opens nothing."""
    stage.moderate("olga", Act.MUTE, "bob", hold=True)
    events = stage.moderate("olga", Act.ASK_UNMUTE, "bob")
    assert not stage["bob"].mic.on and not stage["bob"].mic.held
    asked = next(event for event in events if isinstance(event.fact, Asked))
    assert audience(asked, stage.state)(stage["bob"])
    assert not audience(asked, stage.state)(stage["olga"])


def test_mute_all_spares_moderators_and_holds_latecomers(stage: Stage) -> None:
    """S-16: one act for all; who comes later finds it held; release for all ends it."""
    stage.do("olga", c.SetMic(True))
    stage.moderate("olga", Act.MUTE, None, hold=True)
    assert stage["olga"].mic.on and stage["bob"].mic.held
    late = stage.join("late", mic=True)
    assert late.mic == Switch(on=False, held=True, by=By.MODERATOR)
    stage.moderate("olga", Act.RELEASE, None)
    assert not stage["late"].mic.held and stage.state.all_held == frozenset()
    assert stage.join("later", mic=True).mic.on


def test_leaving_and_coming_back_lifts_no_hold(stage: Stage) -> None:
    """S-16: neither the same participant nor a new one of the same browser escapes a hold."""
    stage.moderate("olga", Act.MUTE, "bob", hold=True)
    stage.do("bob", c.Leave())
    assert stage.join("bob", mic=True).mic.held
    stage.do("bob", c.Leave())
    assert stage.join("robert", device=DeviceId("device-bob"), mic=True).mic.held


def test_a_demotion_is_not_escaped_by_leaving(stage: Stage) -> None:
    stage.moderate("olga", Act.DEMOTE_LISTENER, "bob")
    assert gates(stage["bob"]) == frozenset()
    stage.do("bob", c.Leave())
    assert stage.join("bob").role is Role.LISTENER


def test_a_demotion_takes_a_waiting_invitation_back(stage: Stage) -> None:
    """S-24: otherwise its receiver accepts it after having been demoted."""
    stage.moderate("olga", Act.DEMOTE_LISTENER, "bob")
    stage.moderate("olga", Act.PROMOTE_SPEAKER, "bob")
    stage.moderate("olga", Act.DEMOTE_SPEAKER, "bob")
    assert stage["bob"].promotion is not None and stage["bob"].role is Role.LISTENER
    stage.moderate("olga", Act.DEMOTE_LISTENER, "bob")
    assert stage["bob"].promotion is None
    assert stage.refused("bob", c.PromotionAnswer(True)) == "wrong_state"


def test_a_second_tab_of_the_same_browser_lifts_no_hold_and_undoes_no_demotion(stage: Stage) -> None:
    """S-16: beside oneself or after leaving, under a new id; somebody else's browser is not concerned."""
    stage.moderate("olga", Act.MUTE, "bob", hold=True)
    assert stage.join("robert", device=DeviceId("device-bob"), mic=True).mic.held
    stage.moderate("olga", Act.DEMOTE_LISTENER, "bob")
    assert stage.join("bobby", device=DeviceId("device-bob"), mic=True).role is Role.LISTENER
    stage.do("bob", c.Leave())
    assert stage.join("rob", device=DeviceId("device-bob"), mic=True).role is Role.LISTENER
    assert stage.join("other", mic=True).mic.on and stage["other"].role is Role.PRESENTER
    assert stage.join("boss", device=DeviceId("device-bob"), mic=True, moderator=True).mic.on


def test_a_moderator_of_an_earlier_session_is_not_banned_by_another_moderator(stage: Stage) -> None:
    """S-15: the shield of moderators and organisers outlives their session."""
    stage.join("mia", moderator=True)
    stage.do("mia", c.Leave())
    stage.do("bob", c.Leave())
    stage.do("olga", c.Leave())
    stage.now += 120_000
    stage.do(None, c.Tick())
    assert stage.state.session is None
    stage.join("max", moderator=True)
    ban = {id: c.Moderate(Act.BAN, ParticipantId(id)) for id in ("mia", "olga", "bob")}
    assert stage.refused("max", ban["mia"]) == "forbidden"
    assert stage.refused("max", ban["olga"]) == "protected"
    stage.do("max", ban["bob"])
    assert set(stage.state.banned) == {"bob"}


def test_kick_blocks_participant_and_device_for_the_session(stage: Stage) -> None:
    """S-15: and the next session is open again."""
    stage.moderate("olga", Act.KICK, "bob")
    assert "bob" not in stage
    again = c.Join(session=stage.state.session.id, name="x", role=Role.SPEAKER)  # type: ignore[union-attr]
    assert stage.refused("bob", again) == "kicked"
    with pytest.raises(Exception, match="kicked"):
        stage.join("robert", device=DeviceId("device-bob"))
    stage.do("olga", c.Leave())
    stage.now += 120_000
    stage.do(None, c.Tick())
    assert stage.state.session is None
    stage.join("bob")


@pytest.mark.parametrize("act", [Act.KICK, Act.BAN])
def test_a_second_tab_of_the_same_browser_goes_too(stage: Stage, act: Act) -> None:
    """S-15: whoever is in twice is out twice; moderators of that browser and others stay."""
    stage.join("bert", device=DeviceId("device-bob"))
    stage.join("mona", moderator=True, device=DeviceId("device-bob"))
    stage.join("cleo")
    stage.do("bert", c.Hand(True))
    events = stage.moderate("olga", act, "bob")
    assert [e.fact.id for e in events if isinstance(e.fact, ParticipantLeft)] == ["bob", "bert"]
    assert "mona" in stage and "cleo" in stage and stage.state.hands == ()
    for id in ("bob", "bert"):
        with pytest.raises(Exception, match=r"kicked|banned"):
            stage.join(id, device=DeviceId("device-bob"))
    assert set(stage.state.banned) == ({"bob", "bert"} if act is Act.BAN else set())


def test_whoever_left_one_tab_is_banned_with_the_other(stage: Stage) -> None:
    stage.join("bert", device=DeviceId("device-bob"))
    stage.do("bob", c.Leave())
    stage.moderate("olga", Act.BAN, "bob")
    assert "bert" not in stage and set(stage.state.banned) == {"bob", "bert"}
    for id in ("bob", "bert"):
        stage.moderate("olga", Act.UNBAN, id)
    stage.join("bert", device=DeviceId("device-bob"))


def test_people_without_a_browser_are_not_taken_for_one(stage: Stage) -> None:
    """By telephone there is none."""
    for id in ("tom", "tim"):
        stage.join(id, device=DeviceId(""))
    stage.moderate("olga", Act.KICK, "tom")
    assert "tim" in stage


def test_ban_holds_for_the_life_of_the_conference(stage: Stage) -> None:
    """S-15: over sessions, until unban."""
    stage.moderate("olga", Act.BAN, "bob")
    stage.do("olga", c.Leave())
    stage.now += 120_000
    stage.do(None, c.Tick())
    with pytest.raises(Exception, match="banned"):
        stage.join("robert", device=DeviceId("device-bob"))
    stage.organiser("olga")
    stage.moderate("olga", Act.UNBAN, "bob")
    stage.join("bob")


def test_unban_lets_back_in_at_once(stage: Stage) -> None:
    stage.moderate("olga", Act.BAN, "bob")
    stage.moderate("olga", Act.UNBAN, "bob")
    stage.join("bob")


def test_somebody_who_has_gone_can_be_banned(stage: Stage) -> None:
    stage.do("bob", c.Leave())
    stage.moderate("olga", Act.BAN, "bob")
    with pytest.raises(Exception, match="banned"):
        stage.join("bob")


def test_a_banned_list_is_for_moderators(stage: Stage) -> None:
    stage.join("eve")
    (event, _) = stage.moderate("olga", Act.BAN, "bob")
    assert audience(event, stage.state)(stage["olga"]) and not audience(event, stage.state)(stage["eve"])
    conference = "c1"
    assert snapshot(conference, stage.room, stage["eve"], 0)["banned"] == []  # type: ignore[arg-type]
    assert snapshot(conference, stage.room, stage["olga"], 0)["banned"] == [{"id": "bob", "name": "Bob"}]  # type: ignore[arg-type]


def test_lock_keeps_strangers_out_but_not_moderators_or_those_in_grace(stage: Stage) -> None:
    stage.do("olga", c.Lock(True))
    with pytest.raises(Exception, match="locked"):
        stage.join("eve")
    stage.join("max", moderator=True)
    stage.do("bob", c.Disconnect())
    stage.join("bob")
    assert stage["bob"].connected


def test_the_maximum_counts_seats(stage: Stage) -> None:
    """S-38: seats in their grace time count; the organiser always gets in."""
    stage.room.settings = RoomSettings(title="Small", max_participants=3)
    stage.join("eve")
    stage.do("eve", c.Disconnect())
    with pytest.raises(Exception, match="full"):
        stage.join("late")
    stage.organiser("owner")
    stage.do("bob", c.Leave())
    stage.do("owner", c.Leave())
    stage.join("late")


def test_a_seat_is_kept_for_the_grace_time_and_not_longer(stage: Stage) -> None:
    """U-1: role, hand and holds come back with it; after 30 s it is gone."""
    stage.do("bob", c.Hand(True))
    stage.moderate("olga", Act.STOP_CAMERA, "bob", hold=True)
    stage.do("bob", c.Disconnect())
    stage.now += 29_999
    assert stage.do(None, c.Tick()) == []
    stage.join("bob", mic=True, camera=True)
    assert stage["bob"].connected and stage["bob"].camera.held and stage.state.hands == ("bob",)
    stage.do("bob", c.Disconnect())
    stage.now += 30_000
    events = stage.do(None, c.Tick())
    assert [event.fact for event in events][-1] == ParticipantLeft(ParticipantId("bob"), LeftReason.TIMEOUT)
    assert stage.state.hands == ()


def test_coming_back_turns_nothing_on(stage: Stage) -> None:
    stage.do("bob", c.SetMic(False))
    stage.do("bob", c.SetScreen(True, audio=True))
    stage.join("bob", mic=True, camera=False, screen=False)
    assert not stage["bob"].mic.on and not stage["bob"].camera.on and not stage["bob"].screen.on


def test_a_share_goes_on_when_its_sender_comes_back_with_it(stage: Stage) -> None:
    stage.do("bob", c.SetScreen(True, audio=True))
    stage.do("bob", c.Disconnect())
    stage.join("bob", mic=True, camera=True, screen=True)
    assert gates(stage["bob"]) == {"mic", "camera", "screen", "screen_audio"}


def test_an_empty_room_ends_its_session_and_keeps_the_chat(stage: Stage) -> None:
    """H-40: U-3: chat lasts as long as the conference."""
    stage.do("bob", c.ChatSend("see you"))
    stage.do("bob", c.Leave())
    stage.do("olga", c.Leave())
    stage.now += 119_999
    assert stage.do(None, c.Tick()) == []
    stage.now += 1
    (event,) = stage.do(None, c.Tick())
    assert event.fact == SessionEnded(EndReason.EMPTY)
    stage.join("next")
    assert seen_by(stage, "next") == ["see you"]
    assert stage["next"].number == 3


def test_the_room_goes_on_without_a_moderator(stage: Stage) -> None:
    stage.do("olga", c.Leave())
    stage.do("bob", c.ChatSend("still here"))
    stage.join("eve")


def test_end_is_final(stage: Stage) -> None:
    stage.do("olga", c.End())
    assert stage.state.over is EndReason.ENDED and not stage.state.participants
    with pytest.raises(Exception, match="ended"):
        stage.organiser("olga")


def test_the_conferences_time_runs_out() -> None:
    stage = Stage(RoomSettings(title="Short", expires_at=2_000_000))
    stage.join("bob")
    stage.now = 2_000_000
    (event,) = stage.do(None, c.Tick())
    assert event.fact == SessionEnded(EndReason.EXPIRED)
    with pytest.raises(Exception, match="expired"):
        stage.join("late")


def test_promotion_is_an_invitation(stage: Stage) -> None:
    """S-24, S-25: nothing changes before the answer; declining changes nothing."""
    stage.join("lisa", Role.LISTENER)
    assert stage.refused("lisa", c.SetMic(True)) == "forbidden"
    stage.moderate("olga", Act.PROMOTE_PRESENTER, "lisa")
    assert stage["lisa"].role is Role.LISTENER and stage.refused("lisa", c.SetScreen(True)) == "forbidden"
    stage.do("lisa", c.PromotionAnswer(False))
    assert stage["lisa"].promotion is None and stage["lisa"].role is Role.LISTENER
    assert stage.refused("lisa", c.PromotionAnswer(True)) == "wrong_state"
    stage.moderate("olga", Act.PROMOTE_SPEAKER, "lisa")
    stage.do("lisa", c.PromotionAnswer(True))
    assert stage["lisa"].role is Role.SPEAKER and not stage["lisa"].mic.on
    stage.do("lisa", c.SetMic(True))


def test_a_demoted_presenter_stops_presenting(stage: Stage) -> None:
    """S-17"""
    stage.do("bob", c.SetScreen(True))
    stage.moderate("olga", Act.DEMOTE_SPEAKER, "bob")
    assert stage["bob"].role is Role.SPEAKER and not stage["bob"].screen.on and stage["bob"].mic.on


def test_a_made_moderator_moderates_and_a_removed_one_does_not(stage: Stage) -> None:
    """S-14"""
    stage.room.settings = RoomSettings(title="x", start_as=StartAs.LISTENER)
    stage.join("eve")
    stage.moderate("olga", Act.MAKE_MODERATOR, "bob")
    stage.moderate("bob", Act.MUTE, "eve", hold=True)
    stage.moderate("olga", Act.REMOVE_MODERATOR, "bob")
    assert stage["bob"].role is Role.LISTENER and gates(stage["bob"]) == frozenset()
    assert stage.refused("bob", c.Moderate(Act.RELEASE, ParticipantId("eve"))) == "forbidden"
    stage.do("bob", c.Leave())
    assert not stage.join("bob", moderator=True).moderator


def test_hands_are_an_ordered_queue_without_doubles(stage: Stage) -> None:
    stage.join("eve")
    for id in ("bob", "eve", "bob"):
        stage.do(id, c.Hand(True))
    assert stage.state.hands == ("bob", "eve")
    assert stage.refused("eve", c.Hand(False, ParticipantId("bob"))) == "forbidden"
    stage.do("olga", c.Hand(False, ParticipantId("bob")))
    assert stage.state.hands == ("eve",)
    stage.moderate("olga", Act.LOWER_HAND, None)
    assert stage.state.hands == ()


def test_spotlight_leaves_with_its_person(stage: Stage) -> None:
    stage.moderate("olga", Act.SPOTLIGHT, "bob")
    assert stage.state.spotlight == "bob"
    stage.do("bob", c.Leave())
    assert stage.state.spotlight is None


def test_private_chat_is_for_two(stage: Stage) -> None:
    """U-3: not even moderators see or delete what is not for them."""
    stage.join("eve")
    (event,) = stage.do("bob", c.ChatSend("psst", ParticipantId("eve")))
    assert [audience(event, stage.state)(stage[id]) for id in ("olga", "bob", "eve")] == [False, True, True]
    assert (seen_by(stage, "olga"), seen_by(stage, "eve")) == ([], ["psst"])
    assert stage.refused("olga", c.ChatDelete(MessageId(f"m{event.seq}"))) == "no_such_message"
    assert stage.refused("bob", c.ChatSend("x", ParticipantId("nobody"))) == "no_such_participant"


def test_a_deleted_text_is_gone(stage: Stage) -> None:
    """U-3: authors delete their own, moderators any."""
    (event,) = stage.do("bob", c.ChatSend("oops"))
    stage.join("eve")
    id = MessageId(f"m{event.seq}")
    assert stage.refused("eve", c.ChatDelete(id)) == "forbidden"
    stage.do("olga", c.ChatDelete(id))
    assert stage.state.chat[id].text == "" and stage.state.chat[id].deleted_by == "olga"


def test_a_closed_chat_is_for_moderators(stage: Stage) -> None:
    stage.do("olga", c.ChatClose(True))
    assert stage.refused("bob", c.ChatSend("hello")) == "chat_closed"
    stage.do("olga", c.ChatSend("order"))
    stage.do("olga", c.ChatClose(False))
    stage.do("bob", c.ChatSend("hello"))


def test_listening_and_speaking_alternate_freely(stage: Stage) -> None:
    """S-18..S-20: the switch changes no right and remembers the microphone."""
    for mode, open_ in ((Mode.LISTEN, False), (Mode.SPEAK, True), (Mode.LISTEN, False), (Mode.SPEAK, True)):
        stage.do("bob", c.SetMode(mode))
        assert ("mic" in gates(stage["bob"])) is open_
    assert stage["bob"].role is Role.PRESENTER


def test_recording_goes_from_off_over_armed_to_fragments(stage: Stage) -> None:
    """S-39..S-42: ticked in the room, everyone without an answer is asked, start and stop toggle."""
    assert stage.state.recording.state is RecordingPhase.OFF
    assert stage.refused("olga", c.Record(R.STOP)) == "wrong_state"
    changed, asked = stage.do("olga", c.Record(R.REQUEST))
    assert isinstance(changed.fact, RecordingChanged)
    assert asked.fact == ConsentAsked(frozenset({ParticipantId("olga"), ParticipantId("bob")}))
    stage.do("bob", c.SetConsent(NO))
    stage.do("olga", c.Record(R.START))
    assert stage.state.recording.state is RecordingPhase.RECORDING and stage.state.recording.since == stage.now
    assert stage.refused("olga", c.Record(R.START)) == "wrong_state"
    stage.do("olga", c.Record(R.STOP))
    stage.do("olga", c.Record(R.START))
    assert stage.state.recording.fragments == 2
    assert stage.refused("bob", c.Record(R.STOP)) == "forbidden"


def test_a_ticked_conference_is_armed_from_the_first_join() -> None:
    """S-45: captured anyway; who comes without an answer is asked."""
    stage = Stage(RoomSettings(title="x", record=True))
    stage.organiser(consent=YES)
    assert stage.state.recording.state is RecordingPhase.ARMED
    stage.join("bob")
    assert stage.events[-1].fact == ConsentAsked(frozenset({ParticipantId("bob")}))


def test_start_ticks_first_where_it_was_not_ticked(stage: Stage) -> None:
    events = stage.do("olga", c.Record(R.START))
    assert [event.action for event in events] == ["recording_request", "recording_request", "recording_start"]


def test_after_a_restart_everyone_has_the_grace_time_from_there(stage: Stage) -> None:
    """U-1: roles, holds, bans, hands and chat are as the log says."""
    stage.do("bob", c.Hand(True))
    stage.moderate("olga", Act.MUTE, "bob", hold=True)
    stage.do("bob", c.Disconnect())
    stage.now += 3_600_000
    stage.do(None, c.Restart())
    assert not stage["olga"].connected
    stage.now += 29_000
    assert stage.do(None, c.Tick()) == []
    stage.join("bob")
    assert stage["bob"].mic.held and stage.state.hands == ("bob",)
    assert stage.replayed() == stage.state


def test_only_the_server_ticks(stage: Stage) -> None:
    assert stage.refused("olga", c.Tick()) == "forbidden"
    assert stage.refused(None, c.SetMic(True)) == "forbidden"
    assert stage.refused("nobody", c.SetMic(True)) == "not_joined"


def test_hold_says_something_only_where_something_is_turned_off(stage: Stage) -> None:
    stage.moderate("olga", Act.RELEASE, None, hold=True)
    stage.moderate("olga", Act.DEMOTE_SPEAKER, "bob", hold=True)
    assert not any(stage["bob"].switch(device).held for device in Device) and not stage.state.all_held


def test_an_act_without_its_target_is_refused(stage: Stage) -> None:
    assert stage.refused("olga", c.Moderate(Act.KICK, None)) == "bad_request"
    assert stage.refused("olga", c.Moderate(Act.LOCK, ParticipantId("bob"))) == "bad_request"
    assert stage.refused("olga", c.Moderate(Act.KICK, ParticipantId("olga"))) == "protected"


def test_an_act_without_effect_makes_no_event(stage: Stage) -> None:
    stage.moderate("olga", Act.MUTE, "bob")
    assert stage.moderate("olga", Act.MUTE, "bob") == []
    assert stage.do("bob", c.SetMic(False)) == []
    assert stage.do("olga", c.Lock(False)) == []


def test_every_act_on_somebody_names_actor_and_act(stage: Stage) -> None:
    """S-16: the target learns who did what."""
    (event,) = stage.moderate("olga", Act.STOP_CAMERA, "bob", hold=True)
    assert (event.actor, event.action) == ("olga", "stop_camera")
    assert isinstance(event.fact, ParticipantChanged) and event.fact.id == "bob"
    assert stage["bob"].switch(Device.CAMERA).held
