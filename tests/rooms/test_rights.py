"""The rights, each act by each standing on each standing (S-14..S-17, U-2).

What is expected is written here by hand, from the design (rooms and rights) and signaling/PROTOCOL.md section 3;
nothing of it comes from the tables under test.
"""

import itertools
from dataclasses import replace

import pytest

from rooms import commands as c
from rooms.errors import RoomError
from rooms.ids import DeviceId, MessageId, ParticipantId, SessionId
from rooms.model import By, Role, RoomSettings, StartAs, Switch, WhoPresents
from rooms.rights import Act, Standing, allowed, gates, has_priority, initial_role, standings
from rooms.state import RoomState
from tests.rooms.support import Stage

PEOPLE: dict[str, dict[str, object]] = {
    "listener": {"role": Role.LISTENER},
    "speaker": {"role": Role.SPEAKER},
    "presenter": {"role": Role.PRESENTER},
    "moderator": {"role": Role.PRESENTER, "moderator": True},
    "organiser": {"role": Role.PRESENTER, "moderator": True, "organiser": True},
}
ACTORS = list(PEOPLE)

EXPECTED: dict[Act, str] = {
    # A listener sends nothing; a speaker has microphone and camera; a presenter also the screen.
    Act.MIC_ON: "speaker",
    Act.CAMERA_ON: "speaker",
    Act.SCREEN_ON: "presenter",
    # One's own affairs.
    Act.SWITCH_OFF: "listener",
    Act.MODE: "listener",
    Act.HAND: "listener",
    Act.REACT: "listener",
    Act.CHAT_SEND: "listener",
    Act.CHAT_DELETE_OWN: "listener",
    Act.CONSENT: "listener",
    Act.ANSWER: "listener",
    Act.LEAVE: "listener",
    # Moderators: mute, stop, hold; promote and demote; spotlight; admit, lock, kick, ban; the chat; the end.
    Act.CHAT_SEND_CLOSED: "moderator",
    Act.CHAT_DELETE: "moderator",
    Act.CHAT_CLOSE: "moderator",
    Act.MUTE: "moderator",
    Act.STOP_CAMERA: "moderator",
    Act.STOP_SHARE: "moderator",
    Act.RELEASE: "moderator",
    Act.ASK_UNMUTE: "moderator",
    Act.LOWER_HAND: "moderator",
    Act.PROMOTE_SPEAKER: "moderator",
    Act.PROMOTE_PRESENTER: "moderator",
    Act.DEMOTE_LISTENER: "moderator",
    Act.DEMOTE_SPEAKER: "moderator",
    Act.MAKE_MODERATOR: "moderator",
    Act.SPOTLIGHT: "moderator",
    Act.UNSPOTLIGHT: "moderator",
    Act.KICK: "moderator",
    Act.BAN: "moderator",
    Act.UNBAN: "moderator",
    Act.LOCK: "moderator",
    Act.END: "moderator",
    Act.ENTER_LOCKED: "moderator",
    Act.ADMIT: "moderator",
    Act.REFUSE: "moderator",
    Act.LOBBY: "moderator",
    Act.EXTEND: "moderator",
    # Recording is for organisers; only the organiser demotes moderators.
    Act.RECORDING: "organiser",
    Act.REMOVE_MODERATOR: "organiser",
}
"""The lowest of PEOPLE who may; everyone after it in PEOPLE may too."""

PROTECTED = {
    *(Act.MUTE, Act.STOP_CAMERA, Act.STOP_SHARE, Act.DEMOTE_LISTENER, Act.DEMOTE_SPEAKER),
    *(Act.REMOVE_MODERATOR, Act.KICK, Act.BAN),
}
"""What nobody does to an organiser."""

ORGANISERS_AFFAIR = {Act.DEMOTE_LISTENER, Act.DEMOTE_SPEAKER, Act.REMOVE_MODERATOR, Act.KICK, Act.BAN}
"""What only an organiser does to a moderator."""

NOTHING_TO_DO: dict[Act, set[str]] = {
    Act.ASK_UNMUTE: {"listener"},
    Act.PROMOTE_SPEAKER: {"speaker", "presenter", "moderator", "organiser"},
    Act.PROMOTE_PRESENTER: {"presenter", "moderator", "organiser"},
    Act.DEMOTE_LISTENER: {"moderator"},  # first comes remove_moderator
    Act.DEMOTE_SPEAKER: {"moderator"},
    Act.REMOVE_MODERATOR: {"listener", "speaker", "presenter"},
}
"""On whom an allowed act finds nothing: wrong_state."""

NO_COMMAND_OF_ITS_OWN = {Act.CHAT_SEND_CLOSED, Act.CHAT_DELETE_OWN, Act.ANSWER, Act.ENTER_LOCKED}
"""Done by the command of another act, or after another's: each has a test of its own below."""


def may(act: Act) -> set[str]:
    return set(ACTORS[ACTORS.index(EXPECTED[act]) :])


