// The time machine: acting in the past starts a named branch, which is drawn, renamed, left, compared and saved; and the
// world runs until something happens.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const END_US = 8_000_000;

/** A run of 8 s in which `a` gets one write at 6 s; standing still at its end. */
async function opened(t, options) {
  const { page } = await openPage(t, options);
  const reader = await new Reader(page).opened();
  await reader.load(world({ names: ['a', 'b'], latencyUs: 500, actions: [typed(6_000_000, 'a', 'SET k main')], endUs: END_US }));
  return { page, reader };
}

/** Acts at 4 s: a branch. */
async function branch(page, reader, command = 'SET k other') {
  const names = page.locator('.branch-tree .branch-name');
  const before = await names.count();
  await reader.goTo(4);
  await reader.enter(command);
  await expectSoon(() => reader.now(), (now) => now !== null && now < END_US, 'the branch');
  await expectSoon(() => names.count(), (count) => count > before, 'the branch is in the tree');
}

/** Waits until this branch is on the page. */
const onBranch = (reader, name) =>
  expectSoon(
    () => reader.page.locator('.branch-tree [aria-current=true]').innerText(),
    (current) => current === name,
    `the branch ${name}`,
  );

/** Begins to change the name of the second branch. */
async function rename(page, reader) {
  await reader.at('branch-rename-1').click();
  const field = () => page.evaluate(() => document.activeElement?.tagName);
  await expectSoon(field, (tag) => tag === 'INPUT', 'the field has the focus');
}

test('the name of a branch that begins near the present ends within the tree', async (t) => {
  const { page } = await openPage(t, { width: 1024, height: 768 });
  const reader = await new Reader(page).opened();
  await reader.load(world({ names: ['a', 'b'], latencyUs: 500, actions: [], endUs: 15_000_000 }));
  await reader.goTo(14);
  await reader.enter('SET a-key-with-a-long-name other');
  const name = page.locator('.branch-tree .is-current .branch-name');
  await name.waitFor();
  const right = async (locator) => {
    const { x, width } = await locator.boundingBox();
    return x + width;
  };
  const [end, room] = [await right(name), await right(reader.at('branch-tree'))];
  assert.ok(end <= room + 0.5, `the name ends at ${end}, the tree at ${room}`);
});

test('acting in the past starts a branch that is named after what was done', async (t) => {
  const { page, reader } = await opened(t);
  assert.equal(await reader.at('branch-tree').count(), 0, 'one branch needs no tree');
  const old = await reader.digest();
  await branch(page, reader);
  await reader.until('notice', /a: SET k other at 4\.0 s/);
  assert.deepEqual(await page.locator('.branch-tree .branch-name').allInnerTexts(), ['main', 'a: SET k other at 4.0 s']);
  await onBranch(reader, 'a: SET k other at 4.0 s');

  // Where the branch leaves its parent, on the scrubber's own axis.
  const left = async (selector) => (await page.locator(selector).boundingBox()).x;
  const knob = await page.evaluate(() => {
    const bar = document.querySelector('.scrub').getBoundingClientRect();
    return bar.x + (bar.width * 4) / 15;
  });
  assert.ok(Math.abs((await left('.branch-lane.is-current .branch-line')) - knob) < 3, 'it begins at 4 s');

  await reader.at('lane-0').click();
  await onBranch(reader, 'main');
  assert.equal(await reader.digest(), old, 'the old future is as it was');
});

test('a branch that was prepared while the page stood still is the one that is made at once', async (t) => {
  const made = async (stood) => {
    const { page, reader } = await opened(t);
    for (const seconds of stood) {
      await reader.goTo(seconds);
      await page.evaluate(framesPass, 60);
    }
    await branch(page, reader);
    const log = page.locator('[data-testid=caption]');
    await reader.until('caption', /a adds \d+ bytes/);
    const found = [await reader.digest(), await reader.now(), await log.innerText()];
    await page.close();
    return found;
  };
  const atOnce = await made([]);
  // At the time itself, on the way there, and beyond it.
  for (const stood of [[4], [2, 4], [5]]) assert.deepEqual(await made(stood), atOnce, `stood at ${stood} s`);
});

/** Runs in the page: waits for so many animation frames. */
function framesPass(count) {
  return new Promise((done) => {
    const next = () => (count-- > 0 ? requestAnimationFrame(next) : done());
    next();
  });
}

test('what is typed while a branch is being made is carried out in it, too', async (t) => {
  const { page } = await openPage(t);
  const reader = await new Reader(page).opened();
  // A past that takes a while to be made again.
  const actions = Array.from({ length: 3000 }, (_, nth) => typed(1_000_000 + nth * 1_000, 'a', `SET k${nth} v`));
  await reader.load(world({ names: ['a', 'b'], latencyUs: 500, actions, endUs: 6_000_000 }));
  await reader.goTo(5);
  for (const value of ['one', 'two', 'three']) await reader.enter(`SET k ${value}`);
  const typedLast = async () => (await reader.lines()).flatMap((line) => /> SET k (\w+)$/.exec(line)?.[1] ?? []);
  await expectSoon(typedLast, (values) => values.join() === 'one,two,three', 'all three, in their order');
});

