// Everything has its place at every size: tabs, notices beside what they are about, a lesson with the steps, small controls.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const SIZES = [
  [1440, 900],
  [1280, 800],
  [1024, 768],
  [768, 1024],
  [844, 390],
  [390, 844],
];

class Resizer extends Reader {
  /** Makes the window another size; resolves when the page has the panels of that size. */
  async resize([width, height]) {
    await this.page.setViewportSize({ width, height });
    const narrow = width < 600 || height < 500 || (width <= 900 && height < 820);
    await expectSoon(
      async () => (await this.at('tab-console').count()) > 0,
      (is) => is === narrow,
      'the panels of this size',
    );
  }
}

/** A page of this size; `lesson` names the one that is open in it. */
async function open(t, [width, height], { log, lesson, ...options } = {}) {
  const query = lesson ? `?lesson=${lesson}` : '';
  const { page } = await openPage(t, { width, height, query, ...options });
  const reader = new Resizer(page);
  if (!lesson) await reader.opened();
  if (log) await reader.load(log);
  return reader;
}

/** The boxes of all elements that fit, by name. */
const boxes = (reader, selector) =>
  reader.page.evaluate(
    (selector) =>
      [...document.querySelectorAll(selector)]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return { name: element.innerText || element.className, left, right, top, bottom };
        }),
    selector,
  );

const within = (inner, outer) =>
  inner.left >= outer.left - 1 && inner.right <= outer.right + 1 && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
const apart = (a, b) =>
  a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;

/** Fails where one of the boxes is not within the other, or two of them overlap. */
function assertPlaced(inner, outer) {
  for (const [nth, one] of inner.entries()) {
    assert.ok(within(one, outer), `${JSON.stringify(one)} is within ${JSON.stringify(outer)}`);
    for (const other of inner.slice(nth + 1)) assert.ok(apart(one, other), `${JSON.stringify(one)} and ${JSON.stringify(other)}`);
  }
}

/** All that the caption says is in view. */
async function assertCaptionWhole(reader) {
  const { has, needs, words } = await reader.at('caption').evaluate((caption) => ({
    has: caption.clientHeight,
    needs: caption.scrollHeight,
    words: caption.innerText,
  }));
  assert.ok(needs <= has + 1, `${words}: ${needs} px in ${has}`);
}

const small = () => world({ actions: [typed(5_000_000, 'a', 'SET greeting hello')], endUs: 8_000_000 });

for (const lesson of [undefined, 'first-sync'])
  for (const locale of ['en-US', 'zh-CN'])
    test(`${lesson ? 'in a lesson' : 'on the page'} all tabs are in view at every size (${locale})`, async (t) => {
      const reader = await open(t, SIZES[0], { lesson, locale, log: lesson ? undefined : small() });
      for (const size of SIZES) {
        await reader.resize(size);
        const look = async () => {
          const [row] = await boxes(reader, '.tabs');
          assert.ok(row.left >= 0 && row.right <= size[0], JSON.stringify(row));
          assertPlaced(await boxes(reader, '.tabs button'), row);
        };
        await reader.tab('backlog');
        await look();
        // On wide pages it has a tab only while it is shown.
        await reader.at('script').click();
        await reader.at('tab-script').waitFor();
        await look();
        await reader.assertFits();
      }
    });

for (const locale of ['en-US', 'zh-CN'])
  test(`beside a notice the caption is whole at every size (${locale})`, async (t) => {
    const reader = await open(t, SIZES[0], { log: small(), locale });
    await reader.at('step-by').selectOption('3');
    await reader.page.keyboard.press('Home');
    // The longest pair of sentences comes when the snapshot is on its way.
    await expectSoon(
      async () => {
        if ((await reader.says('node-b-state')) !== 'TRANSFER') await reader.at('step-forward').click();
        return reader.says('node-b-state');
      },
      (state) => state === 'TRANSFER',
      'the snapshot is on its way',
    );
    await reader.at('notice').waitFor();
    for (const size of SIZES) {
      await reader.resize(size);
      await assertCaptionWhole(reader);
      const [notice] = await boxes(reader, '.notice');
      for (const words of await boxes(reader, '.notice > *')) assert.ok(within(words, notice), JSON.stringify(words));
      // On phones it lies over the page, which scrolls.
      if (size[0] >= 600) assert.ok(apart(notice, (await boxes(reader, '.caption'))[0]), 'the notice is not over the caption');
    }
  });

