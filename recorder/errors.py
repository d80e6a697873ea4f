"""Errors of the recorder: one base, stable codes."""


class RecorderError(Exception):
    """Base of all errors raised on purpose by this package."""

    code = "recorder"


class BadPacket(RecorderError):
    """What came over the tap is not what recorder/TAP.md says; the first is reported, all are dropped."""

    code = "bad_packet"
