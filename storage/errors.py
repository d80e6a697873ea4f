"""Errors of storage: one base, stable codes."""


class StorageError(Exception):
    """Base of all errors raised on purpose by this package."""

    code = "storage"


class NotFound(StorageError):
    code = "not_found"


class WrongState(StorageError):
    """The row is in a state that does not allow this (ended is final)."""

    code = "wrong_state"


class SequenceTaken(StorageError):
    code = "sequence_taken"


class NumbersExhausted(StorageError):
    """Every conference number is in use."""

    code = "numbers_exhausted"


class TooManyRooms(StorageError):
    """The owner's reservations take all their slots (H-29)."""

    code = "too_many_rooms"


class AlreadyResponding(StorageError):
    code = "already_responding"


class NoAnswer(StorageError):
    code = "no_answer"


class NoSuchBlob(StorageError):
    code = "no_such_blob"


class BadPath(StorageError):
    code = "bad_path"


class LinkUsed(StorageError):
    code = "link_used"


class LinkExpired(StorageError):
    code = "link_expired"


class EmailTaken(StorageError):
    """Another account has this address."""

    code = "email_taken"


class NameTaken(StorageError):
    """There is one of this name."""

    code = "name_taken"


class UnitInUse(StorageError):
    """Somebody coordinates this unit."""

    code = "unit_in_use"


class Unconfirmed(StorageError):
    """The person has not confirmed the address yet (decision 6)."""

    code = "unconfirmed"


class NotCompleted(StorageError):
    """The conference is not over yet (E2-93)."""

    code = "not_completed"


class OtherBrowser(StorageError):
    """The link must be opened in the browser that asked for it."""

    code = "other_browser"


class SchemaTooNew(StorageError):
    """The database was written by a newer version of the program."""

    code = "schema_too_new"


class Unavailable(StorageError):
    """The database cannot do it now (locked, full, gone); nothing was changed. Only if it went away in the very moment
    of a commit, that commit may have happened."""

    code = "unavailable"


class Conflict(Unavailable):
    """Another transaction was in the way; the same again may succeed at once."""


class Unstorable(StorageError):
    """A value that no column can hold: too large a number, a NUL in a text."""

    code = "bad_request"