for (const size of [
  [1024, 768],
  [844, 390],
  [390, 844],
])
  test(`${size.join(' by ')}: a rule that does not hold is said in full`, async (t) => {
    const reader = await open(t, size, { log: world({ names: ['a', 'b'], endUs: 3_000_000, latencyUs: 1000 }) });
    await reader.play();
    if (await reader.at('tab-console').count()) await reader.tab('console');
    await reader.select('b');
    await reader.enter('DEBUG CHANGE-REPL-ID');
    await reader.at('broken-rule').waitFor();
    const [notice] = await boxes(reader, '.notice');
    assertPlaced(await boxes(reader, '.notice > *'), notice);
    // Where it lies over the page, the page ends above it.
    await reader.page.evaluate(() => window.scrollTo(0, document.scrollingElement.scrollHeight));
    await expectSoon(
      async () => apart((await boxes(reader, '.notice'))[0], (await boxes(reader, '.console-line'))[0]),
      Boolean,
      'the command line is in view',
    );
  });

for (const size of [
  [844, 390],
  [390, 844],
])
  test(`${size.join(' by ')}: a long sentence and its detail are whole`, async (t) => {
    const actions = [{ at_us: 4_000_000, do: 'crash', node: 'a' }, typed(6_500_000, 'b', 'REPLICAOF NO ONE')];
    const reader = await open(t, size, { log: world({ actions, endUs: 20_500_000, latencyUs: 1_000 }) });
    await reader.until('caption-detail', /times in a row/);
    await assertCaptionWhole(reader);
  });

for (const size of [
  [1024, 768],
  [390, 844],
])
  test(`${size.join(' by ')}: a timer is seen as a whole or not at all`, async (t) => {
    const reader = await open(t, size, { log: small() });
    await reader.until('timers', /b gives up on a/);
    const look = async () => {
      const [row] = await boxes(reader, '.timer-list');
      for (const timer of await boxes(reader, '.timer-list > li')) {
        const needs = await reader.page.locator('.timer-list > li').first().evaluate((li) => li.scrollWidth - li.clientWidth);
        assert.equal(needs, 0, 'no word is cut');
        assert.ok(within(timer, row) || apart(timer, row), JSON.stringify([timer, row]));
      }
      return row;
    };
    const [first] = await boxes(reader, '.timer-list > li');
    assert.ok(within(first, await look()), 'the first one has room');
    // Beside a long notice there may be none left.
    await reader.at('scrubber').press('ArrowLeft');
    await reader.menu('b', 'pause-node');
    await reader.at('notice').waitFor();
    await look();
  });

test('844 by 390: two branches side by side leave some room for the stage', async (t) => {
  const reader = await open(t, [844, 390], { log: small() });
  await reader.at('scrubber').press('Home');
  await reader.menu('b', 'pause-node');
  await reader.at('branches').click();
  await reader.at('branch-compare-0').click();
  await reader.at('compare').waitFor();
  const [stage] = await boxes(reader, '.stage-view');
  assert.ok(stage.bottom - stage.top >= 80, JSON.stringify(stage));
});

for (const size of [
  [1440, 900],
  [1024, 768],
  [768, 1024],
])
  test(`${size.join(' by ')}: a lesson and the steps each have their place`, async (t) => {
    const reader = await open(t, size, { lesson: 'first-sync' });
    await reader.at('steps-toggle').click();
    await reader.at('functions').waitFor();
    const [main] = await boxes(reader, '.main');
    const parts = await boxes(reader, '.main > *');
    assert.equal(parts.length, 4);
    assertPlaced(parts, main);
    for (const part of parts) assert.ok(part.right - part.left >= 250, JSON.stringify(part));
    const [stage] = await boxes(reader, '.stage-view');
    assert.ok(stage.bottom - stage.top >= 80, JSON.stringify(stage));
  });

