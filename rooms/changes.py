"""The conference changes while its room lives (title, end, maximum, lobby): what people in it are told."""

from collections.abc import Iterator

from rooms.commands import ChangeSettings
from rooms.context import Context, Step
from rooms.events import SettingsChanged
from rooms.lobby import lobby_is_on, switched
from rooms.model import RoomSettings


def change_settings(context: Context, command: ChangeSettings) -> Iterator[Step]:
    """Before the room takes them over. The lobby is as was said last, in the room or outside."""
    before, after = context.settings, command.settings
    turned = after.lobby != before.lobby and after.lobby != lobby_is_on(context.state, before)
    if _shown(before) != _shown(after):
        yield Step("settings", _shown(after))
    if turned:
        yield from switched(context, after.lobby)


def _shown(settings: RoomSettings) -> SettingsChanged:
    return SettingsChanged(settings.title, settings.max_participants, settings.expires_at, settings.longest_end)
