"""The rights, each act by each standing, generated from the table itself (S-14..S-17, U-2)."""

import itertools
from dataclasses import replace

import pytest

from rooms import commands as c
from rooms.errors import RoomError
from rooms.ids import DeviceId, MessageId, ParticipantId
from rooms.model import By, Participant, Role, RoomSettings, StartAs, Switch, WhoPresents
from rooms.rights import ACTS, SHIELDS, Act, Shield, Standing, allowed, gates, has_priority, initial_role, standings
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


def command_for(act: Act, target: str, state: RoomState) -> c.Command | None:
    """The command by which `act` is done; None for acts that have none of their own."""
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
    if act in plain:
        return plain[act]
    if act in c.MODERATION_ACTS:
        return c.Moderate(act, ParticipantId(target))
    return None


def expected(act: Act, actor: Participant, target: Participant) -> set[str]:
    """The code that must come: none (served), or the refusals that the tables imply."""
    if not allowed(act, actor):
        return {"forbidden"}
    shield = SHIELDS.get(act)
    if shield is not None and target.organiser:
        return {"protected"}
    if shield is Shield.MODERATORS and target.moderator and not actor.organiser:
        return {"forbidden"}
    return {"", "wrong_state"}  # wrong_state: allowed, but there is nothing to do (promoting a presenter)


@pytest.mark.parametrize("act", list(Act))
def test_every_act_by_every_standing_on_every_standing(act: Act) -> None:
    """S-14..S-17, U-2: the room does what the table says, cell by cell, and a refusal changes nothing."""
    served = 0
    for actor, target in itertools.product(ACTORS, ACTORS):
        made = stage()
        command = command_for(act, f"other_{target}", made.state)
        if command is None:
            return
        wanted = expected(act, made[actor], made[f"other_{target}"])
        before = made.state.seq
        try:
            made.do(actor, command)
            code = ""
        except RoomError as error:
            code = error.code
            assert made.state.seq == before
        assert code in wanted, f"{act} by {actor} on {target}: {code!r}, wanted {wanted}"
        served += code == ""
    assert served > 0, f"nobody can do {act}"


def test_every_act_is_in_the_table_and_every_command_needs_one() -> None:
    assert set(ACTS) == set(Act)
    assert set(SHIELDS) <= set(Act)
    assert set(ACTS) >= c.MODERATION_ACTS
    assert c.ACTS_FOR_ALL <= c.MODERATION_ACTS


def test_what_is_not_in_the_table_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    made = stage()
    monkeypatch.setattr("rooms.rights.ACTS", {})
    assert not allowed(Act.HAND, made["organiser"])


@pytest.mark.parametrize("organised", sorted(SHIELDS))
def test_nobody_touches_the_organiser(organised: Act) -> None:
    """Design 5: not even another organiser mutes, demotes, kicks or bans an organiser."""
    made = stage()
    for actor in ("moderator", "organiser"):
        if allowed(organised, made[actor]):
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
