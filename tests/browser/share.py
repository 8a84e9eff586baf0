"""Draws the picture that a chat shows beside a link: `python -m tests.browser.share`."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM

IMG = Path(__file__).parents[2] / "static" / "img"
SIDE = 600  # pixels: WeChat shows a square and wants 300 at least
COLOURS = 64
PAGE = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; width: 600px; height: 600px; color: #fff; background: #0b5d63; position: relative;
  overflow: hidden; font-family: "Noto Serif CJK SC", "Songti SC", serif; }
h1, p, b, div { position: absolute; margin: 0; }
h1 { left: 52px; top: 64px; font-size: 92px; line-height: 1.25; letter-spacing: .04em; }
p { left: 56px; top: 316px; font-size: 34px; color: #e3f3f1; }
b { right: 52px; top: 84px; padding: 10px 16px; font-size: 72px; line-height: 1.1; background: #a8213a;
  border-radius: 14px; transform: rotate(-3deg); }
div { left: 0; right: 0; bottom: 0; height: 220px; }
svg { width: 100%%; height: 100%%; }
</style><h1>科学<br>竞答</h1><p>答几道题，长一点科学</p><b>渝</b><div>%s</div>"""
FILLED = '<svg preserveAspectRatio="xMaxYMax slice"'


def main() -> None:
    """Draw the picture and keep it small."""
    hills = (IMG / "hills.svg").read_text("utf-8").replace("<svg", FILLED, 1)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": SIDE, "height": SIDE})
        page.set_content(PAGE % hills)
        shot = page.screenshot()
        browser.close()
    small = Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS)
    small.save(IMG / "share.png", optimize=True)


if __name__ == "__main__":
    main()
