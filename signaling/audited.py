"""Which acts in a room go into the audit log, and what about them: ids and decisions, no names and no words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rooms import events as e
from rooms.commands import MODERATION_ACTS
from rooms.ids import ParticipantId
from rooms.rights import Act

_SILENT = {Act.ASK_UNMUTE, Act.LOWER_HAND, Act.SPOTLIGHT, Act.UNSPOTLIGHT}
AUDITED = frozenset(
    {act.value for act in MODERATION_ACTS - _SILENT}
    | {"admit", "refuse", "lobby", "lock", "extend", "end", "chat_delete", "chat_close", "accept_promotion"}
    | {"recording_request", "recording_start", "recording_stop"}
)
"""Values of `action`; one's own acts on oneself are none of it, but for a right that one accepts."""


@dataclass(slots=True)
class Audited:
    """One act, however many people it met."""

    actor: ParticipantId
    action: str
    at_ms: int
    details: dict[str, object] = field(default_factory=dict)


def audited(events: Sequence[e.Event]) -> list[Audited]:
    """`events`: what one command led to. What the server does by itself is no act."""
    acts: dict[str, Audited] = {}
    for event in events:
        if event.actor is None or event.action not in AUDITED:
            continue
        act = acts.setdefault(event.action, Audited(event.actor, event.action, event.at_ms))
        _add(act.details, event.fact)
    return list(acts.values())


def _add(details: dict[str, object], fact: e.Fact) -> None:
    match fact:
        case e.ParticipantChanged(id, changes):
            _people(details).append(id)
            if "role" in changes:
                details["role"] = str(changes["role"])
            if "promotion" in changes and (offered := getattr(changes["promotion"], "role", None)) is not None:
                details["role"] = str(offered)
            if any(getattr(value, "held", False) for value in changes.values()):
                details["held"] = True
        case e.ParticipantLeft(id, _):
            if id not in _people(details):
                _people(details).append(id)
        case e.WaitingLeft(ids, _):
            _people(details).extend(ids)
        case e.BannedChanged(banned):
            details["banned"] = [one.id for one in banned]
        case e.AllHeldChanged(held):
            details["all_held"] = sorted(held)
        case e.Locked(locked):
            details["locked"] = locked
        case e.LobbyChanged(on):
            details["on"] = on
        case e.ChatClosed(closed):
            details["closed"] = closed
        case e.ChatDeleted(message, _):
            details["message"] = message
        case e.EndMoved(ends_at):
            details["ends_at"] = ends_at
        case e.RecordingChanged(recording):
            details["state"] = recording.state.value
        case _:
            pass


def _people(details: dict[str, object]) -> list[str]:
    found = details.setdefault("participants", [])
    assert isinstance(found, list)
    return found
