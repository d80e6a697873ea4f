"""Who may do what, as tables; what is not listed is denied. Also which purposes a participant may send now.

Two tables: `ACTS` says which standing an actor needs; `SHIELDS` says whom an act does not touch. The tests walk both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rooms.model import Mode, Participant, Role, StartAs, WhoPresents


class Standing(StrEnum):
    """What one is in the room; a person has several: the role with those below it, and the flags."""

    LISTENER = "listener"
    SPEAKER = "speaker"
    PRESENTER = "presenter"
    MODERATOR = "moderator"
    ORGANISER = "organiser"


class Act(StrEnum):
    """Everything one can do; the value is the `action` that events carry."""

    MIC_ON = "mic_on"
    CAMERA_ON = "camera_on"
    SCREEN_ON = "screen_on"
    SWITCH_OFF = "switch_off"
    MODE = "mode"
    HAND = "hand"
    REACT = "react"
    CHAT_SEND = "chat_send"
    CHAT_SEND_CLOSED = "chat_send_closed"
    CHAT_DELETE_OWN = "chat_delete_own"
    CHAT_DELETE = "chat_delete"
    CHAT_CLOSE = "chat_close"
    CONSENT = "consent"
    ANSWER = "answer"
    LEAVE = "leave"
    MUTE = "mute"
    STOP_CAMERA = "stop_camera"
    STOP_SHARE = "stop_share"
    RELEASE = "release"
    ASK_UNMUTE = "ask_unmute"
    LOWER_HAND = "lower_hand"
    PROMOTE_SPEAKER = "promote_speaker"
    PROMOTE_PRESENTER = "promote_presenter"
    DEMOTE_LISTENER = "demote_listener"
    DEMOTE_SPEAKER = "demote_speaker"
    MAKE_MODERATOR = "make_moderator"
    REMOVE_MODERATOR = "remove_moderator"
    SPOTLIGHT = "spotlight"
    UNSPOTLIGHT = "unspotlight"
    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    LOCK = "lock"
    RECORDING = "recording"
    END = "end"
    ENTER_LOCKED = "enter_locked"
    ADMIT = "admit"
    REFUSE = "refuse"
    LOBBY = "lobby"
    EXTEND = "extend"


ANYONE = frozenset({Standing.LISTENER})
SPEAKERS = frozenset({Standing.SPEAKER})
PRESENTERS = frozenset({Standing.PRESENTER, Standing.MODERATOR})
MODERATORS = frozenset({Standing.MODERATOR})
ORGANISERS = frozenset({Standing.ORGANISER})

ACTS: Mapping[Act, frozenset[Standing]] = MappingProxyType(
    {
        Act.MIC_ON: SPEAKERS,
        Act.CAMERA_ON: SPEAKERS,
        Act.SCREEN_ON: PRESENTERS,
        Act.SWITCH_OFF: ANYONE,
        Act.MODE: ANYONE,
        Act.HAND: ANYONE,
        Act.REACT: ANYONE,
        Act.CHAT_SEND: ANYONE,
        Act.CHAT_SEND_CLOSED: MODERATORS,
        Act.CHAT_DELETE_OWN: ANYONE,
        Act.CHAT_DELETE: MODERATORS,
        Act.CHAT_CLOSE: MODERATORS,
        Act.CONSENT: ANYONE,
        Act.ANSWER: ANYONE,
        Act.LEAVE: ANYONE,
        Act.MUTE: MODERATORS,
        Act.STOP_CAMERA: MODERATORS,
        Act.STOP_SHARE: MODERATORS,
        Act.RELEASE: MODERATORS,
        Act.ASK_UNMUTE: MODERATORS,
        Act.LOWER_HAND: MODERATORS,
        Act.PROMOTE_SPEAKER: MODERATORS,
        Act.PROMOTE_PRESENTER: MODERATORS,
        Act.DEMOTE_LISTENER: MODERATORS,
        Act.DEMOTE_SPEAKER: MODERATORS,
        Act.MAKE_MODERATOR: MODERATORS,
        Act.REMOVE_MODERATOR: ORGANISERS,
        Act.SPOTLIGHT: MODERATORS,
        Act.UNSPOTLIGHT: MODERATORS,
        Act.KICK: MODERATORS,
        Act.BAN: MODERATORS,
        Act.UNBAN: MODERATORS,
        Act.LOCK: MODERATORS,
        Act.RECORDING: ORGANISERS,
        Act.END: MODERATORS,
        Act.ENTER_LOCKED: MODERATORS,
        Act.ADMIT: MODERATORS,
        Act.REFUSE: MODERATORS,
        Act.LOBBY: MODERATORS,
        Act.EXTEND: MODERATORS,
    }
)


class Shield(StrEnum):
    """Whom an act does not touch."""

    ORGANISER = "organiser"  # the organiser, never
    MODERATORS = "moderators"  # the organiser never; moderators only by the organiser


SHIELDS: Mapping[Act, Shield] = MappingProxyType(
    {
        Act.MUTE: Shield.ORGANISER,
        Act.STOP_CAMERA: Shield.ORGANISER,
        Act.STOP_SHARE: Shield.ORGANISER,
        Act.DEMOTE_LISTENER: Shield.MODERATORS,
        Act.DEMOTE_SPEAKER: Shield.MODERATORS,
        Act.REMOVE_MODERATOR: Shield.MODERATORS,
        Act.KICK: Shield.MODERATORS,
        Act.BAN: Shield.MODERATORS,
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: str


def standings(participant: Participant) -> frozenset[Standing]:
    """All that this person is."""
    order = (Standing.LISTENER, Standing.SPEAKER, Standing.PRESENTER)
    found = set(order[: participant.role.rank + 1])
    if participant.moderator or participant.organiser:
        found.add(Standing.MODERATOR)
    if participant.organiser:
        found.add(Standing.ORGANISER)
    return frozenset(found)


def allowed(act: Act, actor: Participant) -> bool:
    return not ACTS.get(act, frozenset()).isdisjoint(standings(actor))


def refusal(act: Act, actor: Participant, target: Participant | None = None) -> Refusal | None:
    """None when `actor` may do `act` (to `target`)."""
    if not allowed(act, actor):
        return Refusal("forbidden", _needs(ACTS.get(act, frozenset())))
    shield = SHIELDS.get(act)
    if shield is None or target is None:
        return None
    if target.organiser:
        return Refusal("protected", "Nobody can do that to the organiser.")
    if shield is Shield.MODERATORS and target.moderator and not actor.organiser:
        return Refusal("forbidden", "Only the organiser can do that to a moderator.")
    return None


def initial_role(start_as: StartAs, who_presents: WhoPresents, *, moderator: bool) -> Role:
    """The role that somebody enters a conference with."""
    if moderator:
        return Role.PRESENTER
    if start_as is StartAs.LISTENER:
        return Role.LISTENER
    return Role.PRESENTER if who_presents is WhoPresents.EVERYONE else Role.SPEAKER


def gates(participant: Participant) -> frozenset[str]:
    """The purposes whose packets may flow now; everything else is dropped where it arrives."""
    mine = standings(participant)
    found: set[str] = set()
    if Standing.SPEAKER in mine:
        if participant.mic.on and not participant.mic.held and participant.mode is Mode.SPEAK:
            found.add("mic")
        if participant.camera.on and not participant.camera.held:
            found.add("camera")
    screen = participant.screen
    if not PRESENTERS.isdisjoint(mine) and screen.on and not screen.held:
        found.add("screen")
        if screen.audio:
            found.add("screen_audio")
    return frozenset(found)


def has_priority(participant: Participant, who_presents: WhoPresents) -> bool:
    """Moderators and those who present: always an audio slot when they speak, first in bandwidth. Where everyone
    may present, only who does so counts."""
    promoted = who_presents is WhoPresents.PROMOTED and participant.role is Role.PRESENTER
    return participant.moderator or participant.organiser or participant.screen.on or promoted


def _needs(standings: frozenset[Standing]) -> str:
    if standings == ORGANISERS:
        return "Only the organiser can do that."
    if standings == MODERATORS:
        return "Only moderators can do that."
    return "Your role does not allow that."