def stage() -> Stage:
    """One of each kind acts, and one of each kind is acted upon."""
    made = Stage(RoomSettings(title="Council", lobby=True, expires_at=10**9))
    for kind, fields in PEOPLE.items():
        made.join(kind, **fields)  # type: ignore[arg-type]
    for kind in ACTORS[:-1]:
        made.join(f"other_{kind}", **PEOPLE[kind])  # type: ignore[arg-type]
    made.join("other_organiser", **PEOPLE["organiser"])  # type: ignore[arg-type]
    made.join("gone", Role.SPEAKER)
    made.moderate("organiser", Act.BAN, "gone")
    made.do("organiser", c.ChatSend("mine"))
    made.do("early", c.Knock("Early"))
    return made


def command_for(act: Act, target: str, state: RoomState) -> c.Command:
    """The command by which `act` is done."""
    message = next(iter(state.chat))
    plain: dict[Act, c.Command] = {
        Act.MIC_ON: c.SetMic(True),
        Act.CAMERA_ON: c.SetCamera(True),
        Act.SCREEN_ON: c.SetScreen(True),
        Act.SWITCH_OFF: c.SetMic(False),
        Act.MODE: c.SetMode(c.Mode.LISTEN),
        Act.HAND: c.Hand(True),
        Act.REACT: c.React(c.Reaction.CLAP),
        Act.CHAT_SEND: c.ChatSend("hello"),
        Act.CHAT_DELETE: c.ChatDelete(message),
        Act.CHAT_CLOSE: c.ChatClose(True),
        Act.CONSENT: c.SetConsent(c.Consent.YES),
        Act.LEAVE: c.Leave(),
        Act.LOCK: c.Lock(True),
        Act.RECORDING: c.Record(c.RecordingAction.REQUEST),
        Act.END: c.End(),
        Act.ADMIT: c.Admit(ParticipantId("early")),
        Act.REFUSE: c.Refuse(),
        Act.LOBBY: c.SetLobby(False),
        Act.EXTEND: c.Extend(15),
        Act.UNSPOTLIGHT: c.Moderate(Act.UNSPOTLIGHT),
        Act.UNBAN: c.Moderate(Act.UNBAN, ParticipantId("gone")),
    }
    return plain.get(act) or c.Moderate(act, ParticipantId(target))


def expected(act: Act, actor: str, target: str) -> str:
    """The code that must come; "" when the act is served."""
    if actor not in may(act):
        return "forbidden"
    if act in PROTECTED and target == "organiser":
        return "protected"
    if act in ORGANISERS_AFFAIR and target == "moderator" and actor != "organiser":
        return "forbidden"
    return "wrong_state" if target in NOTHING_TO_DO.get(act, ()) else ""


def tried(made: Stage, actor: str, command: c.Command) -> str:
    """The code of the refusal, which has changed nothing; "" when served."""
    before = made.state.seq
    try:
        made.do(actor, command)
    except RoomError as error:
        assert made.state.seq == before
        return error.code
    return ""


def test_every_act_is_expected_of_somebody() -> None:
    assert EXPECTED.keys() == set(Act)
    assert c.MODERATION_ACTS.isdisjoint(NO_COMMAND_OF_ITS_OWN)
    assert c.ACTS_FOR_ALL <= c.MODERATION_ACTS


@pytest.mark.parametrize("act", sorted(set(Act) - NO_COMMAND_OF_ITS_OWN))
def test_every_act_by_every_standing_on_every_standing(act: Act) -> None:
    """S-14..S-17, U-2: cell by cell, and a refusal changes nothing."""
    for actor, target in itertools.product(ACTORS, ACTORS):
        made = stage()
        command = command_for(act, f"other_{target}", made.state)
        code, wanted = tried(made, actor, command), expected(act, actor, target)
        assert code == wanted, f"{act} by {actor} on {target}: {code!r}, wanted {wanted!r}"


@pytest.mark.parametrize("actor", ACTORS)
def test_in_a_closed_chat_moderators_write(actor: str) -> None:
    made = stage()
    made.do("organiser", c.ChatClose(True))
    code = tried(made, actor, c.ChatSend("hello"))
    assert code == ("" if actor in may(Act.CHAT_SEND_CLOSED) else "chat_closed")


@pytest.mark.parametrize("actor", ACTORS)
def test_ones_own_words_are_deleted_by_everyone(actor: str) -> None:
    made = stage()
    made.do(actor, c.ChatSend("mine"))
    message = list(made.state.chat)[-1]
    assert tried(made, actor, c.ChatDelete(message)) == ""
    assert actor in may(Act.CHAT_DELETE_OWN) and made.state.chat[message].deleted_by == actor


@pytest.mark.parametrize("actor", ACTORS)
def test_an_invitation_is_answered_by_whoever_has_one(actor: str) -> None:
    made = stage()
    invited = actor in ("listener", "speaker")
    if invited:
        made.moderate("organiser", Act.PROMOTE_PRESENTER, actor)
    assert actor in may(Act.ANSWER)
    assert tried(made, actor, c.PromotionAnswer(True)) == ("" if invited else "wrong_state")
    assert not invited or made[actor].role is Role.PRESENTER


