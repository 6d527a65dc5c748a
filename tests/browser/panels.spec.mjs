// The panels: the ring's labels, the ladder's current rung, the log's many lines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

async function open(t, options, log) {
  const { page } = await openPage(t, options);
  const reader = await new Reader(page).opened();
  await reader.load(log);
  return reader;
}

/** A master with replicas at different offsets: c's wire is cut before the last writes, d's before more of them. */
function apart(backlog) {
  const actions = [typed(3_000_000, 'a', 'SET k one'), { at_us: 4_000_000, do: 'cut', from: 'a', to: 'd' }];
  actions.push(typed(4_100_000, 'a', 'SET k two'));
  actions.push({ at_us: 5_000_000, do: 'cut', from: 'a', to: 'c' }, typed(5_100_000, 'a', 'APPEND k x'));
  actions.push(typed(5_200_000, 'a', 'APPEND k y'));
  return world({ names: ['a', 'b', 'c', 'd'], backlog, actions, endUs: 6_000_000, latencyUs: 1000 });
}

/** What overlaps what around the ring: labels, the ring and the leaders of other labels. */
const overlaps = (page) =>
  page.evaluate(() => {
    const svg = document.querySelector('[data-testid=ring]');
    const labels = [...svg.querySelectorAll('rect.ring-label')].map((rect) => ({
      text: rect.parentElement.textContent,
      box: rect.getBBox(),
      words: rect.parentElement.querySelector('text').getBBox(),
      leader: rect.parentElement.querySelector('.ring-leader'),
    }));
    const inside = (p, box) => p.x > box.x && p.x < box.x + box.width && p.y > box.y && p.y < box.y + box.height;
    const apart = (a, b) =>
      a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
    const found = [];
    for (const [i, one] of labels.entries()) {
      if (one.words.width > one.box.width) found.push(`${one.text} sticks out of its label`);
      const near = {
        x: Math.max(one.box.x, Math.min(0, one.box.x + one.box.width)),
        y: Math.max(one.box.y, Math.min(0, one.box.y + one.box.height)),
      };
      if (Math.hypot(near.x, near.y) < 116) found.push(`${one.text} lies on the ring`);
      for (const [j, two] of labels.entries()) {
        if (i === j) continue;
        if (!apart(one.box, two.box)) found.push(`${one.text} covers ${two.text}`);
        const length = one.leader.getTotalLength();
        for (let at = 0; at <= length; at += 0.5) {
          if (inside(one.leader.getPointAtLength(at), two.box)) {
            found.push(`the line of ${one.text} goes through ${two.text}`);
            break;
          }
        }
      }
    }
    return { labels: labels.map((label) => label.text).sort(), found };
  });

for (const backlog of [64, 200, 20_000]) {
  test(`a ring of ${backlog} bytes: labels do not overlap, and words say where the replicas are`, async (t) => {
    const reader = await open(t, { width: 1440, height: 900 }, apart(backlog));
    await reader.select('a');
    await reader.tab('backlog');
    const { labels, found } = await overlaps(reader.page);
    assert.deepEqual(found, []);
    assert.deepEqual(labels, ['b', 'c', 'd', 'idx']);
    const offset = Number(await reader.says('node-a-offset'));
    const words = await reader.says('ring-legend');
    assert.match(words, new RegExp(`b\\s*up to byte ${offset}\\b`), 'b has everything');
    assert.match(words, /c\s*up to byte \d+/);
    assert.match(words, backlog === 64 ? /d\s*up to byte \d+: too far back/ : /d\s*up to byte \d+/);
  });
}

test('a ring that is too large for letters says so, and an arc is read by pointing at it', async (t) => {
  const reader = await open(t, { width: 1440, height: 900 }, apart(200));
  await reader.select('a');
  await reader.tab('backlog');
  assert.match(await reader.says('ring-arcs'), /200 B are too many for letters: each arc is a command/);
  const { page } = reader;
  const box = await reader.at('ring').boundingBox();
  // Halfway between the inner and the outer radius, in the units of the drawing, which is 372 wide.
  const radius = (((91 + 116) / 2) * box.width) / 372;
  const read = [];
  for (let index = 0; index < 200; index += 8) {
    const turn = ((index + 0.5) / 200) * 2 * Math.PI;
    await page.mouse.move(
      box.x + box.width / 2 + radius * Math.sin(turn),
      box.y + box.height / 2 - radius * Math.cos(turn),
    );
    const has = (words) => {
      const [, from, to] = (words.match(/^index (\d+) to (\d+)/) ?? []).map(Number);
      // An arc may cross the top.
      return from <= to ? from <= index && index <= to : index >= from || index <= to;
    };
    const words = () => page.locator('[data-testid=ring-centre]').innerText();
    read.push(await expectSoon(words, has, `the arc with index ${index}`));
  }
  assert.ok(
    read.some((words) => /SET k one/.test(words)),
    read.join(' | '),
  );
  assert.ok(
    read.some((words) => /APPEND k x/.test(words)),
    read.join(' | '),
  );
});

