"""The recorder process as a whole: packets in over its socket, files out that play."""

import itertools
import os
import statistics
from pathlib import Path

from recorder.messages import KeyframeWanted, PartClosed, Trouble
from recorder.worker import LOCK
from tests.recorder.harness import Process
from tests.recorder.playing import beeps, flashes, index, played, skews_ms
from tests.recorder.tap_source import Track, interleaved, message, pictures, shaken, sounds, stream


def test_picture_and_sound_are_in_step(process: Process, base_us: int) -> None:
    """S-42: flash and beep stand at the same time in two files: median below 40 ms, 95 % below 80 ms."""
    process.open(1, "camera", base_us)
    process.open(2, "mic", base_us)
    camera = Track(1, True, base_us, delay_us=60_000)
    microphone = Track(2, False, base_us, delay_us=5_000, first_rtp=12345)
    process.send(interleaved(stream(camera, pictures(20.0)), stream(microphone, sounds(20.0))))
    process.close_recording()

    (video,), (audio,) = process.opened("camera"), process.opened("mic")
    seen, heard = played(process.media_of(video.part)), played(process.media_of(audio.part))
    assert (seen.codec, seen.frames, seen.warnings) == ("vp8", 600, "")
    assert (heard.codec, heard.warnings) == ("opus", "")
    assert heard.frames >= 999
    skews = skews_ms(flashes(seen, video.start_ms)[1:], beeps(process.media_of(audio.part), audio.start_ms))
    assert len(skews) >= 18
    assert statistics.median(map(abs, skews)) < 40
    assert sorted(map(abs, skews))[int(len(skews) * 0.95) - 1] < 80


def test_index_points_at_clusters_of_at_most_a_second_that_begin_at_keyframes(process: Process, base_us: int) -> None:
    """S-42: what a player needs to seek: the first offset is the length of the initialisation segment."""
    process.open(1, "camera", base_us)
    process.send(stream(Track(1, True, base_us), pictures(10.0, keyframe_every=45)))
    process.close_recording()

    (part,) = process.opened()
    data = process.media_of(part.part).read_bytes()
    records = index(process.index_of(part.part))
    assert records[0][0] == 0
    assert all(data[offset : offset + 4] == b"\x1f\x43\xb6\x75" for _, _, offset in records)
    assert max(b[0] - a[0] for a, b in itertools.pairwise(records)) <= 1034
    assert [time_ms for time_ms, keyframe, _ in records if keyframe] == [0, 1500, 3000, 4500, 6000, 7500, 9000]
    fact = process.closed()[part.part]
    assert fact == PartClosed(part.part, len(data), fact.duration_ms)
    assert abs(fact.duration_ms - 10_000) <= 2


def test_process_closes_its_files_when_the_parent_is_gone(process: Process, base_us: int) -> None:
    process.open(2, "mic", base_us)
    process.send(stream(Track(2, False, base_us), sounds(3.0)))
    process.settle()
    assert process.end() == 0

    media = next(process.folder.rglob("*.webm"))
    assert b"\x1c\x53\xbb\x6b" in media.read_bytes()  # Cues: it was closed, not dropped
    assert played(media).frames >= 149
    assert (process.folder / LOCK).exists()


def test_nothing_to_write_leaves_no_file(process: Process, base_us: int) -> None:
    process.open(1, "camera", base_us)
    process.send(stream(Track(1, True, base_us), tuple(one for one in pictures(1.0) if not one.keyframe)))
    process.close_recording()
    assert not list(process.folder.rglob("*.webm"))
    assert not [fact for fact in process.facts if isinstance(fact, Trouble)]


def test_resent_packets_leave_no_trace(process: Process, base_us: int) -> None:
    """S-42: 10 % of the packets come 120 ms late."""
    process.open(1, "camera", base_us)
    process.send(shaken(list(stream(Track(1, True, base_us), pictures(5.0, noise=150))), loss=0.1, resend_us=120_000))
    process.close_recording()
    (part,) = process.opened()
    seen = played(process.media_of(part.part))
    assert (seen.frames, seen.warnings) == (150, "")


def test_lost_packets_cost_the_picture_up_to_the_next_keyframe_only(process: Process, base_us: int) -> None:
    """S-42: what is in the file decodes without damage, and a keyframe is asked for."""
    process.open(1, "camera", base_us)
    process.send(shaken(list(stream(Track(1, True, base_us), pictures(8.0, noise=150))), loss=0.01, resend_us=0))
    process.close_recording()
    (part,) = process.opened()
    seen = played(process.media_of(part.part))
    assert seen.warnings == "" and 20 < seen.frames < 240
    assert KeyframeWanted(1) in process.facts


def test_loss_at_the_socket_waits_for_a_keyframe(process: Process, base_us: int) -> None:
    track = Track(1, True, base_us)
    process.open(1, "camera", base_us)
    messages = [track.mapping()]
    for n, one in enumerate(pictures(3.0)):
        if 40 <= n < 50:
            track.packets(one)  # numbered, never sent
            continue
        if n == 50:
            messages.append(message(1, 4, base_us + one.at_us, (10).to_bytes(4, "little")))
        messages += track.packets(one)
    process.send(messages)
    process.close_recording()
    (part,) = process.opened()
    assert played(process.media_of(part.part)).frames == 40 + 30
    assert KeyframeWanted(1) in process.facts


def test_packets_may_come_before_their_command(process: Process, base_us: int) -> None:
    process.send(stream(Track(5, False, base_us), sounds(1.0)))
    process.settle()
    process.open(5, "mic", base_us)
    process.close_recording()
    (part,) = process.opened()
    assert played(process.media_of(part.part)).frames >= 49


def test_twenty_tracks_are_written_faster_than_they_come(process: Process, base_us: int) -> None:
    """Ten seconds of ten cameras and ten microphones, as fast as the socket takes them: CPU below a quarter of a
    core at real speed, also on a busy machine."""
    streams = []
    for n in range(1, 11):
        process.open(n, "camera", base_us, participant=f"p{n}")
        process.open(100 + n, "mic", base_us, participant=f"p{n}")
        streams += [
            stream(Track(n, True, base_us), pictures(10.0)),
            stream(Track(100 + n, False, base_us), sounds(10.0)),
        ]
    process.send(interleaved(*streams))
    process.close_recording()
    assert len(process.closed()) == 20
    assert all(abs(one.duration_ms - 10_000) < 60 for one in process.closed().values())
    cpu = Path(f"/proc/{process.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    assert (int(cpu[11]) + int(cpu[12])) / os.sysconf("SC_CLK_TCK") < 2.5 + 1.5  # with the start of the process


def test_garbage_on_the_sockets_disturbs_nothing(process: Process, base_us: int) -> None:
    process.open(2, "mic", base_us)
    track = Track(2, False, base_us)
    process.send([track.mapping()])
    process.control.sendall(b"\x00\xff\n{}\n[1]\n")
    for n, one in enumerate(sounds(2.0)):
        process.send([bytes([n % 256]) * (n % 40 + 1), message(2, 1, base_us, b"short"), *track.packets(one)])
    process.close_recording()
    (part,) = process.opened()
    assert played(process.media_of(part.part)).frames >= 99
    assert [fact.code for fact in process.facts if isinstance(fact, Trouble)] == ["bad_packet"]  # one for all of them
