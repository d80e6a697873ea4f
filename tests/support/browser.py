"""Real Chromium pages as participants: one context each, a camera of one colour, a microphone of one tone."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

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
    """One headless browser. Raises AssertionError at its end if any page in it asked a host that it does not come from:
    no fonts, no analytics, nothing of anybody else's. (What Chromium asks for itself is nobody's request here.)"""
    foreign: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=[*FLAGS, *flags], ignore_default_args=["--mute-audio", "--hide-scrollbars"]
        )
        browser.on("context", lambda context: _Asked(context, foreign))
        try:
            yield browser
        finally:
            await browser.close()
    assert foreign == [], f"pages asked other hosts: {foreign}"


class _Asked:
    """What the pages of one context ask for: this machine (ours, then maybe a provider), and what our pages need."""

    def __init__(self, context: BrowserContext, foreign: list[str]) -> None:
        self._origins: list[str] = []
        self._foreign = foreign
        context.on("request", self._request)
        context.on("page", lambda page: page.on("websocket", lambda socket: self._look(socket.url)))

    def _request(self, request: Request) -> None:
        if request.is_navigation_request() and _of_this_machine(request.url):
            self._origins.append(_origin(request.url))
        elif request.service_worker is not None or _origin(request.frame.url) not in self._elsewhere():
            self._look(request.url)

    def _elsewhere(self) -> set[str]:
        """Where a provider's pages come from, whose needs are its own business."""
        return set(self._origins) - set(self._origins[:1])

    def _look(self, url: str) -> None:
        if not url.startswith(("blob:", "data:", "about:")) and _origin(url) not in self._origins:
            self._foreign.append(f"{url} from {', '.join(dict.fromkeys(self._origins))}")


def _origin(url: str) -> str:
    """With http for ws."""
    parts = urlsplit(url)
    return f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}"


def _of_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


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
    """Collect what should never happen in a page: exceptions, console errors. (Requests to other hosts: `chromium`.)"""
    page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
    page.on("console", lambda message: problems.append(f"console: {message.text}") if message.type == "error" else None)


def _json(value: object) -> str:
    import json

    return json.dumps(value)
