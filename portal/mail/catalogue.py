"""The words of the messages in four languages: TOML files of one shape, plurals by CLDR's rules (Babel)."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale

LANGUAGES: Final = ("en", "el", "pl", "ro")
DEFAULT: Final = "en"
_LOCALES: Final = {"en": "en_GB"}  # day before month, 24 hours
_FOLDER = Path(__file__).with_name("catalogues")
_Tree = Mapping[str, object]


def choose(*wishes: str) -> str:
    """The first language that there is a catalogue for: `el-GR` is Greek, an empty wish is none."""
    for wish in wishes:
        if (language := wish.partition("-")[0].partition("_")[0].lower()) in LANGUAGES:
            return language
    return DEFAULT


class Words:
    """One language. Keys are dotted; values go into the named places and are never read as a format."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(_LOCALES.get(language, language))
        self._tree = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))

    def __call__(self, key: str, **values: object) -> str:
        text = self._at(key)
        assert isinstance(text, str), f"{key} is not a text"
        return text.format(**values)

    def has(self, key: str) -> bool:
        return self._find(key) is not None

    def plural(self, key: str, n: int) -> str:
        forms = self._at(key)
        assert isinstance(forms, dict), f"{key} has no plural forms"
        return str(forms.get(self.locale.plural_form(n), forms["other"])).format(n=n)

    def keys(self) -> dict[str, str]:
        """Every key with its text, for the comparison of catalogues."""
        return dict(_flat("", self._tree))

    def _at(self, key: str) -> object:
        found = self._find(key)
        assert found is not None, f"no text for {key} in {self.language}"
        return found

    def _find(self, key: str) -> object:
        at: object = self._tree
        for part in key.split("."):
            at = at.get(part) if isinstance(at, dict) else None
        return at


@cache
def words(language: str) -> Words:
    return Words(choose(language))


def _flat(prefix: str, tree: _Tree) -> Iterable[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", str(value)
