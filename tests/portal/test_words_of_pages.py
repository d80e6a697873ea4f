"""Mails and help name what is on the pages by the words of the pages (E0-33, H-6)."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = ("en", "el", "pl", "ro")
QUOTED: Final = {"en": r"“([^“”]+)”|\"([^\"]+)\"", "el": "«([^«»]+)»", "pl": "„([^„”]+)”", "ro": "„([^„”]+)”"}
OF_BROWSERS: Final = {
    *("Allow", "Να επιτρέπεται", "Zezwól", "Permite"),
    *("Open in Chrome", "Άνοιγμα στο Chrome", "Otwórz w Chrome", "Deschide în Chrome"),
}


@cache
def catalogue(language: str) -> dict[str, str]:
    """The client's texts by key; of a plural the forms stand behind the key."""
    found: dict[str, str] = {}
    for path in (ROOT / "static_client/src/i18n").glob(f"{language}_*.ts"):
        found |= dict(re.findall(r'^\s*"([\w.]+)": "(.*)",$', path.read_text(), re.MULTILINE))
    return {key: text.replace("\u2011", "-") for key, text in found.items()}


@cache
def letters(language: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / f"portal/mail/catalogues/{language}.toml").read_text())


def quoted(language: str, text: str) -> list[str]:
    return ["".join(each) for each in re.findall(QUOTED[language], text)]


def texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [text for each in value.values() for text in texts(each)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_names_the_place_of_conferences_as_the_menu_does(language: str) -> None:
    """E0-33, H-6: the tab that is looked for without the mail."""
    how = letters(language)["conference"]["account_how"]
    assert quoted(language, how) == [catalogue(language)["nav.conferences"]]
    choose = letters(language)["conference"]["person_how"]
    assert quoted(language, choose) == [catalogue(language)["nav.sign_in"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_about_a_request_names_the_tabs_as_the_page_does(language: str) -> None:
    named = [quoted(language, text) for text in texts(letters(language)) if quoted(language, text)]
    assert [catalogue(language)["pp.tab.users"], catalogue(language)["pp.tab.approval"]] in named


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_mail_or_a_shipped_text_quotes_stands_on_a_page_or_is_the_browsers(language: str) -> None:
    known = set(catalogue(language).values()) | OF_BROWSERS
    shipped = [path.read_text() for path in (ROOT / "portal/texts").glob(f"*.{language}.txt")]
    found = [word for text in [*texts(letters(language)), *shipped] for word in quoted(language, text)]
    assert len(found) > 12
    assert [word for word in found if word not in known] == []


@pytest.mark.parametrize(
    ("language", "other"), [("en", "teleconference"), ("pl", "telekonferencj"), ("ro", "teleconferin")]
)
def test_a_conference_is_called_the_same_in_mails_and_on_pages(language: str, other: str) -> None:
    """But for the English half of the subject (E0-22)."""
    said = [text for text in texts(letters(language)) if text != "Teleconference Invitation"]
    shipped = [path.read_text() for path in (ROOT / "portal/texts").glob(f"*.{language}.txt")]
    assert [text for text in [*said, *shipped, *catalogue(language).values()] if other in text.lower()] == []
