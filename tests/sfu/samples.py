"""Real offers and their line maps."""

from pathlib import Path

_DATA = Path(__file__).parent / "data"

LINES: dict[str, dict[str, str]] = {
    "chromium": {
        "0": "mic",
        "1": "camera",
        "2": "screen",
        "3": "screen_audio",
        **dict.fromkeys(("4", "5", "6"), "slot_audio"),
        **dict.fromkeys(("7", "8", "9", "10", "11", "12"), "slot_video"),
        "13": "slot_screen",
        "14": "slot_screen_audio",
    },
    "firefox": {"0": "mic", "1": "camera", "2": "screen", "3": "slot_audio", "4": "slot_video"},
    "aiortc": {"0": "mic", "1": "camera", "2": "slot_audio", "3": "slot_video"},
}


def read(name: str) -> str:
    return (_DATA / f"{name}.sdp").read_text().replace("\n", "\r\n")
