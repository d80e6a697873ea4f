"""What may be in the bodies of requests about one's own account."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from portal.bodies import Body, Description, Email, Name, Secret, Telephone, Title
from portal.settings import LANGUAGES

Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
AskedRole = Literal["unit_coordinator", "body_coordinator"]


def _language(text: str) -> str:
    if text and text not in LANGUAGES:
        raise ValueError("must be one of " + ", ".join(LANGUAGES))
    return text


def _zone(text: str) -> str:
    if text and text not in available_timezones():
        raise ValueError("must be an IANA time zone")
    return text


Language = Annotated[str, StringConstraints(max_length=8), AfterValidator(_language)]  # or empty: as the browser says
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]


class PasswordSignIn(Body):
    email: Annotated[str, StringConstraints(max_length=254)]
    password: Password


class SecondFactorBody(Body):
    code: Code


class StartBody(Body):
    """`token`: of an invitation to make an account, which the provider shall be linked to."""

    return_to: Annotated[str, StringConstraints(max_length=300)] = "/home"
    token: Secret | None = None


class StartQuery(BaseModel):
    """`return_to`: the page to come back to. `fresh`: the provider asks for the sign-in itself, also where it knows
    the browser."""

    return_to: str = "/home"
    fresh: bool = False


class CallbackQuery(BaseModel):
    """What a provider says; it may say more."""

    state: str = ""
    code: str | None = None
    error: str | None = None


class ConfirmLogin(Body):
    update_name: bool = False


class Activation(Body):
    """E2-28. Both squares must be ticked (E0-15)."""

    surname: Name | None = None
    given_name: Name | None = None
    email: Email | None = None
    telephone: Telephone | None = None
    terms: bool = False
    privacy: bool = False


class TokenBody(Body):
    token: Secret


class EmailBody(Body):
    email: Email


class ForgotBody(Body):
    email: Annotated[str, StringConstraints(max_length=254)]


class NewPassword(Body):
    token: Secret
    new: Password


class ChangePassword(Body):
    """`current`: the one that is in use; absent where there is none."""

    current: Password | None = None
    new: Password


class ProfilePatch(Body):
    """E2-32. What is absent stays; `unit: null` means none."""

    telephone: Telephone | None = None
    contact: Description | None = None
    unit: Id | None = None
    language: Language | None = None
    time_zone: Zone | None = None


class OwnName(Body):
    """As on the activation page: a surname at least."""

    surname: Name
    given_name: Name | None = None


class DeleteAccount(Body):
    """E2-38: the first address, typed; the name where there is no address."""

    email: Annotated[str, StringConstraints(max_length=254)]


class ProveBody(Body):
    """Everything that the account has must be given."""

    password: Password | None = None
    code: Code | None = None


class CodeBody(Body):
    code: Code


class DisableBody(Body):
    """Either proves that it is the owner who switches it off."""

    code: Code | None = None
    password: Password | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "DisableBody":
        if (self.code is None) == (self.password is None):
            raise ValueError("give code or password")
        return self


class RoleWish(Body):
    """E1-11 to E1-14, E2-46 to E2-49."""

    role: AskedRole
    body_name: Title | None = None
    unit_id: Id | None = None
    telephone: Annotated[Telephone, Field(min_length=5)]
    purpose: Annotated[Description, Field(min_length=1)]


class StepDown(Body):
    role: Literal["user", "unit_coordinator", "body_coordinator"]
