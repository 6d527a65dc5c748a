// What the page says is whole: nothing lies over it and nothing cuts it off.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, lateReplica, typed, world } from './steps.mjs';

const fresh = () => world({ names: ['a', 'b'], endUs: 4_000_000, latencyUs: 1000 });

async function open(t, [width, height], log, options = {}) {
  const { page } = await openPage(t, { width, height, ...options });
  const reader = await new Reader(page).opened();
  if (log) await reader.load(log);
  return reader;
}

const box = (reader, selector) =>
  reader.page.evaluate((selector) => {
    const { top, bottom, left, right } = [...document.querySelectorAll(selector)].at(-1).getBoundingClientRect();
    return { top, bottom, left, right };
  }, selector);

for (const [size, log, what, least] of [
  [[1440, 900], lateReplica(), 'six lines of why', 140],
  [[1280, 800], lateReplica(), 'six lines of why', 110],
  [[1024, 768], lateReplica(), 'six lines of why', 100],
  [[1024, 768], fresh(), 'a short why', 140],
])
  for (const locale of ['en-US', 'zh-CN'])
    test(`${size.join(' by ')}: ${what} is in view to its end (${locale})`, async (t) => {
      const reader = await open(t, size, log, { locale });
      await reader.at('verdict-because').waitFor();
      await reader.at('verdict-searching').waitFor({ state: 'detached' });
      await expectSoon(
        async () => (await box(reader, '.verdict')).bottom - (await box(reader, '.panel')).bottom,
        (below) => below <= 0,
        'the box ends within the panel',
      );
      const ring = await box(reader, '.ring-box');
      assert.ok(ring.bottom - ring.top >= least, `the ring can be told apart: ${ring.bottom - ring.top} px`);
    });

test('1024 by 680: long numbers stand within a small ring', async (t) => {
  const write = typed(3_000_000, 'a', `SET k ${'x'.repeat(40_000)}`);
  const reader = await open(t, [1024, 680]);
  await reader.load(world({ names: ['a', 'b', 'c'], backlog: 1024, latencyUs: 1000, actions: [write], endUs: 6_000_000 }));
  await reader.page.locator('.ring-range', { hasText: /\d{5}/ }).waitFor();
  const [text, ring] = [await box(reader, '.ring-range'), await box(reader, '.ring-box')];
  const [width, height] = [text.right - text.left, ring.bottom - ring.top];
  assert.ok(width <= 0.6 * height, `${width} px of words within a ring of ${height} px`);
});

test('a note about what was typed covers nothing that the console said', async (t) => {
  const reader = await open(t, [1440, 900], fresh());
  for (let n = 0; n < 4; n += 1) assert.equal(await reader.type('a', `SET k ${n}`), 'OK');
  await reader.enter('SET k "open');
  await reader.page.locator('.console .error-note').waitFor();
  await expectSoon(
    async () => (await box(reader, '.console .error-note')).top - (await box(reader, '[data-testid=console-output] p')).bottom,
    (room) => room >= 0,
    'the last line ends above the note',
  );
  const output = await box(reader, '[data-testid=console-output]');
  const last = await box(reader, '[data-testid=console-output] p');
  assert.ok(last.top >= output.top && last.bottom <= output.bottom + 1, 'the last line is in view');
});

for (const size of [
  [844, 390],
  [390, 844],
])
  test(`${size.join(' by ')}: cards of replicas tell their lag, over nothing else`, async (t) => {
    const reader = await open(t, size, world({ endUs: 4_000_000 }));
    const card = '[data-testid=node-b]';
    const lag = await box(reader, `${card} .card-lag`);
    assert.ok(lag.right > lag.left && lag.bottom > lag.top);
    for (const other of ['.mini-ring', '.card-chips .chip', '[data-testid=node-b-offset]']) {
      const place = await box(reader, `${card} ${other}`);
      const apart = place.right <= lag.left || lag.right <= place.left || place.bottom <= lag.top + 1 || lag.bottom <= place.top;
      assert.ok(apart, `${other} ${JSON.stringify(place)} and the lag ${JSON.stringify(lag)}`);
    }
  });

for (const locale of ['en-US', 'zh-CN'])
  test(`390 by 844: what is pressed has its word, and no word is cut (${locale})`, async (t) => {
    // Only a session with branches has all controls of the time bar.
    const reader = await open(t, [390, 844], world({ endUs: 4_000_000 }), { locale, hasTouch: true });
    await reader.at('branches').waitFor();
    for (const id of ['new', 'load', 'save', 'script', 'share']) {
      const label = await box(reader, `[data-testid=${id}] .label`);
      const button = await box(reader, `[data-testid=${id}]`);
      assert.ok(label.right > label.left, `${id} has a word`);
      assert.ok(label.left >= button.left && label.right <= button.right && label.bottom <= button.bottom, id);
    }
    for (const id of ['step-by', 'speed']) {
      const { has, needs } = await reader.at(id).evaluate((select) => {
        const style = getComputedStyle(select);
        const brush = document.createElement('canvas').getContext('2d');
        brush.font = style.font;
        const widths = [...select.options].map((option) => brush.measureText(option.textContent).width);
        return { has: select.clientWidth - 2 * Number.parseFloat(style.paddingLeft), needs: Math.max(...widths) };
      });
      // The arrow beside the words.
      assert.ok(has >= needs + 14, `${id} has ${has} px for words of ${needs}`);
    }
    await reader.assertFits();
  });

test('390 by 844: a tab brings its panel into view, and a notice covers no end of it', async (t) => {
  const reader = await open(t, [390, 844], lateReplica(), { hasTouch: true });
  await reader.at('tab-handshake').tap();
  await reader.at('tab-backlog').tap();
  await expectSoon(
    async () => (await box(reader, '.transport')).top - (await box(reader, '.ring-box')).bottom,
    (room) => room >= 0,
    'all of the ring is above the time bar',
  );
  await reader.at('step-back').tap();
  await reader.at('notice').waitFor();
  await reader.page.evaluate(() => window.scrollTo(0, document.scrollingElement.scrollHeight));
  await expectSoon(
    async () => (await box(reader, '.notice')).top - (await box(reader, '.verdict')).bottom,
    (room) => room >= 0,
    'the panel ends above the notice',
  );
});
