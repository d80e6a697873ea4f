"""Never a foreign face under a name: each camera is one colour, slots are rebound 200 times at random."""

from __future__ import annotations

import random

import pytest
from playwright.async_api import Browser

from tests.e2e.room import Participant, eventually
from tests.support.server import Organiser, Server

COLOURS = {"Red": "#c02020", "Green": "#20a030", "Blue": "#2040c0"}
REBINDS = 200

pytestmark = pytest.mark.e2e

# Looks at every shown tile on each animation frame: whose colour is it, and whose should it be?
_WATCH = """(expected) => {
  const canvas = document.createElement('canvas'); canvas.width = 8; canvas.height = 8;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const near = (a, b) => a.every((v, i) => Math.abs(v - b[i]) < 60);
  const report = { looked: 0, wrong: [], seen: {} };
  window.__faces = report;
  const look = () => {
    for (const tile of document.querySelectorAll('[data-tile][data-source]')) {
      const wanted = expected[tile.dataset.source];
      const video = tile.querySelector('video');
      if (!wanted || tile.dataset.covered !== 'false' || !video || !video.videoWidth) continue;
      pen.drawImage(video, 0, 0, 8, 8);
      const pixel = Array.from(pen.getImageData(4, 3, 1, 1).data.slice(0, 3));
      const foreign = Object.entries(expected).find(([source, colour]) =>
        source !== tile.dataset.source && near(pixel, colour));
      report.looked++;
      if (near(pixel, wanted)) report.seen[tile.dataset.source] = (report.seen[tile.dataset.source] ?? 0) + 1;
      else if (foreign) report.wrong.push({ under: tile.dataset.source, shows: foreign[0], pixel });
    }
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.timeout(400)
async def test_two_hundred_random_rebinds_never_show_a_foreign_colour(
    server: Server, organiser: Organiser, browser: Browser
) -> None:
    """U-4, S-12: name and picture never race, whatever the slots do."""
    url = organiser.conference()["participant_url"]
    sources = {}
    for name, colour in COLOURS.items():
        person = await Participant.arrive(browser, url, name, colour=colour, size=(320, 180), fps=15)
        sources[f"{await person.number()}/camera"] = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    viewer = await Participant.arrive(browser, url, "Viewer", camera=False)
    for source in sources:
        await eventually(lambda s=source: viewer.sees(s), within_s=15, what=f"the viewer sees {source}")
    await viewer.page.evaluate(_WATCH, sources)
    dice = random.Random(7)
    for _ in range(REBINDS):
        chosen = dice.sample(list(sources), dice.choice((1, 1, 2, 3)))
        tiles = [{"source": source, "height": dice.choice((90, 180, 360))} for source in chosen]
        await viewer.call("view", {"tiles": tiles})
        await viewer.page.wait_for_timeout(dice.choice((20, 60, 150, 300)))
    await viewer.call("view", {"tiles": [{"source": source, "height": 180} for source in sources]})
    for source in sources:
        await eventually(lambda s=source: viewer.sees(s), within_s=15, what=f"{source} is back after the rebinds")
    report = await viewer.page.evaluate("() => window.__faces")
    print("looked at", report["looked"], "tiles; right:", report["seen"])
    assert report["wrong"] == []
    assert len(report["seen"]) == 3
    assert report["looked"] > 300