for (const [width, height] of [
  [1024, 768],
  [844, 390],
])
  for (const locale of ['en-US', 'zh-CN'])
    test(`${width} by ${height}: beside a lesson the stage is as wide as its column (${locale})`, async (t) => {
      const reader = await open(t, [width, height], { lesson: 'first-sync', locale });
      const [column] = await boxes(reader, '.left');
      for (const part of await boxes(reader, '.stage-view, .stage-tools > *, .stage-zoom > *, .card'))
        assert.ok(within(part, column), JSON.stringify({ part, column }));
    });

for (const [width, height] of [
  [1280, 800],
  [1024, 768],
])
  test(`${width} by ${height}: the ring keeps its size when the words below it change`, async (t) => {
    const writes = Array.from({ length: 10 }, (_, n) => typed(3_000_000 + n * 100_000, 'a', `SET key:${n} value-${n}`));
    const reader = await open(t, [width, height], { log: world({ names: ['a', 'b', 'c', 'd', 'e'], actions: writes, endUs: 6_000_000 }) });
    await reader.tab('backlog');
    const seen = new Map();
    // Back to before the first of them: replicas are now behind, now in sync.
    while ((await reader.shown()) >= 3_000) {
      const [ring] = await boxes(reader, '.ring-box');
      seen.set(await reader.says('ring-legend'), Math.round(ring.bottom - ring.top));
      await reader.at('step-back').click();
    }
    assert.ok([...seen.keys()].some((words) => /too far back/.test(words)), 'replicas were behind');
    assert.equal(new Set(seen.values()).size, 1, JSON.stringify([...seen]));
  });

for (const size of [
  [1440, 900],
  [1280, 800],
])
  for (const locale of ['en-US', 'zh-CN'])
    test(`${size.join(' by ')}: the stage keeps its size when the past is shown (${locale})`, async (t) => {
      const log = world({ actions: [typed(4_000_000, 'a', 'SET k v')], endUs: 8_000_000 });
      const reader = await open(t, size, { log, locale });
      const [before] = await boxes(reader, '.stage');
      await reader.at('step-back').click();
      await reader.page.locator('.notice').waitFor();
      const [after] = await boxes(reader, '.stage');
      assert.deepEqual([after.top, after.bottom], [before.top, before.bottom]);
    });

test('what is still to be done has an empty mark, what is done a full one', async (t) => {
  const reader = await open(t, [1440, 900], { lesson: 'first-sync' });
  await reader.at('lesson-next').click();
  await reader.at('goal-0').waitFor();
  const [mark] = await boxes(reader, '.goal > i');
  assert.ok(mark.right - mark.left >= 16 && Math.abs(mark.right - mark.left - (mark.bottom - mark.top)) < 1, JSON.stringify(mark));
  const background = () => reader.at('goal-0').locator('i').evaluate((i) => getComputedStyle(i).backgroundColor);
  const before = await background();
  await reader.select('a');
  await reader.enter('SET greeting hello');
  await reader.at('task-met').waitFor();
  assert.notEqual(await background(), before);
});

/** Goes on to the first lesson's first question. */
async function toQuestion(reader) {
  const isAt = (block) =>
    expectSoon(() => reader.at('lesson-body').getAttribute('data-block'), (shown) => shown === String(block), `block ${block}`);
  await reader.at('lesson-next').click();
  await isAt(1);
  if (await reader.at('tab-console').count()) await reader.tab('console');
  await reader.select('a');
  await reader.enter('SET greeting hello');
  await reader.at('task-met').waitFor({ state: 'attached' });
  await reader.at('lesson-next').click();
  await isAt(2);
}

