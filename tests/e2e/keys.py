"""A page by keyboard alone: keys are pressed until the focus is where somebody wants it."""

from __future__ import annotations

from playwright.async_api import Page

MOST_TABS = 90


async def tab_to(page: Page, text: str, *, back: bool = False, exact: bool = False) -> None:
    """Tab until the focused control has this name (or begins with it)."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        name = await page.evaluate(
            """() => {
              const one = document.activeElement;
              const label = one?.labels?.[0]?.textContent ?? '';
              return (one?.getAttribute('aria-label') ?? '') || label || one?.textContent || '';
            }"""
        )
        if name.strip() == text if exact else name.strip().startswith(text):
            return
    raise AssertionError(f"Tab does not lead to {text!r}")


async def tab_to_testid(page: Page, name: str) -> None:
    for _ in range(MOST_TABS):
        if await page.evaluate("document.activeElement?.dataset.testid ?? ''") == name:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def choose(page: Page, item: str) -> None:
    """With the arrows, in the menu that is opening."""
    await page.wait_for_function("() => document.activeElement?.closest('[role=menu]') !== null")
    for _ in range(30):
        if (await page.evaluate("document.activeElement.textContent ?? ''")).strip().startswith(item):
            await page.keyboard.press("Enter")
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"no {item!r} in the menu")
