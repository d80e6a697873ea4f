"""What every page is held to, looked at in a real browser: WCAG 2.2 AA as far as axe sees it, nothing wider than its
window, cut off or covered, targets of a size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

_ROOT = Path(__file__).resolve().parent.parent.parent
SHOTS = _ROOT / "test-results" / "screens"
AXE = _ROOT / "static_client" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP = (1280, 800)
PHONE = (390, 844)
DOUBLE_ZOOM = (640, 400)  # 1280 x 800 at 200 %
NARROWEST = (320, 640)  # 1280 at 400 %, what WCAG 1.4.10 asks for

# What is wider than its window, or a control whose text does not fit it.
TOO_WIDE = """() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`page ${root.scrollWidth} > ${root.clientWidth}`);
  const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
  for (const one of scope.querySelectorAll('button, a, label, h1, h2, h3, legend, select, [role=tab], p, dd, td')) {
    if (!one.checkVisibility({ contentVisibilityAuto: true })) continue;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const shown = box.width > 1 && box.height > 1 && style.visibility === 'visible' && style.clipPath === 'none';
    if (!shown || style.textOverflow === 'ellipsis') continue;
    if (one.scrollWidth > one.clientWidth + 1 && style.display !== 'inline') found.push(`in itself: ${one.innerText}`);
    if (one.matches('select')) {
      const pen = document.createElement('canvas').getContext('2d');
      pen.font = style.font;
      const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const text = one.selectedOptions[0]?.text ?? '';
      if (pen.measureText(text).width > room + 1) found.push(`cut off: ${text}`);
    }
    if (one.closest('.visually-hidden, .skip-link, .room-skip')) continue;
    if (box.right > innerWidth + 1) found.push(`beyond the edge: ${one.innerText || one.ariaLabel}`);
  }
  for (const one of scope.querySelectorAll('*')) {
    const moves = /auto|scroll/.test(getComputedStyle(one).overflowX) && !one.matches('input, textarea, select');
    if (moves && one.scrollWidth > one.clientWidth + 1) found.push(`scrolls sideways: ${one.className}`);
  }
  return found;
}"""

# Controls that something else lies on although they are scrolled to the middle, and targets below 24 px (2.5.8: links
# in a sentence and what the browser draws itself are exempt).
COVERED = """() => {
  const layers = 'dialog[open], [popover]:popover-open:not(.ui-toasts):not(.ui-tooltip)';
  const scope = [...document.querySelectorAll(layers)].at(-1) ?? document;
  const found = [];
  for (const toasts of document.querySelectorAll('.ui-toasts')) toasts.style.display = 'none';
  const before = [scrollX, scrollY];
  for (const one of scope.querySelectorAll('button, a[href], input, select, textarea, summary, [role=tab]')) {
    if (one.disabled || one.closest('[inert], .visually-hidden, .skip-link, .room-skip')) continue;
    if (!one.checkVisibility({ contentVisibilityAuto: true })) continue;
    const style = getComputedStyle(one);
    let box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || style.visibility !== 'visible' || style.opacity === '0') continue;
    const name = (one.ariaLabel || one.innerText || one.labels?.[0]?.innerText || one.id || one.className).slice(0, 40);
    const target = one.labels?.[0]?.contains(one) ? one.labels[0].getBoundingClientRect() : box;
    const inText = one.matches('a') && style.display === 'inline';
    if (!inText && (target.width < 24 || target.height < 24)) {
      found.push(`small: ${name} ${Math.round(target.width)}x${Math.round(target.height)}`);
    }
    one.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    box = one.getBoundingClientRect();
    for (const share of [0.1, 0.5, 0.9]) {
      const [x, y] = [box.left + box.width * share, box.top + box.height / 2];
      const top = document.elementFromPoint(x, y);
      const beside = one.matches('input') && top?.closest('button')?.parentElement.contains(one);
      const mine = top !== null && (one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top) || beside
        || top.closest('.ui-select, label') === one.closest('.ui-select, label') && one.closest('.ui-select, label'));
      if (!mine) {
        found.push(`covered: ${name} by ${top?.outerHTML.slice(0, 80) ?? 'the edge'}`);
        break;
      }
    }
  }
  scrollTo(...before);
  for (const toasts of document.querySelectorAll('.ui-toasts')) toasts.style.display = '';
  return found;
}"""

# The focused control: is any of it under something that stays while the page scrolls (2.4.11)?
FOCUS_HIDDEN = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return 'end';
  if (one.closest('.visually-hidden')) return null;
  const box = one.getBoundingClientRect();
  const down = [0.1, 0.5, 0.9].map((share) => box.top + box.height * share);
  const points = [0.05, 0.5, 0.95].flatMap((share) => down.map((y) => [box.left + box.width * share, y]));
  const near = [one, one.labels?.[0] ?? one, one.parentElement];
  const seen = points.filter(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top !== null && (top.contains(one) || near.some((each) => each.contains(top)));
  });
  return seen.length > 0 ? null : `${one.outerHTML.slice(0, 120)} at ${Math.round(box.top)}`;
}"""


