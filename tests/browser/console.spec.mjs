// The console and the time bar with a long past: only what is in view is in the document, and no line is cut.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const COMMANDS = 600;

async function longConsole(t, size) {
  const { page } = await openPage(t, size);
  const reader = await new Reader(page).opened();
  const actions = Array.from({ length: COMMANDS }, (_, i) => typed(3_000_000 + i * 1_000, 'a', `SET k${i} v`));
  await reader.load(world({ actions, endUs: 4_500_000 }));
  await reader.select('a');
  return { page, reader };
}

test('of a long console only the lines in view are in the document, at any time', async (t) => {
  const { page, reader } = await longConsole(t, { width: 1440, height: 900 });
  const rows = () => page.locator('[data-testid=console-output] p').count();
  const last = () => page.locator('[data-testid=console-output] p.console-command').last().innerText();
  await expectSoon(last, (text) => text.endsWith(`SET k${COMMANDS - 1} v`), 'the newest command is in view');
  assert.ok((await rows()) < 150, `${await rows()} rows`);
  // A drag over the whole past, there and back: each moment shows its own newest command.
  const bar = await reader.at('scrubber').boundingBox();
  const y = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width * 0.5, y);
  await page.mouse.down();
  for (const share of [0.2, 0.215, 0.23, 0.25]) {
    await page.mouse.move(bar.x + bar.width * share, y);
    const shown = await reader.shown();
    const due = Math.min(Math.floor(shown - 3_000), COMMANDS - 1);
    if (due >= 0) await expectSoon(last, (text) => text.endsWith(`SET k${due} v`), `the console of ${shown} ms`);
    assert.ok((await rows()) < 150, `${await rows()} rows at ${shown} ms`);
  }
  await page.mouse.up();
});

for (const size of [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
]) {
  test(`at ${size.width}x${size.height} no line of the console is cut`, async (t) => {
    const { page } = await longConsole(t, size);
    const cut = () =>
      page.evaluate(() => {
        const list = document.querySelector('[data-testid=console-output]');
        const box = list.getBoundingClientRect();
        const top = box.top + list.clientTop;
        const bottom = top + list.clientHeight;
        const across =
          (edge) =>
          ({ top: a, bottom: b }) =>
            a < edge - 1 && b > edge + 1;
        const rects = [...list.querySelectorAll('p[data-line]')].map((p) => p.getBoundingClientRect());
        return rects.length === 0
          ? ['nothing']
          : rects.filter((r) => across(top)(r) || across(bottom)(r)).map((r) => r.top - top);
      });
    await expectSoon(cut, (lines) => lines.length === 0, 'whole lines only');
  });
}

test('what is typed after a click anywhere in the console goes to its command line', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  await reader.pause();
  await reader.select('a');
  const box = await page.locator('.console').boundingBox();
  // Below the lines, where nothing is.
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 6);
  await page.keyboard.type('SET s boris');
  await expectSoon(() => reader.at('console-input').inputValue(), (line) => line === 'SET s boris', 'the command line');
  await page.keyboard.press('Enter');
  await expectSoon(() => reader.lines(), (lines) => lines.some((line) => line.endsWith('SET s boris')), 'the command');
  // The list of lines has the focus; a letter is no shortcut there.
  await reader.at('console-output').focus();
  await page.keyboard.type('GET s');
  await expectSoon(() => reader.at('console-input').inputValue(), (line) => line === 'GET s', 'the command line');
  assert.equal(await reader.at('console-tab-a').getAttribute('aria-selected'), 'true');
});
