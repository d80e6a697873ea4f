"""The addresses that messages carry. Secrets stand behind `#`, where no server on the way logs them."""

from dataclasses import dataclass

from storage.addressees import Addressee


@dataclass(frozen=True, slots=True)
class Links:
    """`base`: the service's own address, without a slash at the end. `sign_up`: who was invited may open an account."""

    base: str
    sign_up: bool = True

    def service(self) -> str:
        return f"{self.base}/"

    def help(self) -> str:
        return f"{self.base}/help"

    def log_in(self) -> str:
        return f"{self.base}/sign-in"

    def conferences(self) -> str:
        return f"{self.base}/conferences"

    def approvals(self) -> str:
        return f"{self.base}/users#approval"

    def security(self) -> str:
        return f"{self.base}/account#security"

    def collaborators(self) -> str:
        return f"{self.base}/account#collaborators"

    def by_link(self, person: Addressee) -> bool:
        """Guests; and whoever has no account where nobody can open one: no message asks for what cannot be done."""
        return person.kind in ("guest", "name") or (person.kind == "person" and not self.sign_up)

    def entry(self, person: Addressee) -> str:
        """A guest's own link opens the one conference; who has or needs an account logs in (E0-20, E0-27, E0-28)."""
        return f"{self.base}/j/{person.link}" if self.by_link(person) else self.conferences()

    def rsvp(self, answer: str, token: str) -> str:
        return f"{self.base}/rsvp/{answer}#{token}"

    def proof(self, page: str, token: str) -> str:
        return f"{self.base}/{page}#{token}"
