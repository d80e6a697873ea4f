"""What an SMS says (H-24, H-25, H-27, H-28): invitation, date, hour, number to call (or link), conference number, PIN.

Nothing of the organiser or a moderator. Alphabet and length by 3GPP TS 23.038: words in Latin letters lose accents that
GSM-7 lacks, since one such letter would halve what fits; Greek goes as UCS-2. The title is cut until the text fits.
"""

import unicodedata
from typing import Final

from portal.mail import moments
from portal.mail.clean import line
from portal.mail.conference_letters import Occasion, wanted
from storage.notice_rules import Kind

MAX_PARTS: Final = 3
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€")
_LIKE: Final = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "–": "-", "—": "-", "„": '"', "”": '"',
                              "“": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "…": "...", "\u00a0": " "})  # fmt: skip


def compose(of: Occasion) -> str | None:
    """None when there is no reason left to send it."""
    if not of.to.telephone or not wanted(of):
        return None
    title = line(of.meeting.title, 60)
    while True:
        text = plain(_text(of, title))
        if parts(text) <= MAX_PARTS or not title:
            return text
        title = title[:-4].rstrip(" .…") + "…" if len(title) > 8 else ""


def _text(of: Occasion, title: str) -> str:
    say, meeting = of.words, of.meeting
    date = of.dates[0] if of.dates else None
    at = date.starts_ms if date else of.now_ms
    first = say(
        f"sms.{of.kind}",
        product=line(of.house.product, 30),
        title=f' "{title}"' if title else "",
        date=moments.day(at, meeting.time_zone, say.locale),
        time=moments.clock(at, meeting.time_zone),
    )
    if of.kind in (Kind.CANCEL, Kind.POSTPONEMENT):
        return first
    return " ".join([first, *_way_in(of)])


def _way_in(of: Occasion) -> list[str]:
    say, meeting, call = of.words, of.meeting, of.house.call
    if not meeting.number or not meeting.pin:
        return [of.house.links.entry(of.to)]
    if call:
        return [say("sms.call", call=call, number=meeting.number, pin=meeting.pin)]
    return [say("sms.number", number=meeting.number, pin=meeting.pin), of.house.links.entry(of.to)]


def plain(text: str) -> str:
    """In GSM-7 if that loses nothing but accents; else as it is."""
    bare = "".join(c if c in _BASIC else _bare(c) for c in text.translate(_LIKE))
    return bare if is_gsm7(bare) else text


def _bare(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() else character


def is_gsm7(text: str) -> bool:
    return all(c in _BASIC or c in _EXTENDED for c in text)


def units(text: str) -> int:
    """Septets of GSM-7, or UTF-16 units."""
    if is_gsm7(text):
        return sum(2 if c in _EXTENDED else 1 for c in text)
    return len(text.encode("utf-16-be")) // 2


def parts(text: str) -> int:
    """How many messages the operator counts."""
    whole, piece = (160, 153) if is_gsm7(text) else (70, 67)
    count = units(text)
    return 1 if count <= whole else -(-count // piece)