test('the bytes of the ring are read by keyboard', async (t) => {
  const reader = await open(t, { width: 1440, height: 900 }, apart(64));
  const { page } = reader;
  await reader.tab('backlog');
  const before = await reader.shown();
  await reader.at('ring').focus();
  await page.keyboard.press('Home');
  const { cells } = await reader.ring();
  const first = cells.find((cell) => cell.index === 0);
  await reader.until('ring-centre', new RegExp(`^index 0\\s+${first.offset}\\s+'`));
  await page.keyboard.press('ArrowRight');
  await reader.until('ring-centre', /^index 1\s/);
  assert.match(await reader.at('ring').getAttribute('aria-valuetext'), /^index 1: \d+/);
  await page.keyboard.press('Escape');
  await reader.until('ring-centre', /^repl_backlog/);
  assert.equal(await reader.shown(), before, 'the arrow keys did not step through time');
});

/** Whether a rung is wholly within the visible part of the panel. */
const rungInView = (page, state) =>
  page.evaluate((state) => {
    const rung = document.querySelector(`[data-testid=ladder-${state}]`).getBoundingClientRect();
    const panel = document.querySelector('.panel').getBoundingClientRect();
    return rung.top >= panel.top - 1 && rung.bottom <= panel.bottom + 1;
  }, state);

test('the current rung of the ladder is in view, unless its reader has scrolled away', async (t) => {
  const names = ['a', 'b'];
  const reader = await open(t, { width: 1440, height: 900 }, world({ names, endUs: 10_000 }));
  const { page } = reader;
  await reader.select('b');
  await reader.tab('handshake');
  let current = null;
  for (let steps = 0; steps < 200 && current !== 'CONNECTED'; steps++) {
    await reader.at('step-forward').click();
    current = await page.evaluate(() => document.querySelector('.rung-current').dataset.testid.slice('ladder-'.length));
    await expectSoon(() => rungInView(page, current), Boolean, `${current} is in view`);
  }
  assert.equal(current, 'CONNECTED');

  // Again in a window so small that the ladder must scroll, with a reader who looks at its beginning.
  await page.setViewportSize({ width: 1024, height: 500 });
  await reader.at('step-by').selectOption({ label: 'state' });
  for (let steps = 0; steps < 3; steps++) await reader.at('step-back').click();
  const state = () =>
    page.evaluate(() => document.querySelector('.rung-current').dataset.testid.slice('ladder-'.length));
  const before = await state();
  assert.notEqual(before, 'CONNECTED');
  await page.evaluate(() => (document.querySelector('.panel').scrollTop = 0));
  assert.equal(await rungInView(page, before), false, `${before} is out of view`);
  for (let steps = 0; steps < 3; steps++) await reader.at('step-forward').click();
  await expectSoon(state, (state) => state === 'CONNECTED', 'b is connected');
  assert.equal(
    await page.evaluate(() => document.querySelector('.panel').scrollTop),
    0,
    'the ladder stays where its reader has put it',
  );
});

test('a log of thousands of lines: few are in the document, all can be reached, new ones are followed', async (t) => {
  const lines = 3000;
  const actions = Array.from({ length: lines }, (_, i) => typed(1_000_000 + i * 1000, 'a', `DEBUG LOG line-${i}-`));
  const reader = await open(t, { width: 1440, height: 900 }, world({ names: ['a'], actions, endUs: 5_000_000 }));
  const { page } = reader;
  await reader.tab('log');
  await reader.until('log', new RegExp(`line-${lines - 1}-`));
  const rows = () => page.locator('[data-testid=log] .log-line').count();
  assert.ok((await rows()) < 150, `${await rows()} rows are in the document`);
  await page.evaluate(() => (document.querySelector('[data-testid=log]').scrollTop = 0));
  await reader.until('log', /line-0-/);
  assert.ok((await rows()) < 150, `${await rows()} rows are in the document`);
  await reader.type('a', 'DEBUG LOG not-followed');
  assert.equal(
    await page.evaluate(() => document.querySelector('[data-testid=log]').scrollTop),
    0,
    'the reader stays at the beginning',
  );
  await page.evaluate(() => (document.querySelector('[data-testid=log]').scrollTop = 1e9));
  await reader.until('log', /not-followed/);
  await reader.type('a', 'DEBUG LOG followed');
  await reader.until('log', /DEBUG LOG: followed/);
  const hidden = () =>
    page.evaluate(() => {
      const log = document.querySelector('[data-testid=log]');
      return log.scrollHeight - log.clientHeight - log.scrollTop;
    });
  await expectSoon(hidden, (px) => px < 24, 'the end is in view');
});

test('the ruler of a few nodes is whole, with nothing to scroll', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  await new Reader(page).opened();
  const beyond = await page.evaluate(() => {
    const rows = document.querySelector('.ruler-rows');
    return rows.scrollHeight - rows.clientHeight;
  });
  assert.equal(beyond, 0, 'pixels beyond its edge');
});