test('going to another branch keeps the time shown if the branch reaches it', async (t) => {
  const { page, reader } = await opened(t);
  await branch(page, reader);
  await reader.at('lane-0').focus();
  await page.keyboard.press('Enter');
  await onBranch(reader, 'main');
  await reader.isAtMs(4000);
  await reader.goTo(7);
  await reader.at('lane-1').click();
  await onBranch(reader, 'a: SET k other at 4.0 s');
  // The branch ends there.
  await reader.isAtMs(4000);
});

test('the dialog tells the first difference and the number of actions, and changes names', async (t) => {
  const { page, reader } = await opened(t);
  await branch(page, reader);
  await reader.enter('SET k again');
  await reader.at('branches').click();
  const about = await reader.until('branch-1', /2 actions/);
  assert.match(about, /Leaves “main” at 4\.000 s/);
  assert.match(about, /First difference: a: SET k other \(4\.000 s\)/);
  assert.match(about, /There instead: a: SET k main \(6\.000 s\)/);

  await rename(page, reader);
  await page.keyboard.type('nothing');
  await page.keyboard.press('Escape');
  await reader.until('branch-go-1', 'a: SET k other at 4.0 s');
  assert.equal(await reader.at('branches-dialog').count(), 1, 'and the dialog stays');
  await rename(page, reader);
  await page.keyboard.type('main');
  await page.keyboard.press('Enter');
  await reader.until('error', /Another branch has that name/);
  await rename(page, reader);
  await page.keyboard.type('my try');
  await page.keyboard.press('Enter');
  await reader.until('branch-go-1', 'my try');
  await page.keyboard.press('Escape');
  await reader.at('branches-dialog').waitFor({ state: 'detached' });
  await onBranch(reader, 'my try');
});

test('a saved file has all branches, and loading it restores them', async (t) => {
  const { page, reader } = await opened(t);
  const main = await reader.digest();
  await branch(page, reader);
  const other = await reader.digest();
  const [download] = await Promise.all([page.waitForEvent('download'), reader.save('json')]);
  const saved = readFileSync(await download.path(), 'utf8');
  assert.equal(JSON.parse(saved).version, 2);
  await reader.load(saved);
  assert.equal(await reader.digest(), other);
  await onBranch(reader, 'a: SET k other at 4.0 s');
  await reader.at('lane-0').click();
  await expectSoon(() => reader.digest(), (digest) => digest === main, 'the other branch, made again');

  // The session before it is kept too.
  await reader.at('branches').click();
  await reader.until('session-1', /2 branches/);
  await reader.at('session-1').click();
  await expectSoon(() => reader.digest(), (digest) => digest === other, 'the session that was left');
});

test('two branches stand side by side at the time shown, what differs marked', async (t) => {
  const { page, reader } = await opened(t);
  await branch(page, reader);
  await reader.play();
  await expectSoon(() => reader.now(), (now) => now > END_US, 'the branch has run as far');
  await reader.pause();
  await reader.at('branches').click();
  await reader.at('branch-compare-0').click();
  const different = () => reader.at('compare').getAttribute('data-different').then(Number);
  await reader.at('compare').waitFor();

  await reader.goTo(5);
  const marked = async (node) =>
    page.locator(`[data-testid=compare-${node}] tr.side-a td.differs`).evaluateAll((cells) => cells.map((c) => c.dataset.field));
  const written = (fields) => fields.join() === 'Offset,Backlog,Keys';
  await expectSoon(() => marked('a'), written, 'only one has been written to');
  await expectSoon(() => marked('b'), written, 'nor has its replica');
  await reader.goTo(3);
  await expectSoon(different, (count) => count === 0, 'before it left, the branch is its parent');
  await reader.goTo(7);
  await expectSoon(() => marked('a'), (fields) => !fields.includes('Keys'), 'both have the key now');
  assert.match(await reader.says('compare-totals'), /\d/);
  const announced = await reader.at('compare').getByRole('status').innerText();
  assert.match(announced, /^\d+ differences?$/, 'the time changes all the while and is not announced');
  await reader.at('compare-close').click();
  await reader.at('compare').waitFor({ state: 'detached' });
});

