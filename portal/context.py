"""What every handler needs: the parts of the portal, and the facts about one request."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from portal.ports import Mint, RoomsPort
from portal.settings import PortalSettings
from storage.bodies import BodyRecord, UnitRecord
from storage.conference_lists import Way
from storage.groups import GroupRecord
from storage.people import Person
from storage.recording_records import RecordingRecord
from storage.records import ConferenceRecord, UserRecord
from storage.role_requests import RequestRecord
from storage.service import Storage

_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Parts:
    storage: Storage
    mint: Mint
    rooms: RoomsPort
    settings: PortalSettings
    clock: Callable[[], float] = time.time

    def now_ms(self) -> int:
        return int(self.clock() * 1000)


PARTS = web.AppKey("portal_parts", Parts)
USER: web.RequestKey[UserRecord] = web.RequestKey("portal_user", UserRecord)
CONFERENCE: web.RequestKey[ConferenceRecord] = web.RequestKey("portal_conference", ConferenceRecord)
WAY: web.RequestKey[Way] = web.RequestKey("portal_way", Way)
BODY: web.RequestKey[BodyRecord] = web.RequestKey("portal_body", BodyRecord)
UNIT: web.RequestKey[UnitRecord] = web.RequestKey("portal_unit", UnitRecord)
PERSON: web.RequestKey[Person] = web.RequestKey("portal_person", Person)
ROLE_REQUEST: web.RequestKey[RequestRecord] = web.RequestKey("portal_role_request", RequestRecord)
GROUP: web.RequestKey[GroupRecord] = web.RequestKey("portal_group", GroupRecord)
RECORDING: web.RequestKey[RecordingRecord] = web.RequestKey("portal_recording", RecordingRecord)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("portal_request_id", str)


def parts(request: web.Request) -> Parts:
    return request.config_dict[PARTS]


def base_url(request: web.Request) -> str:
    """Scheme and host as the caller knows us, without a slash at the end."""
    settings = parts(request).settings
    if settings.public_url:
        return settings.public_url.rstrip("/")
    return f"{scheme(request)}://{host(request)}"


def scheme(request: web.Request) -> str:
    if parts(request).settings.behind_proxy:
        named = request.headers.get("X-Forwarded-Proto", "").strip().lower()
        if named in ("http", "https"):
            return named
    return "https" if request.secure else "http"


def host(request: web.Request) -> str:
    """The Host header, if it has the form of one."""
    named = request.headers.get("Host", "")
    return named if _HOST.fullmatch(named) else "localhost"


def caller(request: web.Request) -> str:
    """A hash that stands for the caller until the end of the day. The address itself goes no further."""
    its = parts(request)
    address = request.remote or ""
    if its.settings.behind_proxy:
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", [])).rsplit(",", 1)[-1].strip()
        address = forwarded or address
    return its.storage.limiter.caller(address)
