"""Real Chromium pages as participants: one context each, a camera of one colour, a microphone of one tone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=fps=30",
    "--auto-accept-this-tab-capture",
    "--auto-select-desktop-capture-source=Entire screen",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
]

# Replaces the camera by a canvas of one colour (a moving mark makes frames differ) and the microphone by a tone.
_DEVICES = """
(({ colour, tone, width, height, fps }) => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = new MediaStream();
    if (constraints.video) {
      const canvas = document.createElement('canvas');
      canvas.width = width; canvas.height = height;
      const pen = canvas.getContext('2d', { alpha: false });
      let n = 0;
      const draw = () => {
        pen.fillStyle = colour; pen.fillRect(0, 0, width, height);
        pen.fillStyle = '#fff'; pen.fillRect((n * 7) % width, height - 12, 12, 12); n++;
      };
      draw();
      const timer = setInterval(draw, 1000 / fps);
      const track = canvas.captureStream(fps).getVideoTracks()[0];
      const stop = track.stop.bind(track);
      track.stop = () => { clearInterval(timer); stop(); };
      stream.addTrack(track);
    }
    if (constraints.audio) {
      const context = new AudioContext();
      const oscillator = context.createOscillator();
      oscillator.frequency.value = tone;
      const gain = context.createGain();
      gain.gain.value = 0.3;
      const wobble = context.createOscillator();
      wobble.frequency.value = 0.7;
      const depth = context.createGain();
      depth.gain.value = 0.25;
      wobble.connect(depth).connect(gain.gain);
      const out = context.createMediaStreamDestination();
      oscillator.connect(gain).connect(out);
      oscillator.start(); wobble.start();
      window.__voice = gain.gain;
      stream.addTrack(out.stream.getAudioTracks()[0]);
    }
    return stream.getTracks().length ? stream : real(constraints);
  };
})
"""


@asynccontextmanager
async def chromium(*flags: str, executable: str = CHROMIUM) -> AsyncIterator[Browser]:
    """One headless browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*FLAGS, *flags], ignore_default_args=["--mute-audio", "--hide-scrollbars"]
        )
        try:
            yield browser
        finally:
            await browser.close()


async def participant_context(
    browser: Browser,
    *,
    colour: str = "#2060c0",
    tone: int = 440,
    size: tuple[int, int] = (640, 360),
    fps: int = 20,
    viewport: tuple[int, int] = (1280, 800),
    own_devices: bool = True,
    **options: Any,
) -> BrowserContext:
    """A fresh profile with its own camera colour and tone. `own_devices=False` keeps Chromium's fake devices."""
    context = await browser.new_context(
        viewport={"width": viewport[0], "height": viewport[1]}, ignore_https_errors=True, **options
    )
    await context.grant_permissions(["camera", "microphone", "screen-wake-lock"])
    if own_devices:
        given = {"colour": colour, "tone": tone, "width": size[0], "height": size[1], "fps": fps}
        await context.add_init_script(f"{_DEVICES.strip()}({_json(given)});")
    return context


def watch(page: Page, problems: list[str]) -> None:
    """Collect what should never happen in a page: exceptions, console errors, requests to another host."""
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("console", lambda message: problems.append(f"console: {message.text}") if message.type == "error" else None)


def _json(value: object) -> str:
    import json

    return json.dumps(value)
