"""Keys by which people's words are found: an e-mail address whatever its case, a name whatever its accents."""

import unicodedata


def email_key(address: str) -> str:
    """One key per mailbox: NFC, lower case (no provider tells two people by the case of the local part). Not case
    folded: "straße" and "strasse", final and other sigma, are domains of different people (RFC 5894 7.2)."""
    return unicodedata.normalize("NFC", address.strip()).lower()


def search_key(*words: str) -> str:
    """Lower case, without accents, single blanks: "Ελένη  Ζωγράφου" becomes "ελενη ζωγραφου"."""
    decomposed = unicodedata.normalize("NFKD", " ".join(words).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.replace("ł", "l").replace("ς", "σ").split())
