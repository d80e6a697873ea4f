"""The ids of a live room. Opaque strings from outside become these at the edge and are never bare again."""

from typing import NewType

ConferenceId = NewType("ConferenceId", str)
SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
ParticipantNumber = NewType("ParticipantNumber", int)
"""1..2^32-1, unique in the room for the life of the conference; the CSRC of everything this person sends."""
DeviceId = NewType("DeviceId", str)
"""Random id of a browser; empty when there is none (telephone)."""
MessageId = NewType("MessageId", str)
NO_DEVICE = DeviceId("")
