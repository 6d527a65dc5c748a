// INFO and logs of real servers: pasted or dropped texts are read as they are typed; the nodes are on a ruler, every pair
// has its answer with the change that would turn it, and what a log tells can be shown in a run.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

const fixture = (name) => readFileSync(new URL(`../../crates/lab/tests/observed/${name}`, import.meta.url), 'utf8');
const INFO = fixture('redis-7.0-info.txt');
const LOG = fixture('redis-7.0-log.txt');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The page at rest, with the dialog opened from the one that loads a run. */
async function opened(t, options) {
  const { page } = await openPage(t, { reducedMotion: 'reduce', ...options });
  const reader = await new Reader(page).opened();
  await reader.pause();
  await reader.at('load').click();
  await reader.at('load-info').click();
  await reader.at('observed-text').waitFor();
  return { page, reader };
}

/** Puts a text into a field at once: typing it, as `fill` does, takes Chromium many seconds for a long text. */
async function paste(reader, field, text) {
  await reader.at(field).evaluate((area, text) => {
    area.value = text;
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }, text);
}

/** Accessibility rules that are broken. */
async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate(
    async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.failureSummary).join('; ')}`);
}

test('a refusal is explained with the size that would have helped', async (t) => {
  const { page, reader } = await opened(t);
  await paste(reader, 'observed-text', INFO);
  await reader.at('observed-report').waitFor();
  // Of all answers, a refusal is shown first.
  const answer = reader.at('observed-answer');
  assert.match(await answer.innerText(), /127\.0\.0\.1:7003 asks 127\.0\.0\.1:7001/);
  assert.match(await answer.innerText(), /wants byte 82, and the backlog of 127\.0\.0\.1:7001 begins at byte 20441/);
  assert.match(await answer.innerText(), /repl-backlog-size 48kb \(at least 41254 bytes\)/);
  assert.equal(await reader.at('observed-127.0.0.1:7003-127.0.0.1:7001').getAttribute('data-answer'), 'other');
  assert.equal(await reader.at('observed-127.0.0.1:7002-127.0.0.1:7001').getAttribute('data-answer'), 'partial');
  assert.match(await reader.at('observed-promotions').innerText(), /^[^]*?127\.0\.0\.1:7001[^]*could continue/i);
  assert.match(await reader.at('observed-remarks').innerText(), /7003 lost its link to 127\.0\.0\.1:7999 4 seconds ago/);
  // The ruler has these nodes, not those of the run.
  const ruler = reader.at('observed-dialog').getByTestId('ruler');
  assert.deepEqual(await ruler.locator('.ruler-row[data-of] .ruler-name').allInnerTexts(), [
    '127.0.0.1:7001',
    '127.0.0.1:7002',
    '127.0.0.1:7003',
    '127.0.0.1:7004',
  ]);
  await ruler.locator('.ruler-name').nth(2).click();
  assert.equal(await ruler.locator('.ruler-name').nth(2).getAttribute('aria-pressed'), 'true');
  // Arrow keys go from answer to answer.
  await reader.at('observed-127.0.0.1:7003-127.0.0.1:7001').focus();
  await page.keyboard.press('ArrowUp');
  await expectSoon(() => answer.innerText(), (text) => text.includes('127.0.0.1:7002 asks'), 'the answer above');
  assert.match(await answer.innerText(), /Partial: 127\.0\.0\.1:7001 is in the history/);
  // The text stays while one looks around.
  await page.keyboard.press('Escape');
  await reader.at('observed-dialog').waitFor({ state: 'detached' });
  await reader.tab('info');
  await reader.at('info-real').click();
  assert.equal(await reader.at('observed-text').inputValue(), INFO.replaceAll('\r\n', '\n'));
  await reader.at('observed-answer').waitFor();
});

test('what is not understood is told with its line, and a text without replication is an error', async (t) => {
  const { reader } = await opened(t);
  await paste(reader, 'observed-text', 'hello\nworld');
  await reader.until('error', /line 1 is hello/);
  await paste(reader, 'observed-text', 'role:master\nmaster_repl_offset:many\nhello\n');
  await reader.until('observed-unread', /line 2 master_repl_offset:many/);
  assert.match(await reader.at('observed-unread').innerText(), /line 3 hello neither a field of INFO/);
  assert.equal(await reader.at('error').count(), 0);
  await paste(reader, 'observed-text', '');
  await reader.at('observed-unread').waitFor({ state: 'detached' });
});

test('a log tells what happened, and a run shows it', async (t) => {
  const { page, reader } = await opened(t);
  await paste(reader, 'observed-text', LOG);
  await reader.until('observed-log', /came back and asked for byte 82, which the backlog did not have any more/);
  const lack = page.locator('[data-kind=lack-of-backlog]');
  assert.match(await lack.innerText(), /line \d+ · 7001\/log · 30 Nov 2026 07:20:12\.990/);
  assert.match(await lack.innerText(), /masterTryPartialResynchronization/);
  await reader.at('show-lack-of-backlog').click();
  await reader.at('observed-dialog').waitFor({ state: 'detached' });
  await reader.until('notice', /about to write such a line/);
  assert.equal(await page.locator('#panel').getAttribute('data-panel'), 'log');
  const lines = () => page.locator('#panel').innerText();
  assert.doesNotMatch(await lines(), /lack of backlog/);
  await page.keyboard.press('ArrowRight');
  await expectSoon(lines, (text) => /for lack of backlog/.test(text), 'the line');
});

test('a text with INFO opens the dialog where a run is loaded too', async (t) => {
  const { page } = await openPage(t, { reducedMotion: 'reduce' });
  const reader = await new Reader(page).opened();
  await reader.at('load').click();
  await paste(reader, 'load-text', INFO);
  await reader.at('load-go').click();
  await reader.at('observed-answer').waitFor();
  assert.equal(await reader.at('load-dialog').count(), 0);
});

test('a text with INFO can be dropped on the page', async (t) => {
  const { page } = await openPage(t, { reducedMotion: 'reduce' });
  const reader = await new Reader(page).opened();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'replication.txt', { type: 'text/plain' }));
    const at = document.querySelector('.page');
    for (const name of ['dragenter', 'dragover', 'drop']) {
      at.dispatchEvent(new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  }, INFO);
  await reader.at('observed-answer').waitFor();
});

for (const [width, height] of [
  [1440, 900],
  [390, 844],
]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`everything is reached at ${width} by ${height}, ${colorScheme}, in Chinese`, async (t) => {
      const { page, reader } = await opened(t, { width, height, colorScheme, locale: 'zh-CN' });
      await paste(reader, 'observed-text', INFO + LOG);
      await reader.at('observed-log').waitFor();
      assert.match(await reader.at('observed-answer').innerText(), /要字节 82/);
      const wide = await page.locator('.dialog .sheet').evaluate((sheet) => sheet.scrollWidth - sheet.clientWidth);
      assert.equal(wide, 0, 'nothing is wider than the dialog');
      assert.deepEqual(await violations(page), []);
    });
  }
}
