"""The answer, checked by text and by aiortc's parser."""

import pytest
from aiortc.sdp import SessionDescription

from sfu.answer import AnswerFacts, SlotSsrc, write_answer
from sfu.negotiation import SlotLine, plan
from sfu.sdp import parse_offer
from tests.sfu.samples import LINES, read

FACTS = AnswerFacts(
    session_id=42,
    version=1,
    ice_ufrag="ufrag",
    ice_pwd="p" * 24,
    fingerprints=[("sha-256", ":".join(["AB"] * 32))],
    candidates=[("192.0.2.1", 5000), ("2001:db8::1", 5000)],
)


def answer(name: str) -> str:
    lines = plan(parse_offer(read(name)), LINES[name])
    slots = [line for line in lines if isinstance(line, SlotLine)]
    ssrcs = {line.mid: SlotSsrc(1000 + n, 2000 + n if line.codec.rtx_pt else 0) for n, line in enumerate(slots)}
    return write_answer(lines, ssrcs, FACTS)


@pytest.mark.parametrize("name", ["chromium", "firefox", "aiortc"])
def test_aiortc_reads_every_answer(name: str) -> None:
    description = SessionDescription.parse(answer(name))
    assert len(description.media) == len(LINES[name])
    for media in description.media:
        assert media.ice.iceLite and media.ice.usernameFragment == "ufrag"
        assert media.dtls is not None and media.dtls.role == "server"
        assert media.rtcp_mux


def test_candidates_stand_in_the_first_and_the_last_line_the_best_first() -> None:
    media = SessionDescription.parse(answer("chromium")).media
    assert [(c.ip, c.port) for c in media[0].ice_candidates] == [("192.0.2.1", 5000), ("2001:db8::1", 5000)]
    priorities = [c.priority for c in media[0].ice_candidates]
    assert priorities == sorted(priorities, reverse=True)
    assert len(media[-1].ice_candidates) == 2 and not any(m.ice_candidates for m in media[1:-1])
    assert answer("chromium").count("a=end-of-candidates") == 2


def test_uplinks_receive_simulcast_and_slots_send_their_ssrcs() -> None:
    text = answer("chromium")
    sections = text.split("m=")[1:]
    assert "a=recvonly" in sections[1] and "a=simulcast:recv q;h;f\r\na=" not in sections[1]
    assert "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f" in sections[1]
    assert "a=sendonly" in sections[7] and "a=ssrc-group:FID 1003 2003" in sections[7]
    assert "goog-remb" in sections[7] and "transport-cc" not in sections[7]
    assert "transport-cc" in sections[1] and "goog-remb" not in sections[1]


def test_audio_and_video_slot_of_one_number_share_a_stream() -> None:
    sections = answer("chromium").split("m=")[1:]
    assert "a=msid:slot-0 slot-0-audio" in sections[4]
    assert "a=msid:slot-0 slot-0-video" in sections[7]
    assert "a=msid:screen-0 screen-0-video" in sections[13]
    assert "a=msid:screen-0 screen-0-audio" in sections[14]


def test_a_rejected_line_keeps_its_place_outside_the_bundle() -> None:
    lines = {mid: word for mid, word in LINES["aiortc"].items() if mid != "0"}
    planned = plan(parse_offer(read("aiortc")), lines)
    text = write_answer(planned, {"2": SlotSsrc(1, 0), "3": SlotSsrc(2, 3)}, FACTS)
    assert "a=group:BUNDLE 1 2 3\r\n" in text
    assert "m=audio 0 UDP/TLS/RTP/SAVPF 96 9 0 8\r\n" in text
    assert text.index("a=candidate") > text.index("m=video")
