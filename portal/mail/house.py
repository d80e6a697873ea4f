"""Who sends, and from where: what is the same in every message of this installation."""

from dataclasses import dataclass

from portal.mail.links import Links


@dataclass(frozen=True, slots=True)
class House:
    """`product`: the service's name in subjects and as the sender. `call`: the number that people dial to take part by
    telephone; empty while there is none."""

    product: str
    address: str  # nobody reads it (E0-23)
    links: Links
    language: str = "en"
    call: str = ""
