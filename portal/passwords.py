"""Passwords: which ones are too easy (pure, by rules), and argon2 in threads, few at a time.

Hashing takes a CPU some 50 ms and 64 MiB by intent; a crowd of sign-ins waits in line, and a longer line than
`WAITING` is refused, so that meetings on the same machine go on.
"""

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from portal.errors import ApiError

MIN_CHARS: Final = 12
MAX_CHARS: Final = 256
AT_ONCE: Final = 2
WAITING: Final = 40
_ROWS = (  # neighbours on keyboards and in the alphabet; doubled, so that a walk may start anywhere
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "0123456789" * 3,
    "qwertyuiopasdfghjklzxcvbnm" * 2,
    "qwertzuiopasdfghjklyxcvbnm" * 2,
    "azertyuiopqsdfghjklmwxcvbn" * 2,
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p" * 2,
    "αβγδεζηθικλμνξοπρστυφχψω" * 2,
)
_TAKEN_FOR = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_WORDS = frozenset(
    " ".join(
        (
            "password passwort passwords pass word secret welcome admin administrator letmein login hello iloveyou",
            "master monkey dragon football baseball sunshine princess summer winter spring autumn monday friday",
            "january december qwerty qwertyuiop qwertz azerty abc abcdef test testing changeme default user guest",
            "root trustno plenum conference meeting haslo parola kodikos κωδικος kalimera polska romania hellas",
            "ellada poland greece",
        )
    )
    .casefold()
    .split()
)

T = TypeVar("T")


def normal(password: str) -> str:
    """One spelling of what people type on different keyboards: NFKC (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def fault(password: str, personal: Iterable[str] = ()) -> str | None:
    """Why not to take it: short, long, personal, common; None when it will do. `personal`: name and addresses."""
    text = normal(password)
    if len(text) < MIN_CHARS:
        return "short"
    if len(text) > MAX_CHARS:
        return "long"
    folded = text.casefold()
    if _is_personal(folded, personal):
        return "personal"
    return "common" if _is_common(folded) else None


def _is_personal(folded: str, personal: Iterable[str]) -> bool:
    """It is made of name and address, and of little else."""
    rest = folded
    words = {word for each in personal for word in re.split(r"[\W_]+", normal(each).casefold()) if len(word) >= 3}
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != folded and sum(c.isalnum() for c in rest) < 8


def _is_common(folded: str) -> bool:
    letters = "".join(c for c in folded if c.isalpha())
    return (
        len(set(folded)) < 5
        or not letters
        or _repeats(folded)
        or _walks(folded)
        or any(_of_words("".join(c for c in each if c.isalpha())) for each in (folded, _spelled(folded)))
    )


def _spelled(folded: str) -> str:
    """p@ssw0rd!!! as the word that it stands for: what surrounds it first, then what replaces letters."""
    around = "".join(c for c in folded if not c.isalpha())
    return folded.strip(around).translate(_TAKEN_FOR)


def _repeats(text: str) -> bool:
    """abcabcabcabc, and the same with a rest."""
    return any(
        len(text) >= 2 * size and text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, len(text) // 2 + 1)
    )


def _walks(text: str) -> bool:
    """Mostly neighbours in a row, forwards or backwards: at least three quarters in walks of four and more."""
    covered = 0
    at = 0
    while at < len(text):
        length = 1
        while at + length < len(text) and any(
            piece in row for piece in (text[at : at + length + 1], text[at : at + length + 1][::-1]) for row in _ROWS
        ):
            length += 1
        covered += length if length >= 4 else 0
        at += length
    return covered * 4 >= len(text) * 3


def _of_words(letters: str) -> bool:
    """One or two of the words that everybody thinks of; figures and signs around them help little."""
    return letters in _WORDS or any(
        letters[:cut] in _WORDS and letters[cut:] in _WORDS for cut in range(3, len(letters) - 2)
    )


class Hasher:
    """argon2id with the library's parameters, off the event loop."""

    def __init__(self) -> None:
        self._hash = PasswordHash((Argon2Hasher(),))
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hash.hash(normal(password)))

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """(right, a better hash to keep). Without a hash it takes the same time and is wrong."""
        if hashed is None:
            if self._nobodys is None:
                self._nobodys = await self.hash(secrets.token_urlsafe(16))
            await self._run(lambda: self._check(password, self._nobodys or ""))
            return False, None
        return await self._run(lambda: self._check(password, hashed))

    def _check(self, password: str, hashed: str) -> tuple[bool, str | None]:
        try:
            return self._hash.verify_and_update(normal(password), hashed)
        except UnknownHashError:
            return False, None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise ApiError("unavailable")
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
