"""What a forger would try."""

from __future__ import annotations


def altered(text: str, at: int) -> str:
    """`text` with another character at `at`: never, by chance, the text itself."""
    characters = list(text)
    characters[at] = "A" if characters[at] != "A" else "B"
    return "".join(characters)
