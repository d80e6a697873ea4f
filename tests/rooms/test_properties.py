"""Random courses of a room: whatever people do in whatever order, the invariants hold and the log is the room."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms import codec
from rooms import commands as c
from rooms.errors import RoomError
from rooms.events import ParticipantLeft
from rooms.ids import DeviceId, MessageId, ParticipantId, SessionId
from rooms.model import Consent, LeftReason, Mode, Role, RoomSettings, StartAs
from rooms.rights import Act, gates
from rooms.visibility import audience, snapshot
from tests.rooms.support import Stage

PEOPLE = [ParticipantId(name) for name in ("olga", "mona", "bob", "eve", "lia")]
people = st.sampled_from(PEOPLE)
flags = st.booleans()


def join(id: ParticipantId) -> st.SearchStrategy[c.Command]:
    """Olga is the organiser, Mona a moderator, Bob and Eve share a browser."""
    device = DeviceId("shared" if id in ("bob", "eve") else f"device-{id}")
    return st.builds(
        c.Join,
        session=st.uuids().map(lambda value: SessionId(str(value))),
        name=st.just(id),
        role=st.sampled_from(Role),
        moderator=st.just(id in ("olga", "mona")),
        organiser=st.just(id == "olga"),
        device=st.just(device),
        consent=st.sampled_from([None, *Consent]),
        mode=st.sampled_from(Mode),
        mic=flags,
        camera=flags,
        screen=flags,
    )


commands = st.one_of(
    st.just(c.Leave()),
    st.just(c.Disconnect()),
    st.builds(c.SetMic, flags),
    st.builds(c.SetCamera, flags),
    st.builds(c.SetScreen, flags, flags),
    st.builds(c.SetMode, st.sampled_from(Mode)),
    st.builds(c.SetConsent, st.sampled_from(Consent)),
    st.builds(c.Hand, flags, st.one_of(st.none(), people)),
    st.builds(c.React, st.sampled_from(c.Reaction)),
    st.builds(c.ChatSend, st.text(min_size=1, max_size=5), st.one_of(st.none(), people)),
    st.builds(c.ChatDelete, st.integers(1, 60).map(lambda seq: MessageId(f"m{seq}"))),
    st.builds(c.ChatClose, flags),
    st.builds(c.Moderate, st.sampled_from(Act), st.one_of(st.none(), people), flags),
    st.builds(c.PromotionAnswer, flags),
    st.builds(c.Lock, flags),
    st.builds(c.Record, st.sampled_from(c.RecordingAction)),
    st.just(c.KnockOff()),
    st.builds(c.LobbyMessage, st.text(max_size=5)),
    st.builds(c.Admit, st.one_of(st.none(), people)),
    st.builds(c.Refuse, st.one_of(st.none(), people)),
    st.builds(c.SetLobby, flags),
    st.builds(c.Extend, st.sampled_from([15, 60])),
)


def changed(title: str, lobby: bool, ends_at: int | None) -> c.ChangeSettings:
    return c.ChangeSettings(RoomSettings(title=title, lobby=lobby, expires_at=ends_at, max_participants=4))


steps = st.one_of(
    people.flatmap(lambda id: st.tuples(st.just(id), join(id))),
    st.tuples(people, commands),
    people.flatmap(lambda id: st.tuples(st.just(id), st.just(c.Knock(id, device=DeviceId(f"device-{id}"))))),
    st.tuples(st.none(), st.builds(changed, st.text(max_size=2), flags, st.sampled_from([None, 10**7, 10**8]))),
    st.tuples(st.none(), st.sampled_from([c.Tick(), c.Tick(), c.Restart()])),
    st.tuples(people, st.just(c.End())).filter(lambda step: step[0] == "lia"),
)


def check(stage: Stage) -> None:
    state = stage.state
    assert len(set(state.hands)) == len(state.hands) and set(state.hands) <= state.participants.keys()
    assert state.spotlight is None or state.spotlight in state.participants
    assert len({one.number for one in state.participants.values()}) == len(state.participants)
    assert (state.session is None) <= (not state.participants)
    assert set(state.disconnected_at) == {one.id for one in state.participants.values() if not one.connected}
    for one in state.participants.values():
        opened = gates(one)
        assert not (one.mic.held and "mic" in opened)
        assert not (one.camera.held and "camera" in opened)
        assert not (one.screen.held and opened & {"screen", "screen_audio"})
        assert one.role is not Role.LISTENER or not opened or one.moderator
        assert not (one.mic.on and one.mic.held) and not (one.screen.audio and not one.screen.on)
        assert one.id not in state.waiting
        assert (one.id not in state.removed and one.id not in state.banned) or one.organiser


@settings(max_examples=300, deadline=None)
@given(
    course=st.lists(st.tuples(steps, st.integers(0, 40_000)), min_size=5, max_size=60),
    start_as=st.sampled_from(StartAs),
    record=flags,
)
def test_any_course_keeps_the_invariants_and_the_log_is_the_room(
    course: list[tuple[tuple[ParticipantId | None, c.Command], int]], start_as: StartAs, record: bool
) -> None:
    """U-2: the organiser is never removed, one place in the queue each, gates closed when held, fold = live."""
    stage = Stage(RoomSettings(title="x", start_as=start_as, record=record, max_participants=4))
    for id in ("olga", "bob"):
        stage.join(id, moderator=id == "olga", organiser=id == "olga")
    for (actor, command), later in course:
        stage.now += later
        before = stage.state.seq
        try:
            events = stage.do(actor, command)
        except RoomError:
            assert stage.state.seq == before
            continue
        assert [event.seq for event in events] == list(range(before + 1, before + 1 + len(events)))
        for event in events:
            if isinstance(event.fact, ParticipantLeft) and event.fact.id == "olga":
                assert event.fact.reason in (LeftReason.LEFT, LeftReason.TIMEOUT)
            codec.wire(event)
            for one in stage.state.participants.values():
                audience(event, stage.state)(one)
        check(stage)
    for one in stage.state.participants.values():
        snapshot("c", stage.room, one, stage.now)  # type: ignore[arg-type]
    assert stage.replayed() == stage.state