@pytest.mark.parametrize("newcomer", ACTORS)
def test_a_locked_room_lets_in_moderators(newcomer: str) -> None:
    made = Stage()
    made.organiser()
    made.do("olga", c.Lock(True))
    enter = c.Join(session=SessionId("s"), name="New", device=DeviceId("new"), **PEOPLE[newcomer])  # type: ignore[arg-type]
    assert tried(made, "new", enter) == ("" if newcomer in may(Act.ENTER_LOCKED) else "locked")


@pytest.mark.parametrize("action", list(c.RecordingAction))
@pytest.mark.parametrize("actor", ACTORS)
def test_every_step_of_recording_is_the_organisers(actor: str, action: c.RecordingAction) -> None:
    made = stage()
    if action is c.RecordingAction.STOP:
        made.do("organiser", c.Record(c.RecordingAction.START))
    assert tried(made, actor, c.Record(action)) == ("" if actor == "organiser" else "forbidden")


def test_what_is_not_in_the_table_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    made = stage()
    monkeypatch.setattr("rooms.rights.ACTS", {})
    assert not allowed(Act.HAND, made["organiser"])


@pytest.mark.parametrize("organised", sorted(PROTECTED))
def test_nobody_touches_the_organiser(organised: Act) -> None:
    """Design 5: not even another organiser mutes, demotes, kicks or bans an organiser."""
    made = stage()
    for actor in ("moderator", "organiser"):
        if actor in may(organised):
            assert made.refused(actor, c.Moderate(organised, ParticipantId("other_organiser"))) == "protected"


def test_only_the_organiser_demotes_moderators() -> None:
    made = stage()
    remove = c.Moderate(Act.REMOVE_MODERATOR, ParticipantId("other_moderator"))
    assert made.refused("moderator", remove) == "forbidden"
    made.do("organiser", remove)
    assert not made["other_moderator"].moderator


def test_roles_include_those_below_them() -> None:
    made = stage()
    assert standings(made["listener"]) == {Standing.LISTENER}
    assert Standing.SPEAKER in standings(made["presenter"])
    assert standings(made["organiser"]) == set(Standing)


ON = Switch(on=True)


@pytest.mark.parametrize(
    ("changes", "open_gates"),
    [
        ({"role": Role.SPEAKER, "mic": ON}, {"mic"}),
        ({"role": Role.LISTENER, "mic": ON, "camera": ON, "screen": ON}, set()),
        ({"role": Role.SPEAKER, "screen": ON}, set()),
        ({"role": Role.PRESENTER, "screen": ON}, {"screen"}),
        ({"role": Role.PRESENTER, "screen": Switch(on=True, audio=True)}, {"screen", "screen_audio"}),
        ({"role": Role.PRESENTER, "mic": Switch(on=True, held=True)}, set()),
        ({"role": Role.PRESENTER, "camera": Switch(on=True, held=True)}, set()),
        ({"role": Role.PRESENTER, "screen": Switch(on=True, held=True, audio=True)}, set()),
        ({"role": Role.SPEAKER, "mic": ON, "camera": ON, "mode": c.Mode.LISTEN}, {"camera"}),
        ({"role": Role.SPEAKER, "mic": Switch(by=By.MODERATOR)}, set()),
    ],
)
def test_gates_follow_role_switch_hold_and_mode(changes: dict[str, object], open_gates: set[str]) -> None:
    """S-16, S-18..S-20: what may flow follows from facts alone."""
    made = Stage()
    person = replace(made.join("bob"), **changes)  # type: ignore[arg-type]
    assert gates(person) == open_gates


def test_priority_is_for_moderators_and_those_who_present() -> None:
    made = stage()
    assert has_priority(made["moderator"], WhoPresents.EVERYONE)
    assert not has_priority(made["presenter"], WhoPresents.EVERYONE)
    assert has_priority(made["presenter"], WhoPresents.PROMOTED)
    assert has_priority(replace(made["speaker"], screen=ON), WhoPresents.EVERYONE)


def test_the_role_one_enters_with() -> None:
    """S-47: conference settings decide; moderators may always present."""
    assert initial_role(StartAs.LISTENER, WhoPresents.EVERYONE, moderator=False) is Role.LISTENER
    assert initial_role(StartAs.SPEAKER, WhoPresents.PROMOTED, moderator=False) is Role.SPEAKER
    assert initial_role(StartAs.SPEAKER, WhoPresents.EVERYONE, moderator=False) is Role.PRESENTER
    assert initial_role(StartAs.LISTENER, WhoPresents.PROMOTED, moderator=True) is Role.PRESENTER


def test_names_of_devices_are_not_rights() -> None:
    """An organiser's device is never a reason to be refused, a message id no permission."""
    made = stage()
    assert made.refused("listener", c.ChatDelete(MessageId("m999"))) == "no_such_message"
    made.join("again", moderator=True, organiser=True, device=DeviceId("device-gone"))
    assert "again" in made
