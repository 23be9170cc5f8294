"""Chromium for benchmarks, tests and pictures: headless, drawing in software, a fresh profile each time."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    sync_playwright,
)

_WITHOUT = (
    # what Playwright leaves out: Chromium takes the last such list alone
    "AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades "
    "HttpsFirstBalancedModeAutoEnable LensOverlay MediaRouter PaintHolding "
    "ThirdPartyStoragePartitioning AvoidCorsURLLoaderRestartOnRedirect TcpPortRandomizationWin "
    "OptimizationHints NetworkTimeServiceQuerying AimEnabled PreconnectToSearch "
    # pages of an address bar that nobody sees: each window loads two, for a second
    "PreloadTopChromeWebUI WebUIOmniboxPopup WebUIOmniboxAimPopup"
).split()
_FLAGS = [
    *"--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split(),
    *"--disable-component-update --disable-sync --enable-unsafe-swiftshader".split(),
    f"--disable-features={','.join(_WITHOUT)}",
]
_WATCH = Path(__file__).with_name("watch.js")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
VIEW = {"width": 1440, "height": 900}


def _found() -> str:
    """The system's Chromium; a browser is never downloaded."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise RuntimeError("Chromium is not here; install it with: sudo apt-get install chromium")
    return path


@contextlib.contextmanager
def chromium() -> Generator[Callable[[], Browser]]:
    """Something that launches browsers, each with a profile of its own; closes them at the end."""
    path = _found()
    with sync_playwright() as driver:
        yield lambda: driver.chromium.launch(executable_path=path, args=_FLAGS, headless=True)


class Home:
    """Browsers that keep what they keep in one folder, and leave it behind."""

    def __init__(self, driver: Playwright, folder: Path) -> None:
        self._driver, self._folder = driver, folder

    def new_context(self, *, viewport: ViewportSize | None = None) -> BrowserContext:
        """Launch one; it ends with its context."""
        return self._driver.chromium.launch_persistent_context(
            self._folder,
            executable_path=_found(),
            args=_FLAGS,
            headless=True,
            viewport=viewport,
        )


@contextlib.contextmanager
def at_home(folder: Path) -> Generator[Home]:
    """A profile in a folder; one browser at a time may be open in it."""
    with sync_playwright() as driver:
        yield Home(driver, folder)


def watched(browser: Browser, url: str) -> Page:
    """A page of its own context at the door of a node, with ``watch.js`` beside it."""
    page = browser.new_context(viewport=VIEW).new_page()  # pyright: ignore[reportArgumentType]
    page.add_init_script(path=_WATCH)
    page.goto(url)
    page.locator("input[type=password]").wait_for()
    return page


def sign_in(page: Page, user: str, password: str) -> None:
    """Through the form, as a person does; returns when the first picture stands."""
    page.locator("input[autocomplete=username]").fill(user)
    page.locator("input[type=password]").fill(password)
    page.locator("button[type=submit]").click()
    until(page, "() => bench.first.map && bench.first.row ? bench.first : null", 60)


def until(page: Page, script: str, seconds: float = 20.0) -> Any:
    """What a script gives as soon as it gives something: a strict policy allows no other way."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = page.evaluate(script)
        if found:
            return found
        time.sleep(0.01)
    raise TimeoutError(f"nothing within {seconds:g} s: {script}")


def renderer(page: Page) -> str:
    """What draws WebGL."""
    return page.evaluate(
        """() => {
          const gl = document.createElement("canvas").getContext("webgl");
          const info = gl && gl.getExtension("WEBGL_debug_renderer_info");
          return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "not told";
        }"""
    )
