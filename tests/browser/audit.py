"""What holds for every page: structure, labels, width, contrast."""

from __future__ import annotations

from playwright.sync_api import Page

PHONE = {"width": 360, "height": 740}
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3 (AA)

STRUCTURE = """() => {
  const found = [];
  const is = (selector) => document.querySelectorAll(selector);
  const shown = (e) => e.checkVisibility() && e.type !== "hidden";
  if (document.documentElement.lang !== "en") found.push("no language");
  if (!document.title) found.push("no title");
  if (is("h1").length !== 1) found.push(`${is("h1").length} h1`);
  if (is("main").length !== 1) found.push(`${is("main").length} main`);
  for (const field of [...is("input, select, textarea")].filter(shown)) {
    const label = [...field.labels].map((label) => label.innerText.trim()).join();
    if (!label) found.push(`no label: ${field.outerHTML}`);
  }
  for (const link of [...is("a, button")].filter(shown)) {
    if (!link.textContent.trim()) found.push(`no name: ${link.outerHTML}`);
  }
  for (const element of is("[style], [onclick], script:not([src])")) {
    found.push(`in line: ${element.outerHTML}`);
  }
  return found;
}"""

TOO_WIDE = """() => {
  const width = document.documentElement.scrollWidth;
  return width <= innerWidth ? [] : [`${width} px wide at ${innerWidth} px`];
}"""

# Each visible text against what is painted behind it, seen through every opacity.
FAINT_TEXTS = """(least) => {
  const parts = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, a, bottom) => top.map((c, i) => c * a + bottom[i] * (1 - a));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => {
      const s = c / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const { rgb, a } = parts(getComputedStyle(element).backgroundColor);
    return a === 1 ? rgb : over(rgb, a, ground(element.parentElement));
  };
  const opacity = (element) =>
    element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
  const contrast = (element) => {
    const behind = ground(element);
    const { rgb, a } = parts(getComputedStyle(element).color);
    const painted = over(rgb, a * opacity(element), behind);
    const [low, high] = [luminance(painted), luminance(behind)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = new Set();
  let count = 0;
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const words = texts.currentNode.data.trim();
    if (!words || !element.checkVisibility()) continue;
    count += 1;
    const ratio = contrast(element);
    if (ratio < least) faint.add(`contrast ${ratio.toFixed(2)}: ${words.slice(0, 40)}`);
  }
  return count ? [...faint] : ["no text"];
}"""


def assert_sound(page: Page) -> None:
    """Everything about the present page, as a phone shows it by day and by night."""
    before = page.viewport_size
    page.set_viewport_size(PHONE)
    found = [*page.evaluate(STRUCTURE), *page.evaluate(TOO_WIDE)]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        faint = page.evaluate(FAINT_TEXTS, LEAST_CONTRAST)
        found += [f"{scheme}: {text}" for text in faint]
    assert not found, f"{page.url}: {found}"
    page.emulate_media(color_scheme="light")
    if before:
        page.set_viewport_size(before)