test('the world runs until a verdict, a state, an offset or a function', async (t) => {
  const { page, reader } = await opened(t);
  const until = async (kind, choose = async () => {}) => {
    await reader.at('run-until').click();
    await reader.at('until-kind').selectOption(String(kind));
    await choose();
    await reader.at('until-go').click();
    await reader.at('until-dialog').waitFor({ state: 'detached' });
  };
  await reader.goTo(0);
  await until(0);
  await reader.until('notice', /Reached: a PSYNC verdict/);
  const verdict = await reader.shown();
  await reader.select('a');
  assert.equal(await reader.at('verdict').getAttribute('data-result'), 'full');

  await reader.goTo(0);
  await until(4, () => reader.at('until-function').selectOption({ label: 'masterTryPartialResynchronization' }));
  assert.equal(await reader.shown(), verdict, 'the function in which it is decided');

  const enteredOn = (name, node) =>
    until(4, async () => {
      await reader.at('until-function').selectOption({ label: name });
      await reader.at('until-entered-on').selectOption({ label: node });
    });
  await reader.goTo(0);
  await enteredOn('slaveTryPartialResynchronization', 'b');
  await reader.until('notice', /Reached: slaveTryPartialResynchronization entered on b,/);
  const asked = await reader.shown();
  await reader.goTo(0);
  await enteredOn('slaveTryPartialResynchronization', 'any node');
  assert.equal(await reader.shown(), asked, 'b is the only replica');

  await reader.goTo(0);
  await until(1, async () => {
    await reader.at('until-node').selectOption({ label: 'b' });
    await reader.at('until-state').selectOption({ label: 'CONNECTED' });
  });
  await reader.until('node-b-state', 'CONNECTED');
  await reader.at('step-back').click();
  await reader.until('node-b-state', /^(?!CONNECTED$)./);

  await reader.goTo(5);
  const offset = Number(await reader.says('node-b-offset'));
  await until(3, async () => {
    await reader.at('until-node').selectOption({ label: 'b' });
    await reader.at('until-offset').fill(String(offset + 5));
  });
  assert.ok(Number(await reader.says('node-b-offset')) >= offset + 5);
  assert.equal(await reader.now(), END_US, 'all of this was recorded');

  await page.keyboard.press('End');
  await until(0);
  await reader.until('notice', /Not within 60 s of virtual time: a PSYNC verdict/);
  assert.equal(await reader.now(), END_US + 60_000_000);

  // A master asks nobody.
  await reader.goTo(0);
  await enteredOn('slaveTryPartialResynchronization', 'a');
  await reader.until('notice', /Not within 60 s of virtual time: slaveTryPartialResynchronization entered on a/);
});

test('on a phone, branches are in the dialog', async (t) => {
  const { page, reader } = await opened(t, { width: 390, height: 844, hasTouch: true });
  await reader.tab('console');
  await branch(page, reader);
  await reader.at('branches').tap();
  await reader.at('branch-go-0').tap();
  await reader.page.keyboard.press('Escape');
  await expectSoon(() => reader.now(), (now) => now === END_US, 'the first branch');
  await reader.at('branches').tap();
  await reader.at('branch-compare-1').tap();
  await reader.at('compare').waitFor();
  await reader.assertFits();
});

test('time goes forward and back by packet, command, state change and engine step', async (t) => {
  const { page, reader } = await opened(t, { width: 1440, height: 900 });
  await reader.goTo(5);
  // By packet, command and state change: the write at 6 s is a command and no change of state.
  await reader.at('step-by').selectOption({ label: 'command' });
  await reader.at('step-forward').click();
  await reader.isAtMs(6000);
  await reader.at('step-back').click();
  await expectSoon(() => reader.shown(), (ms) => ms < 5000, 'the command before');
  await reader.goTo(5);
  await reader.at('step-by').selectOption({ label: 'state' });
  await reader.at('step-forward').click();
  assert.notEqual(await expectSoon(() => reader.shown(), (ms) => ms > 5000, 'a change of state'), 6000);
  await reader.goTo(5);
  await reader.at('step-by').selectOption({ label: 'engine step' });
  await reader.at('step-forward').click();
  await reader.at('step-lines').waitFor();
  const lit = page.locator('[data-testid=step-lines] [aria-current=step]');
  const step = async () => ((await lit.count()) ? lit.first().getAttribute('data-step') : null);
  // A function has been entered; its first steps follow.
  const onwards = async (from) => {
    await reader.at('step-forward').click();
    return expectSoon(step, (now) => now !== null && now !== from, 'the next step');
  };
  const first = await onwards(null);
  const at = await reader.shown();
  await onwards(first);
  await page.keyboard.press('ArrowLeft');
  await expectSoon(step, (now) => now === first, 'the step before');
  assert.equal(await reader.shown(), at);
});

test('what is typed stays as it is while the page around it changes', async (t) => {
  const { page, reader } = await opened(t);
  await branch(page, reader);
  await reader.at('lane-0').click();
  await onBranch(reader, 'main');
  /** Presses a button below the dialog. */
  const press = (id) => reader.at(id).evaluate((button) => button.click());

  await reader.goTo(5);
  await reader.at('run-until').click();
  await reader.at('until-kind').selectOption('3');
  await reader.at('until-offset').fill('4711');
  const offset = await reader.says('node-a-offset');
  await press('play');
  await expectSoon(() => reader.says('node-a-offset'), (now) => now !== offset, 'the offset grows');
  await press('play');
  assert.equal(await reader.at('until-offset').inputValue(), '4711');
  await page.keyboard.press('Escape');

  await reader.at('branches').click();
  await rename(page, reader);
  await page.keyboard.type('my try');
  const label = await reader.at('branch-name').getAttribute('aria-label');
  await reader.at('lang').selectOption('1');
  await expectSoon(() => reader.at('branch-name').getAttribute('aria-label'), (now) => now !== label, 'other words');
  assert.equal(await reader.at('branch-name').inputValue(), 'my try');
});