async def shot(page: Page, name: str) -> None:
    """Keep a picture to look at, as `name` and the window's width, once what moves has moved."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.wait_for_timeout(150)
    width = (page.viewport_size or {"width": 0})["width"]
    await page.screenshot(path=str(SHOTS / f"{name}-{width}.png"))


async def shots(page: Page, name: str) -> None:
    """The same at the size of a phone and, left so, of a desktop."""
    for width, height in (PHONE, DESKTOP):
        await page.set_viewport_size({"width": width, "height": height})
        await shot(page, name)


async def at_rest(page: Page) -> None:
    """What watches sizes has seen the last one, no colour is on its way to another, no dialog is still coming."""
    await page.evaluate(
        """async () => {
          const soon = (work) => Promise.race([new Promise((later) => setTimeout(later, 1000)), work]);
          await soon(new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
          const short = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime < 2000);
          await soon(Promise.allSettled(short.map((one) => one.finished)));
        }"""
    )


async def axe(page: Page) -> None:
    """WCAG 2.2 AA as far as axe can see it: no finding."""
    await page.emulate_media(reduced_motion="reduce")
    await expect(page.locator("h1")).to_be_attached(timeout=20_000)  # the page is there
    await at_rest(page)
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    found = await page.evaluate("tags => axe.run({ runOnly: tags }).then((said) => said.violations)", TAGS)
    assert not found, [(each["id"], [_finding(node) for node in each["nodes"]]) for each in found]


def _finding(node: dict[str, Any]) -> tuple[str, list[str]]:
    """What axe found, and what it found in its way."""
    checks = [check for kind in ("any", "all", "none") for check in node[kind]]
    return node["html"][:120], [near["html"][:120] for check in checks for near in check.get("relatedNodes", ())]


async def misnamed(page: Page) -> list[str]:
    """Controls whose name does not hold the words that are seen on them (2.5.3); after `axe`."""
    rule = {"type": "rule", "values": ["label-content-name-mismatch"]}
    found = await page.evaluate("rule => axe.run({ runOnly: rule }).then((said) => said.violations)", rule)
    return [node["html"][:120] for each in found for node in each["nodes"]]


async def drawn(page: Page) -> None:
    """What is known now has been drawn."""
    await page.evaluate("new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))")


async def resize(page: Page, size: tuple[int, int]) -> None:
    """And wait until everything has taken its new place."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.wait_for_function("(width) => innerWidth === width", arg=size[0])
    await drawn(page)
    await page.wait_for_timeout(60)


async def fits(page: Page) -> None:
    """Nothing sticks out sideways on a phone held upright, nor at 320 px."""
    for size in (PHONE, NARROWEST):
        await resize(page, size)
        over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (page.url, size, over)
    await resize(page, DESKTOP)


async def misplaced(page: Page) -> list[str]:
    """What is too wide, cut off, covered or too small to hit at this size."""
    return [*await page.evaluate(TOO_WIDE), *await page.evaluate(COVERED)]


async def hidden_focus(page: Page, *, most: int = 60) -> list[str]:
    """Tab through the page: what has the focus while something lies on all of it. Notices go by themselves."""
    found = []
    notices = "document.querySelectorAll('.ui-toasts').forEach((one) => one.style"
    await page.evaluate(notices + ".setProperty('display', 'none', 'important'))")
    for _ in range(most):
        await page.keyboard.press("Tab")
        said = await page.evaluate(FOCUS_HIDDEN)
        for _ in range(6):
            if said in (None, "end"):
                break
            await page.wait_for_timeout(50)  # it may still be coming into view
            said = await page.evaluate(FOCUS_HIDDEN)
        if said == "end":
            break
        if said is not None:
            found.append(said)
    await page.evaluate(notices + ".removeProperty('display'))")
    return found
