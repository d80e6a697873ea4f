"""A server that records until it is killed: `python -m tests.recorder.live_server FOLDER SECONDS`."""

import asyncio
import sys
from pathlib import Path

from sfu.types import Purpose
from tests.recorder.studio import Studio, person


async def main(folder: Path, seconds: float) -> None:
    studio = Studio(folder)
    await studio.open()
    session_id = await studio.convene()
    session = await studio.begin(session_id)
    session.participant(person(1))
    session.mark(True, studio.now_ms())
    studio.publish(1, Purpose.MIC)
    studio.publish(1, Purpose.CAMERA)
    await studio.play(0.5)
    print("recording", session.recording.id, session_id, flush=True)
    await studio.play(seconds)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
