"""Facts as JSON and back. Two forms: what clients see (`wire`, PROTOCOL.md section 4) and what the log keeps
(`store`/`restore`: the same plus what only the server may know, such as devices).

`restore` reads only what `store` wrote; a log of a newer version raises `CodecError`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from rooms import events as e
from rooms.ids import DeviceId, MessageId, ParticipantId, ParticipantNumber, SessionId
from rooms.model import (
    Banned,
    By,
    ChatMessage,
    Consent,
    Device,
    EndReason,
    KnockOutcome,
    LeftReason,
    Mode,
    Participant,
    Promotion,
    Recording,
    RecordingPhase,
    Role,
    Switch,
    Waiting,
)

Json = dict[str, Any]

TYPES: dict[type[Any], str] = {
    e.SessionStarted: "session_started",
    e.ParticipantJoined: "participant_joined",
    e.ParticipantLeft: "participant_left",
    e.ParticipantChanged: "participant_changed",
    e.Asked: "asked",
    e.HandsChanged: "hands_changed",
    e.Reacted: "reaction",
    e.ChatSent: "chat_message",
    e.ChatDeleted: "chat_deleted",
    e.ChatClosed: "chat_closed",
    e.Locked: "locked",
    e.AllHeldChanged: "all_held_changed",
    e.SpotlightChanged: "spotlight_changed",
    e.RecordingChanged: "recording_changed",
    e.ConsentAsked: "consent_asked",
    e.BannedChanged: "banned_changed",
    e.Knocked: "knocked",
    e.KnockMessage: "knock_message",
    e.WaitingLeft: "waiting_left",
    e.LobbyChanged: "lobby_changed",
    e.Ending: "ending",
    e.EndMoved: "end_moved",
    e.SettingsChanged: "settings_changed",
    e.SessionEnded: "session_ended",
    e.Restarted: "restarted",
}


class CodecError(Exception):
    """The stored event is not one that this version wrote."""

    code = "bad_event"


def switch(value: Switch, *, screen: bool = False) -> Json:
    found: Json = {"on": value.on, "held": value.held, "by": value.by.value}
    return {**found, "audio": value.audio} if screen else found


def promotion(value: Promotion | None) -> Json | None:
    return None if value is None else {"role": value.role.value, "by": value.by}


def participant(value: Participant) -> Json:
    return {
        "id": value.id,
        "number": value.number,
        "name": value.name,
        "role": value.role.value,
        "moderator": value.moderator,
        "organiser": value.organiser,
        "guest": value.guest,
        "phone": value.phone,
        "mode": value.mode.value,
        "connected": value.connected,
        "consent": value.consent.value if value.consent else None,
        "joined_at": value.joined_at,
        "mic": switch(value.mic),
        "camera": switch(value.camera),
        "screen": switch(value.screen, screen=True),
        "promotion": promotion(value.promotion),
    }


def message(value: ChatMessage) -> Json:
    return {
        "id": value.id,
        "from": value.sender,
        "from_name": value.sender_name,
        "to": value.to,
        "text": value.text,
        "at": value.at,
        "deleted_by": value.deleted_by,
    }


def waiting(value: Waiting) -> Json:
    return {"id": value.id, "name": value.name, "guest": value.guest, "since": value.since, "message": value.message}


def recording(value: Recording) -> Json:
    return {
        "wanted": value.wanted,
        "state": value.state.value,
        "since": value.since,
        "fragments": value.fragments,
        "by": value.by,
    }


def _changes(changes: Mapping[str, e.Change]) -> Json:
    found: Json = {}
    for name, value in changes.items():
        if isinstance(value, Switch):
            found[name] = switch(value, screen=name == "screen")
        elif isinstance(value, Promotion):
            found[name] = promotion(value)
        else:
            found[name] = value
    return found


def _fields(fact: e.Fact, at_ms: int) -> Json:
    """What clients may see of a fact."""
    match fact:
        case e.SessionStarted(session):
            return {"session": session, "started_at": at_ms}
        case e.ParticipantJoined(value):
            return {"participant": participant(value)}
        case e.ParticipantLeft(id, reason):
            return {"id": id, "reason": reason.value}
        case e.ParticipantChanged(id, changes):
            return {"id": id, "set": _changes(changes)}
        case e.Asked(id, what):
            return {"id": id, "what": what}
        case e.HandsChanged(hands):
            return {"hands": list(hands)}
        case e.Reacted(id, reaction):
            return {"id": id, "reaction": reaction}
        case e.ChatSent(value):
            return {"message": message(value)}
        case e.ChatDeleted(id, by):
            return {"message": id, "by": by}
        case e.ChatClosed(closed):
            return {"closed": closed}
        case e.Locked(locked):
            return {"locked": locked}
        case e.AllHeldChanged(held):
            return {"held": sorted(held)}
        case e.SpotlightChanged(id):
            return {"id": id}
        case e.RecordingChanged(value):
            return {"recording": recording(value)}
        case e.BannedChanged(banned):
            return {"banned": [{"id": one.id, "name": one.name} for one in banned]}
        case e.Knocked(value):
            return {"waiting": waiting(value)}
        case e.KnockMessage(id, text):
            return {"id": id, "text": text}
        case e.WaitingLeft(ids, outcome):
            return {"ids": list(ids), "outcome": outcome.value}
        case e.LobbyChanged(on):
            return {"on": on}
        case e.Ending(ends_at) | e.EndMoved(ends_at):
            return {"ends_at": ends_at}
        case e.SettingsChanged(title, most, ends_at, longest):
            return {"title": title, "max_participants": most, "ends_at": ends_at, "longest_end": longest}
        case e.SessionEnded(reason):
            return {"reason": reason.value}
        case e.ConsentAsked() | e.Restarted():
            return {}


def wire(event: e.Event) -> Json:
    """The payload of an `event` push."""
    return {
        "seq": event.seq,
        "at": event.at_ms,
        "type": TYPES[type(event.fact)],
        "actor": event.actor,
        "action": event.action,
        **_fields(event.fact, event.at_ms),
    }


def store(event: e.Event) -> tuple[int, int, str, str]:
    """(seq, at_ms, type, json) for the event log."""
    fields = {"actor": event.actor, "action": event.action, **_fields(event.fact, event.at_ms)}
    match event.fact:
        case e.SessionStarted(_, wanted):
            fields["recording_wanted"] = wanted
        case e.ParticipantJoined(_, device):
            fields["device"] = device
        case e.Knocked(_, device):
            fields["device"] = device
        case e.ConsentAsked(ids):
            fields["ids"] = sorted(ids)
        case e.BannedChanged(banned):
            fields["banned"] = [{"id": one.id, "name": one.name, "device": one.device} for one in banned]
        case _:
            pass
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return event.seq, event.at_ms, TYPES[type(event.fact)], text


def restore(seq: int, at_ms: int, type: str, text: str) -> e.Event:
    """An event of the log. Raises CodecError."""
    try:
        fields = json.loads(text)
        fact = RESTORERS[type](fields, seq)
        return e.Event(seq, at_ms, fields["actor"], fields["action"], fact)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise CodecError(f"event {seq} of type {type!r} cannot be read: {error!r}") from error


def _switch(value: Json) -> Switch:
    return Switch(value["on"], value["held"], By(value["by"]), value.get("audio", False))


def _promotion(value: Json | None) -> Promotion | None:
    return None if value is None else Promotion(Role(value["role"]), ParticipantId(value["by"]))


def _consent(value: str | None) -> Consent | None:
    return None if value is None else Consent(value)


def _recording(value: Json) -> Recording:
    phase = RecordingPhase(value["state"])
    return Recording(value["wanted"], phase, value["since"], value["fragments"], value["by"])


def _participant(value: Json) -> Participant:
    return Participant(
        id=ParticipantId(value["id"]),
        number=ParticipantNumber(value["number"]),
        name=value["name"],
        **{name: FIELD_READERS.get(name, _same)(value[name]) for name in PLAIN_FIELDS},
    )


def _same(value: Any) -> Any:
    return value


FIELD_READERS: dict[str, Callable[[Any], Any]] = {
    "role": Role,
    "mode": Mode,
    "consent": _consent,
    "mic": _switch,
    "camera": _switch,
    "screen": _switch,
    "promotion": _promotion,
}
PLAIN_FIELDS = (
    *("role", "moderator", "organiser", "guest", "phone", "mode", "connected", "consent", "joined_at"),
    *("mic", "camera", "screen", "promotion"),
)


def _waiting(value: Json) -> Waiting:
    return Waiting(ParticipantId(value["id"]), value["name"], value["guest"], value["since"], value["message"])


def _message(value: Json, seq: int) -> ChatMessage:
    return ChatMessage(
        id=MessageId(value["id"]),
        seq=seq,
        sender=ParticipantId(value["from"]),
        sender_name=value["from_name"],
        to=value["to"],
        text=value["text"],
        at=value["at"],
        deleted_by=value["deleted_by"],
    )


def _changed(f: Json) -> e.ParticipantChanged:
    changes = {name: FIELD_READERS.get(name, _same)(value) for name, value in f["set"].items()}
    if not changes.keys() <= set(PLAIN_FIELDS):
        raise ValueError("unknown field")
    return e.ParticipantChanged(ParticipantId(f["id"]), changes)


RESTORERS: dict[str, Callable[[Json, int], e.Fact]] = {
    "session_started": lambda f, _: e.SessionStarted(SessionId(f["session"]), f["recording_wanted"]),
    "participant_joined": lambda f, _: e.ParticipantJoined(_participant(f["participant"]), DeviceId(f["device"])),
    "participant_left": lambda f, _: e.ParticipantLeft(ParticipantId(f["id"]), LeftReason(f["reason"])),
    "participant_changed": lambda f, _: _changed(f),
    "asked": lambda f, _: e.Asked(ParticipantId(f["id"]), f["what"]),
    "hands_changed": lambda f, _: e.HandsChanged(tuple(map(ParticipantId, f["hands"]))),
    "reaction": lambda f, _: e.Reacted(ParticipantId(f["id"]), f["reaction"]),
    "chat_message": lambda f, seq: e.ChatSent(_message(f["message"], seq)),
    "chat_deleted": lambda f, _: e.ChatDeleted(MessageId(f["message"]), ParticipantId(f["by"])),
    "chat_closed": lambda f, _: e.ChatClosed(f["closed"]),
    "locked": lambda f, _: e.Locked(f["locked"]),
    "all_held_changed": lambda f, _: e.AllHeldChanged(frozenset(map(Device, f["held"]))),
    "spotlight_changed": lambda f, _: e.SpotlightChanged(f["id"]),
    "recording_changed": lambda f, _: e.RecordingChanged(_recording(f["recording"])),
    "consent_asked": lambda f, _: e.ConsentAsked(frozenset(map(ParticipantId, f["ids"]))),
    "banned_changed": lambda f, _: e.BannedChanged(
        tuple(Banned(ParticipantId(b["id"]), b["name"], DeviceId(b["device"])) for b in f["banned"])
    ),
    "knocked": lambda f, _: e.Knocked(_waiting(f["waiting"]), DeviceId(f["device"])),
    "knock_message": lambda f, _: e.KnockMessage(ParticipantId(f["id"]), f["text"]),
    "waiting_left": lambda f, _: e.WaitingLeft(tuple(map(ParticipantId, f["ids"])), KnockOutcome(f["outcome"])),
    "lobby_changed": lambda f, _: e.LobbyChanged(f["on"]),
    "ending": lambda f, _: e.Ending(f["ends_at"]),
    "end_moved": lambda f, _: e.EndMoved(f["ends_at"]),
    "settings_changed": lambda f, _: e.SettingsChanged(
        f["title"], f["max_participants"], f["ends_at"], f["longest_end"]
    ),
    "session_ended": lambda f, _: e.SessionEnded(EndReason(f["reason"])),
    "restarted": lambda f, _: e.Restarted(),
}
