// The sequence diagram: in step with the stage, at three levels of detail, by mouse and keyboard, as a file.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

async function open(t, options = {}) {
  const { page } = await openPage(t, { width: 1440, height: 900, ...options });
  const reader = await new Reader(page).opened();
  const actions = [
    typed(4_000_000, 'a', 'SET k one'),
    { at_us: 6_000_000, do: 'cut', from: 'a', to: 'b' },
    typed(6_500_000, 'a', 'SET k two'),
    { at_us: 9_000_000, do: 'heal', from: 'a', to: 'b' },
  ];
  await reader.load(world({ actions, endUs: 14_000_000 }));
  await reader.tab('diagram');
  await reader.at('diagram').locator('.diagram-item').first().waitFor();
  return reader;
}

/** What each item of the diagram says, in its order. */
const items = (reader) =>
  reader.page
    .locator('[data-testid=diagram] .diagram-item')
    .evaluateAll((all) =>
      all.map((item) => ({ words: item.querySelector('title').textContent, later: item.classList.contains('later') })),
    );

test('handshake, writes, a cut and what was sent again stand in their order', async (t) => {
  const reader = await open(t);
  const words = (await items(reader)).map((item) => item.words);
  const wanted = [/b to a: PING/, /a to b: \+PONG/, /b to a: PSYNC \? -1/, /a: PSYNC ✗ wants all/];
  wanted.push(/a to b: \+FULLRESYNC/, /a to b: RDB/, /b: CONNECTED/, /a: > SET k one/, /a to b: .*SET k one/);
  wanted.push(/a, b: cut/, /a to b, lost: .*SET k two/, /a, b: mended/, /a to b: ↻ .*SET k two/);
  let from = 0;
  for (const pattern of wanted) {
    const at = words.findIndex((word, nth) => nth >= from && pattern.test(word));
    assert.ok(at >= 0, `${pattern} after ${words[from - 1]}: ${words.join('\n')}`);
    from = at + 1;
  }
});

test('the level of detail adds states, acknowledgements and TCP segments', async (t) => {
  const reader = await open(t);
  const counts = [];
  const has = (pattern) => async () => (await items(reader)).some((item) => pattern.test(item.words));
  counts.push((await items(reader)).length);
  await reader.at('diagram-detail').selectOption({ index: 1 });
  await expectSoon(has(/REPLCONF ACK/), Boolean, 'acknowledgements');
  assert.ok(await has(/RECEIVE_PONG/)());
  counts.push((await items(reader)).length);
  await reader.at('diagram-detail').selectOption({ index: 2 });
  await expectSoon(has(/SYN/), Boolean, 'TCP segments');
  counts.push((await items(reader)).length);
  assert.ok(counts[0] < counts[1] && counts[1] < counts[2], counts.join(' '));
});

test('it is of the moment shown, and an item leads to its own', async (t) => {
  const reader = await open(t);
  const end = await reader.shown();
  assert.ok((await items(reader)).every((item) => !item.later), 'at the end nothing is yet to come');
  const verdict = reader.at('diagram').locator('.diagram-item.tone-full').first();
  await verdict.scrollIntoViewIfNeeded();
  await verdict.click();
  await expectSoon(
    () => reader.shown(),
    (shown) => shown > 0 && shown < end,
    'the moment of the verdict',
  );
  assert.equal(await reader.says('selected'), 'node a');
  const all = await items(reader);
  const first = all.findIndex((item) => item.later);
  assert.ok(first > 0 && all.slice(first).every((item) => item.later), 'what comes later is told apart');
});

test('the arrow keys go from item to item, and Enter leads to its moment', async (t) => {
  const reader = await open(t);
  const { page } = reader;
  await reader.at('diagram').locator('.diagram-item[tabindex="0"]').focus();
  const focused = () => page.evaluate(() => document.activeElement.id);
  const last = await focused();
  assert.match(last, /^diagram-/);
  await page.keyboard.press('ArrowUp');
  await expectSoon(focused, (id) => id !== last, 'another item has the focus');
  await page.keyboard.press('Home');
  await expectSoon(focused, (id) => id === 'diagram-0', 'the first item has the focus');
  const end = await reader.shown();
  await page.keyboard.press('Enter');
  await expectSoon(
    () => reader.shown(),
    (shown) => shown < end,
    'the first moment',
  );
});

test('it is saved as a picture and as text', async (t) => {
  const reader = await open(t, { acceptDownloads: true });
  for (const [button, name, begins] of [
    ['diagram-SVG', /\.svg$/, '<svg xmlns="http://www.w3.org/2000/svg"'],
    ['diagram-Mermaid', /\.mmd$/, 'sequenceDiagram\n    participant a\n'],
  ]) {
    const coming = reader.page.waitForEvent('download');
    await reader.at(button).click();
    const download = await coming;
    assert.match(download.suggestedFilename(), name);
    const text = await readFile(await download.path(), 'utf8');
    assert.ok(text.startsWith(begins) && text.includes('SET k two'), text.slice(0, 200));
  }
});
