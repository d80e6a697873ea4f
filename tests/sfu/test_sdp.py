"""Reading offers: real ones of Chromium, Firefox and aiortc, then hostile ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.errors import OfferError
from sfu.sdp import MAX_BYTES, parse_offer
from tests.sfu.samples import read

NAMES = ["chromium", "firefox", "aiortc"]


@pytest.mark.parametrize("name", NAMES)
def test_real_offers_are_read(name: str) -> None:
    offer = parse_offer(read(name))
    assert offer.setup == "actpass"
    assert offer.fingerprints[0][0] == "sha-256"
    assert len(offer.ice_pwd) >= 22
    assert [line.mid for line in offer.media] == offer.bundle
    assert not any(line.rejected for line in offer.media)


def test_chromium_lines_carry_codecs_extensions_and_layers() -> None:
    camera = parse_offer(read("chromium")).media[1]
    assert camera.layers == ["q", "h", "f"]
    vp8 = camera.find_codec("vp8", 90000)
    assert vp8 is not None and vp8.pt == 96 and "nack pli" in vp8.feedback
    rtx = camera.find_rtx(96)
    assert rtx is not None and rtx.pt == 97
    assert camera.extensions["urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"] == 10
    assert camera.primary_ssrc() == (0, 0)


def test_chromium_screen_line_has_its_pair_of_ssrcs() -> None:
    assert parse_offer(read("chromium")).media[2].primary_ssrc() == (2728597022, 506569698)


def test_port_zero_with_bundle_only_is_not_rejected() -> None:
    video = parse_offer(read("firefox")).media[1]
    assert video.port == 0 and not video.rejected


def test_port_zero_alone_is_rejected() -> None:
    text = read("firefox").replace("a=bundle-only\r\n", "")
    offer = parse_offer(text)
    assert [line.rejected for line in offer.media] == [False, True, True, True, True]


def test_extension_directions_are_understood() -> None:
    video = parse_offer(read("firefox")).media[1]
    assert video.extensions["urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"] == 9


def test_all_fingerprints_are_kept_once() -> None:
    assert [f[0] for f in parse_offer(read("aiortc")).fingerprints] == ["sha-256", "sha-384", "sha-512"]


def test_paused_and_alternative_layers_are_understood() -> None:
    text = read("chromium").replace("send q;h;f", "send q;~h;f,q")
    assert parse_offer(text).media[1].layers == ["q", "h", "f"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("v=0\r\n", "", "does not begin with v=0"),
        ("a=mid:1\r\n", "a=mid:0\r\n", "same mid"),
        ("a=mid:1\r\n", "", "needs a mid"),
        ("a=mid:1\r\n", f"a=mid:{'m' * 17}\r\n", "at most 16"),
        ("a=group:BUNDLE 0", "a=group:BUNDLE zero", "names a mid"),
        ("a=group:BUNDLE", "a=group:LS", "no BUNDLE group"),
        ("rtpmap:96 VP8/90000", "rtpmap:96 VP8", "rtpmap"),
        ("rtpmap:96 VP8/90000", "rtpmap:x VP8/90000", "not a number"),
        ("rtpmap:96 VP8/90000", "rtpmap:960 VP8/90000", "between 0 and 127"),
        ("rtpmap:96 VP8/90000", "rtpmap:² VP8/90000", "not a number"),
        ("SAVPF 96 97", "SAVPF 96 300", "between 0 and 127"),
        ("m=video 9 ", "m=video 99999 ", "between 0 and 65535"),
        ("m=video 9 UDP", "m=video UDP", "not a number"),
        ("a=extmap:14 ", "a=extmap:14/sideways ", "extmap"),
        ("a=extmap:14 ", "a=extmap:0 ", "between 1"),
        ("a=rid:q send", "a=rid:q! send", "rid needs"),
        ("a=rid:q send\r\n", "", "does not declare"),
        ("send q;h;f", "send q;;f", "malformed"),
        ("FID 2728597022 506569698", "FID 2728597022", "two SSRCs"),
        ("a=ssrc:506569698 ", "a=ssrc:99999999999 ", "not a number"),
        ("a=fingerprint:sha-256 51", "a=fingerprint:sha-256 5", "fingerprint"),
        ("a=fingerprint:sha-256", "a=fingerprint:sha-1", "no fingerprint"),
        ("a=setup:actpass", "a=setup:both", "setup"),
        ("a=ice-ufrag:O+oX", "a=ice-ufrag:O oX", "ice-ufrag"),
        ("a=ice-pwd:e8+", "a=ice-pwd:!", "ice-pwd"),
        ("s=-\r\n", "s-\r\n", "x=value"),
        ("s=-\r\n", "s=\x00\r\n", "control"),
        ("s=-\r\n", f"s={'s' * 3000}\r\n", "longer"),
    ],
)
def test_a_fault_is_told_in_one_sentence(old: str, new: str, message: str) -> None:
    text = read("chromium")
    assert old in text
    with pytest.raises(OfferError, match=message) as caught:
        parse_offer(text.replace(old, new))
    assert str(caught.value).endswith(".")
    assert caught.value.code == "bad_offer"


def test_lines_that_differ_in_ice_credentials_are_refused() -> None:
    text = read("chromium").replace("a=ice-ufrag:O+oX", "a=ice-ufrag:other", 1)
    with pytest.raises(OfferError, match="differ in ice-ufrag"):
        parse_offer(text)


def test_limits_are_bounds() -> None:
    with pytest.raises(OfferError, match="longer"):
        parse_offer("v=0\r\n" + "a" * MAX_BYTES)
    with pytest.raises(OfferError, match="lines"):
        parse_offer("v=0\r\n" + "s=\r\n" * 9000)
    with pytest.raises(OfferError, match="media lines"):
        parse_offer("v=0\r\n" + "m=audio 9 RTP/AVP 0\r\n" * 200)


FRAGMENTS = st.sampled_from(
    [
        *"012369;,~/:= *q\r\n\x00é²💥",
        "\r\n",
        "a=",
        "m=",
        "mid:",
        "-1",
        "4294967296",
        "rtpmap:",
        "fmtp:",
        "apt=",
        "rtcp-fb:",
        "extmap:",
        "rid:",
        "simulcast:",
        "send ",
        "recv",
        "sendonly",
        "ssrc:",
        "ssrc-group:",
        "FID ",
        "audio ",
        "video ",
        "application ",
        "UDP/TLS/RTP/SAVPF ",
        "opus/48000/2",
        "group:BUNDLE",
        "setup:",
        "fingerprint:",
        "sha-256 ",
        "candidate:",
        "ice-pwd:",
        "a=bundle-only\r\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(text=st.lists(FRAGMENTS, max_size=60).map("".join))
def test_random_text_gives_an_offer_or_its_error(text: str) -> None:
    for candidate in (text, "v=0\r\n" + text):
        try:
            parse_offer(candidate)
        except OfferError as error:
            assert str(error)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    edits=st.lists(st.tuples(st.integers(0, 30000), st.integers(0, 40), FRAGMENTS), min_size=1, max_size=8),
)
def test_a_damaged_offer_gives_an_offer_or_its_error(name: str, edits: list[tuple[int, int, str]]) -> None:
    text = read(name)
    for at, cut, insert in edits:
        at %= len(text)
        text = text[:at] + insert + text[at + cut :]
    try:
        parse_offer(text)
    except OfferError as error:
        assert str(error)
