"""The live room: commands in, events out. Sans I/O: `now_ms` is an argument, nothing is read, sent or awaited.

`Room.command` decides, applies and returns; `Room.apply` folds an event of the log. A room after
`for event in log: room.apply(event)` is the room that wrote the log.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rooms import changes, chat, commands, conduct, lobby, membership, moderation, recording
from rooms.context import Context, Step
from rooms.errors import RoomError
from rooms.events import EndMoved, Event
from rooms.ids import ParticipantId
from rooms.model import RoomSettings
from rooms.state import RoomState

Decider = Callable[[Context, Any], Iterator[Step]]

DECIDERS: dict[type[Any], Decider] = {
    commands.Join: membership.join,
    commands.Leave: membership.leave,
    commands.Disconnect: membership.disconnect,
    commands.Tick: membership.tick,
    commands.Restart: membership.restart,
    commands.End: membership.end,
    commands.SetMic: conduct.set_mic,
    commands.SetCamera: conduct.set_camera,
    commands.SetScreen: conduct.set_screen,
    commands.SetMode: conduct.set_mode,
    commands.Hand: conduct.hand,
    commands.React: conduct.react,
    commands.PromotionAnswer: conduct.answer_promotion,
    commands.ChatSend: chat.send,
    commands.ChatDelete: chat.delete,
    commands.ChatClose: chat.close,
    commands.Moderate: moderation.moderate,
    commands.Lock: moderation.lock,
    commands.Record: recording.record,
    commands.SetConsent: recording.set_consent,
    commands.Knock: lobby.knock,
    commands.KnockOff: lobby.knock_off,
    commands.LobbyMessage: lobby.message,
    commands.Admit: lobby.admit,
    commands.Refuse: lobby.refuse,
    commands.SetLobby: lobby.set_lobby,
    commands.Extend: lobby.extend,
    commands.ChangeSettings: changes.change_settings,
}

SERVER_ONLY = (commands.Tick, commands.Restart, commands.ChangeSettings)
SERVER_TOO = (commands.End,)


@dataclass(slots=True)
class Room:
    """One conference's live room. `settings` are the conference's; the shell says when they have changed."""

    settings: RoomSettings
    state: RoomState = field(default_factory=RoomState)

    def command(self, actor: ParticipantId | None, command: commands.Command, now_ms: int) -> list[Event]:
        """Decide and apply. Returns the new events, oldest first. Raises RoomError; then nothing has changed."""
        if (actor is None) != isinstance(command, SERVER_ONLY) and not (
            actor is None and isinstance(command, SERVER_TOO)
        ):
            raise RoomError("forbidden")
        events: list[Event] = []
        context = Context(self.state, self.settings, actor, now_ms)
        steps = DECIDERS[type(command)](context, command)
        try:
            for step in steps:
                actor_id = actor if step.actor is None else step.actor
                event = Event(self.state.seq + 1, now_ms, actor_id, step.action, step.fact)
                self.state.apply(event)
                events.append(event)
        except RoomError:
            assert not events, "a decider refused after it had begun"
            raise
        match command:
            case commands.ChangeSettings(settings):
                self.settings = settings
            case commands.Extend():
                for event in events:
                    if isinstance(event.fact, EndMoved):
                        self.settings = replace(self.settings, expires_at=event.fact.ends_at)
            case _:
                pass
        return events

    def apply(self, event: Event) -> None:
        """Take in one stored event (replay)."""
        self.state.apply(event)
