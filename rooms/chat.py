"""The chat: public and private, deletion, closing. It lasts as long as the conference, across sessions."""

from collections.abc import Iterator

from rooms.commands import ChatClose, ChatDelete, ChatSend
from rooms.context import Context, Step
from rooms.errors import RoomError
from rooms.events import ChatClosed, ChatDeleted, ChatSent
from rooms.ids import MessageId, ParticipantId
from rooms.model import ChatMessage
from rooms.rights import Act, allowed
from rooms.state import RoomState


def sees(message: ChatMessage, id: ParticipantId) -> bool:
    return message.to is None or id in (message.to, message.sender)


def visible(state: RoomState, id: ParticipantId) -> list[ChatMessage]:
    """What a late joiner gets: the newest messages, without others' private ones."""
    return [message for message in state.chat.values() if sees(message, id)]


def send(context: Context, command: ChatSend) -> Iterator[Step]:
    actor = context.require(Act.CHAT_SEND)
    state = context.state
    if state.chat_closed and not allowed(Act.CHAT_SEND_CLOSED, actor):
        raise RoomError("chat_closed")
    if command.to is not None:
        context.participant(command.to)
        if command.to == actor.id:
            raise RoomError("wrong_state", "A private message goes to somebody else.")
    seq = state.seq + 1
    message = ChatMessage(
        id=MessageId(f"m{seq}"),
        seq=seq,
        sender=actor.id,
        sender_name=actor.name,
        to=command.to,
        text=command.text,
        at=context.now_ms,
    )
    yield Step(Act.CHAT_SEND.value, ChatSent(message))


def delete(context: Context, command: ChatDelete) -> Iterator[Step]:
    """Moderators delete any public message; everyone their own. Its text is gone from the log too (the shell)."""
    actor = context.require(Act.CHAT_DELETE_OWN)
    message = context.state.chat.get(command.message)
    if message is None or not sees(message, actor.id):
        raise RoomError("no_such_message")
    if message.sender != actor.id:
        context.require(Act.CHAT_DELETE)
    if message.deleted_by is None:
        yield Step(Act.CHAT_DELETE.value, ChatDeleted(message.id, actor.id))


def close(context: Context, command: ChatClose) -> Iterator[Step]:
    context.require(Act.CHAT_CLOSE)
    if context.state.chat_closed != command.closed:
        yield Step(Act.CHAT_CLOSE.value, ChatClosed(command.closed))
