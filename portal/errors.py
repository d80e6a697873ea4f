"""Errors on the wire. One class for refusals with a stable code, one function that maps anything else."""

from collections.abc import Mapping

from aiohttp import web

from rooms.errors import RoomError
from storage.errors import StorageError

STATUS = {
    "bad_request": 400,
    "bad_dates": 400,
    "not_signed_in": 401,
    "forbidden": 403,
    "account_incomplete": 403,
    "wrong_credentials": 403,
    "wrong_code": 403,
    "proof_needed": 403,
    "not_invited": 403,
    "not_employed": 403,
    "wrong_origin": 403,
    "wrong_signature": 403,
    "kicked": 403,
    "banned": 403,
    "refused": 403,
    "not_found": 404,
    "no_such_blob": 404,
    "wrong_link": 404,
    "wrong_pin": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "wrong_state": 409,
    "too_many_rooms": 409,
    "invited_already": 409,
    "postponed": 409,
    "email_taken": 409,
    "name_taken": 409,
    "unit_in_use": 409,
    "unconfirmed": 409,
    "not_completed": 409,
    "no_account": 404,
    "wrong_email": 409,
    "other_browser": 409,
    "no_passwords": 409,
    "no_provider": 409,
    "weak_password": 400,
    "terms_needed": 400,
    "unit_needed": 409,
    "body_needed": 409,
    "last_administrator": 409,
    "login_expired": 410,
    "full": 409,
    "ended": 410,
    "expired": 410,
    "cancelled": 410,
    "link_used": 410,
    "link_expired": 410,
    "too_large": 413,
    "not_json": 415,
    "bad_range": 416,
    "locked": 423,
    "not_open_yet": 425,
    "too_many_tries": 429,
    "internal": 500,
    "unavailable": 503,
    "provider_failed": 503,
    "provider_unreachable": 503,
    "numbers_exhausted": 503,
}

_SENTENCES = {
    "bad_request": "The request cannot be understood.",
    "not_signed_in": "Sign in first.",
    "forbidden": "You may not do that.",
    "account_incomplete": "Confirm your e-mail address and accept the terms first.",
    "not_found": "There is nothing here.",
    "no_such_blob": "There is nothing here.",
    "wrong_link": "This link does not lead to a conference.",
    "wrong_pin": "Conference number or PIN is wrong.",
    "ended": "The conference has ended.",
    "expired": "The time of this conference is over.",
    "cancelled": "The conference has been cancelled.",
    "postponed": "The conference has been postponed; a new date will be sent.",
    "not_open_yet": "The conference is not open yet.",
    "too_many_rooms": "You have as many reserved rooms as you may; delete one first.",
    "invited_already": "This address is invited already.",
    "link_used": "This link has been used.",
    "link_expired": "This link has expired.",
    "wrong_credentials": "E-mail address or password is wrong.",
    "wrong_code": "This code is not right, or has been used.",
    "proof_needed": "First prove once more that it is you.",
    "wrong_email": "This is not the account's address.",
    "weak_password": "This password is too easy to guess.",
    "terms_needed": "Accept the terms of use and the privacy statement.",
    "not_invited": "Accounts are for people who work here, and for those invited personally at this address.",
    "not_employed": "Roles are for people who work here.",
    "name_taken": "There is one of this name already.",
    "unit_in_use": "Somebody coordinates this unit.",
    "unconfirmed": "The applicant has not confirmed the e-mail address yet.",
    "not_completed": "The conference is not over yet.",
    "no_account": "No account has this address.",
    "email_taken": "Another account has this address.",
    "other_browser": "Open this link in the browser in which you are signing up.",
    "no_passwords": "There are no passwords here; sign in at the provider.",
    "no_provider": "Nobody signs in at a provider here.",
    "unit_needed": "Choose the unit.",
    "body_needed": "Name the body.",
    "last_administrator": "Another administrator is needed first.",
    "login_expired": "This sign-in took too long, or began in another browser; begin again.",
    "provider_failed": "The sign-in at the provider did not work.",
    "provider_unreachable": "The provider cannot be reached.",
    "wrong_state": "That is not possible now.",
    "unavailable": "The server cannot do that now; try again in a moment.",
    "numbers_exhausted": "No conference number is free.",
    "internal": "Something went wrong on our side; nothing was changed.",
}


class ApiError(Exception):
    """A refusal: code and sentence for the caller. `extra` joins the error object."""

    def __init__(self, code: str, message: str | None = None, **extra: object) -> None:
        self.code = code
        self.message = message or _SENTENCES[code]
        self.extra: Mapping[str, object] = extra
        super().__init__(f"{code}: {self.message}")

    @property
    def status(self) -> int:
        return STATUS[self.code]


def as_api_error(error: Exception) -> ApiError:
    """Any error as one that may leave the house; what is not known becomes `internal` and tells nothing."""
    match error:
        case ApiError():
            return error
        case RoomError() if error.code in STATUS:
            return ApiError(error.code, error.message)
        case StorageError() if error.code in STATUS and error.code in _SENTENCES:
            return ApiError(error.code)
        case web.HTTPRequestEntityTooLarge():
            return ApiError("too_large", "The request is too large.")
        case web.HTTPMethodNotAllowed():
            return ApiError("method_not_allowed", "This method is not possible here.")
        case web.HTTPNotFound():
            return ApiError("not_found")
        case web.HTTPException() if 400 <= error.status < 500:
            return ApiError("bad_request")
        case _:
            return ApiError("internal")


def error_body(error: ApiError) -> dict[str, object]:
    return {"error": {"code": error.code, "message": error.message, **error.extra}}
