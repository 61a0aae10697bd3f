"""What is wrong with a page as a browser draws it, asked of the page itself: controls without a name, text without contrast,
a page wider than its window; and where the keyboard gets to. For `tests/browser.py`.
"""

from __future__ import annotations

from typing import Any

from tests.browser import Page

TABS = 400  # more than any page has stops
FAULTS = """() => {
  const faults = [];
  const isShown = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const words = label => {
    const copy = label.cloneNode(true);
    copy.querySelectorAll('input, select, textarea').forEach(e => e.remove());
    return copy.textContent;
  };
  const name = e => (e.getAttribute('aria-label') || [...(e.labels || [])].map(words).join(' ')).trim();
  document.querySelectorAll('details').forEach(e => { e.open = true; });  // what is folded is looked at too
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!name(e)) faults.push(`${e.tagName} ${e.name} has no label`);
  for (const e of document.querySelectorAll('a[href], button'))
    if (!(e.textContent.trim() || e.getAttribute('aria-label'))) faults.push(`${e.tagName} ${e.getAttribute('href') || e.name} has no words`);

  const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const colour = text => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map(n => top[n] * top[3] + below[n] * (1 - top[3])).concat(1);
  const ground = e => {
    const layers = [];
    for (; e; e = e.parentElement) {
      layers.push(colour(getComputedStyle(e).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = c => {
    const [r, g, b] = c.slice(0, 3).map(p => p / 255).map(p => p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.nodeValue.trim() || !isShown(e) || e.closest(':disabled, script, style')) continue;
    const box = e.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue;  // for readers' ears
    const style = getComputedStyle(e), below = ground(e);
    const ink = over(colour(e.namespaceURI.endsWith('svg') ? style.fill : style.color), below);
    const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const found = contrast(ink, below);
    texts += 1;
    if (found < (isLarge ? 3 : 4.5)) faults.push(`contrast ${found.toFixed(2)}: ${e.tagName}.${e.className.baseVal ?? e.className}`);
  }
  if (!texts) faults.push('no text at all');
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    const widest = [...document.querySelectorAll('main *, header *')].filter(e => isShown(e) && !e.closest('.scroll *'))
      .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0];
    faults.push(`${root.scrollWidth} px wide in ${root.clientWidth}: ${widest.tagName}.${widest.className}`);
  }
  return [...new Set(faults)];
}"""
STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return 'end';
  if (e.dataset.reached) return 'end';
  e.dataset.reached = '1';
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const isRing = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  if (!isRing) return `no ring: ${e.tagName} ${e.name || e.textContent.trim()}`;
  return box.bottom > 0 && box.top < innerHeight && box.width > 0 ? '' : `out of sight: ${e.tagName} ${e.name || e.textContent.trim()}`;
}"""
UNREACHED = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.dataset.reached)
  .filter(e => !(e.type === 'radio' && [...document.querySelectorAll('[data-reached]')].some(r => r.type === 'radio' && r.name === e.name && r.form === e.form)))
  .map(e => `${e.tagName} ${e.name || e.textContent.trim()}`)"""


def faults_of(page: Page) -> list[str]:
    """Faults of the page that is open, in words; empty for a page without."""
    found: list[Any] = page.evaluate(FAULTS)
    return [str(fault) for fault in found]


def keyboard_faults_of(page: Page) -> list[str]:
    """Walk the page that is open with the Tab key: where its ring isn't seen, and which controls it never gets to."""
    found = []
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if (said := page.evaluate(STOP)) == "end":
            break
        if said:
            found.append(str(said))
    return [*found, *(f"never reached: {name}" for name in page.evaluate(UNREACHED))]
