"""Keys by which people's words are found: an e-mail address whatever its case, a name whatever its accents. And what of
them can be seen."""

import unicodedata

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}  # ZWNJ and ZWJ belong to scripts and emoji
_INKLESS = set("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols without ink: a name of these looks empty


def visible(character: str) -> bool:
    """May it stand in a name or title? No controls, no marks that turn the direction of a text."""
    return character in _JOINERS or unicodedata.category(character) not in _UNSEEN


def has_ink(text: str) -> bool:
    """Is there anything to see in it?"""
    return any(unicodedata.category(one)[0] not in "CZ" and one not in _INKLESS for one in text)


def email_key(address: str) -> str:
    """One key per mailbox: NFC, lower case (no provider tells two people by the case of the local part). Not case
    folded: "straße" and "strasse", final and other sigma, are domains of different people (RFC 5894 7.2)."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def search_key(*words: str) -> str:
    """Lower case, without accents, single blanks: "Ελένη  Ζωγράφου" becomes "ελενη ζωγραφου"."""
    decomposed = unicodedata.normalize("NFKD", " ".join(words).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.replace("ł", "l").replace("ς", "σ").split())