test('844 by 390: in a lesson, how a state stands is not written over its name', async (t) => {
  const reader = await open(t, [844, 390], { lesson: 'first-sync' });
  await toQuestion(reader);
  await reader.at('choice-0').click();
  await reader.at('lesson-answer').click();
  await reader.at('lesson-because').waitFor();
  await reader.tab('handshake');
  const name = () => reader.page.locator('.rung-current .rung-name').evaluate((name) => {
    const words = document.createRange();
    words.selectNodeContents(name);
    const { left, right, top, bottom } = words.getBoundingClientRect();
    return { name: name.textContent, left, right, top, bottom };
  });
  assert.match((await name()).name, /TRANSFER|RECEIVE_PSYNC/);
  const others = await boxes(reader, '.rung-current > .rung-status, .rung-current > .rung-at');
  assert.equal(others.length, 2);
  assertPlaced([await name(), ...others], (await boxes(reader, '.ladder'))[0]);
});

for (const size of [
  [1440, 900],
  [1024, 768],
  [768, 1024],
  [844, 390],
])
  test(`${size.join(' by ')}: nothing scrolls the page out of its place`, async (t) => {
    const reader = await open(t, size, { lesson: 'first-sync' });
    await toQuestion(reader);
    const scrolled = await reader.page.evaluate(() => {
      for (const element of document.querySelectorAll('button, [tabindex], .rung, p, label')) element.scrollIntoView();
      document.scrollingElement.scrollTop = 200;
      return document.scrollingElement.scrollTop;
    });
    assert.equal(scrolled, 0);
  });

/** Runs in the page: what can be pressed, and is lower or narrower than a finger or an unsteady hand needs. */
function tooSmall() {
  const names = [];
  // The lines of a text are as high as its type, and the states of the ladder as high as sixteen of them allow.
  const controls = 'button:not(.gutter-line, .rung-name, .term), select, input, textarea, summary, a[href]';
  for (const control of document.querySelectorAll(controls)) {
    if (!control.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    // The stage is zoomed, and its controls reach beyond what is drawn of them.
    if (control.closest('.plane')) continue;
    const { width, height } = (control.closest('label') ?? control).getBoundingClientRect();
    if (width < 23.9 || height < 23.9) names.push(`${control.className} ${control.dataset.testid}: ${width} by ${height}`);
  }
  return [...new Set(names)];
}

for (const size of SIZES)
  test(`${size.join(' by ')}: what can be pressed is 24 px high and wide`, async (t) => {
    const reader = await open(t, size, { log: small() });
    const found = [];
    const look = async (what) => found.push(...(await reader.page.evaluate(tooSmall)).map((name) => `${what}: ${name}`));
    const narrow = (await reader.at('tab-console').count()) > 0;
    for (const tab of ['backlog', 'handshake', 'diagram', 'why', 'log', 'info', ...(narrow ? ['console', 'ruler'] : [])]) {
      await reader.tab(tab);
      await look(tab);
    }
    await reader.at('script').click();
    await look('script');
    await reader.at(narrow ? 'tab-steps' : 'steps-toggle').click();
    await reader.at('step-into').click();
    await reader.at('step-lines').waitFor();
    await look('steps');
    for (const [button, overlay] of [
      ['new', 'new-dialog'],
      ['load', 'load-dialog'],
      ['save', 'save-dialog'],
      ['course', 'course-dialog'],
      ['run-until', 'until-dialog'],
    ]) {
      await reader.at(button).click();
      await reader.at(overlay).waitFor();
      await look(overlay);
      await reader.page.keyboard.press('Escape');
      await reader.at(overlay).waitFor({ state: 'detached' });
    }
    await reader.at('scrubber').press('Home');
    await reader.menu('b', 'pause-node');
    await reader.at('branches').waitFor();
    await look('branches');
    assert.deepEqual([...new Set(found)], []);
  });

test('what to type is said from its beginning where the console is low', async (t) => {
  for (const locale of ['en-US', 'zh-CN']) {
    const { page, close } = await openPage(t, { width: 1024, height: 768, locale, query: '?lesson=first-sync' });
    const welcome = page.locator('.console-welcome');
    const box = await welcome.boundingBox();
    const output = await page.getByTestId('console-output').boundingBox();
    assert.ok(box.y >= output.y - 1 && box.y + box.height <= output.y + output.height + 1, `${locale}: ${JSON.stringify({ box, output })}`);
    await close();
  }
});
