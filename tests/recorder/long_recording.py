"""Two hours of twenty tracks in seconds: real frames, muxed once, repeated with new times."""

from pathlib import Path

from recorder import ebml
from recorder.cluster_muxer import Timed, clusters, head, mux
from recorder.webm_writer import Cluster
from storage.ids import RecordingId
from storage.recording_records import PartRecord, PersonRecord, RecordingRecord
from storage.service import Storage
from tests.recorder.tap_source import pictures, sounds

GOP_S = 5  # a keyframe every five seconds, as the recorder asks for
HOUR_MS = 3_600_000


class Loop:
    """The clusters of some seconds, to be repeated."""

    def __init__(self, video: bool) -> None:
        self.video = video
        frames = pictures(GOP_S, keyframe_every=1000) if video else sounds(GOP_S)
        step_ms = 33 if video else 20
        self._seconds = []
        made = b""
        for second in range(GOP_S):
            timed = [
                Timed(one.at_us // 1000, step_ms, one.keyframe, one.data)
                for one in frames
                if one.at_us // 1_000_000 == second
            ]
            made = mux(timed, (320, 180) if video else None)
            (cluster,) = clusters(made)
            self._seconds.append((not video or second == 0, _after_timestamp(cluster)))
        self.head = head(made)

    def write(self, media: Path, index: Path, seconds: int) -> int:
        """A file of that length; gives its size."""
        records, at = [], len(self.head.data)
        with media.open("wb") as file:
            file.write(self.head.data)
            for n in range(seconds):
                keyframe, blocks = self._seconds[n % GOP_S]
                records.append(Cluster(n * 1000, keyframe, at).pack())
                at += file.write(ebml.element(ebml.CLUSTER, ebml.uint(ebml.TIMESTAMP, n * 1000, 4) + blocks))
        index.write_bytes(b"".join(records))
        return at


def _after_timestamp(cluster: bytes) -> bytes:
    found = ebml.read_header(cluster, 0)
    assert found is not None
    content = found[2]
    found = ebml.read_header(cluster, content)
    assert found is not None and found[0] == ebml.TIMESTAMP and found[1] is not None
    return cluster[found[2] + found[1] :]


async def make_long(
    storage: Storage,
    *,
    conference: str,
    session: str,
    owner: str,
    started_ms: int,
    people: int = 10,
    hours: float = 2.0,
) -> RecordingRecord:
    """`people` with camera and microphone each. The recording is left `capturing`, its parts are complete."""
    record = await storage.recordings.open(
        conference=conference,
        session_id=session,
        owner=owner,
        title="Long council",
        started_ms=started_ms,
        retention_ms=14 * 24 * HOUR_MS,
    )
    storage.recording_files.of(record.id).mkdir(parents=True)
    loops = {"camera": Loop(True), "mic": Loop(False)}
    seconds = int(hours * 3600)
    made: dict[str, tuple[int, Path, Path]] = {}
    for number in range(1, people + 1):
        await storage.recordings.person(
            record.id, PersonRecord(f"p{number}", number, f"Person {number}", "speaker", False, "yes")
        )
        for purpose, loop in loops.items():
            part = f"{purpose}{number}"
            files = storage.recording_files
            media, idx = files.media(record.id, part), files.index(record.id, part)
            if purpose not in made:
                made[purpose] = (loop.write(media, idx, seconds), media, idx)
            else:  # the same file under another name, so that it takes no time
                media.hardlink_to(made[purpose][1])
                idx.write_bytes(made[purpose][2].read_bytes())
            size = made[purpose][0]
            await storage.recordings.part_opened(
                PartRecord(
                    *(part, RecordingId(record.id), f"p{number}", purpose, None, 0),
                    *(seconds * 1000, size, 320 if loop.video else 0, 180 if loop.video else 0, False),
                )
            )
    return record
