// Why: the change that turns a decision, and what each node would answer each other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, lateReplica, typed, world } from './steps.mjs';

async function open(t, options, log) {
  const { page } = await openPage(t, { width: 1440, height: 900, ...options });
  const reader = await new Reader(page).opened();
  await reader.load(log);
  return reader;
}

const LONG = 'x'.repeat(40);

test('the change that turns a decision is one click away, and plays on a branch of its own', async (t) => {
  const reader = await open(t, {}, lateReplica());
  await reader.select('a');
  await reader.tab('backlog');
  await expectSoon(
    () => reader.at('verdict').getAttribute('data-result'),
    (result) => result === 'full',
    'the replica was refused',
  );
  const words = await reader.until('verdict-turn', /With a backlog of \d+ bytes or more instead of 64/);
  const size = Number(/backlog of (\d+)/.exec(words)[1]);
  assert.match(words, /had it asked for byte \d+ or later/);
  await reader.until('verdict-try', `Play it with a backlog of ${size} bytes at a`);
  const before = await reader.digest();

  await reader.at('verdict-try').click();
  // Beside the branch that it left.
  await reader.at('compare').waitFor();
  await reader.play();
  await expectSoon(
    () => reader.at('verdict').getAttribute('data-result'),
    (result) => result === 'continue',
    'on the branch the same question is granted',
  );
  await reader.pause();
  assert.notEqual(await reader.digest(), before);
  assert.ok((await reader.lines()).some((line) => line.includes(`CONFIG SET repl-backlog-size ${size}`)));
  // What was done in the first run was done here too.
  assert.ok((await reader.lines()).some((line) => line.includes(`SET l ${LONG}`)));
});

test('the change is searched for wherever the decision is shown', async (t) => {
  const reader = await open(t, { width: 390, height: 844 }, lateReplica());
  await reader.tab('console');
  // A wide window has the console beside the panels, and shows the backlog instead.
  await reader.page.setViewportSize({ width: 1440, height: 900 });
  await reader.at('verdict').waitFor();
  await reader.until('verdict-try', /backlog of \d+ bytes/);
});

test('the chain of causes is told in the language of the page', async (t) => {
  const reader = await open(t, { locale: 'zh-CN' }, lateReplica());
  await reader.tab('backlog');
  await reader.at('verdict-because').click();
  const chain = await reader.says('because-rows');
  assert.match(chain, /PSYNC：全量同步/);
  const panel = reader.page.locator('#panel');
  assert.equal(await panel.evaluate((element) => element.scrollTop), 0, 'the chain is seen from its beginning');
  assert.doesNotMatch(chain, /full resync/);
});

test('where no action would have helped, words say why', async (t) => {
  const reader = await open(t, {}, world({ names: ['a', 'b'], endUs: 3_000_000, latencyUs: 1000 }));
  await reader.select('a');
  await reader.tab('backlog');
  await reader.until('verdict-no-change', /follows for the first time has no history/);
  assert.equal(await reader.at('verdict-try').count(), 0);
});

test('the matrix says what each node would answer each other, by keyboard too', async (t) => {
  const actions = [{ at_us: 3_000_000, do: 'crash', node: 'c' }];
  const reader = await open(t, {}, world({ names: ['a', 'b', 'c'], actions, endUs: 4_000_000, latencyUs: 1000 }));
  const { page } = reader;
  await reader.tab('why');
  assert.equal(await reader.at('matrix').locator('button').count(), 6);
  const pressed = (cell) => reader.at(cell).getAttribute('aria-pressed');
  assert.equal(await pressed('matrix-b-a'), 'true', 'a replica asks its master');
  assert.match(await reader.says('matrix-b-a'), /partial\s+\d+ byte/);
  assert.match(await reader.says('matrix-c-a'), /nothing\s+not running/);
  assert.match(await reader.says('matrix-answer'), /b asks a[\s\S]*byte wanted \d+ ≥ oldest kept \d+/);

  await reader.at('matrix-b-a').focus();
  await page.keyboard.press('ArrowDown');
  await expectSoon(() => pressed('matrix-c-a'), (on) => on === 'true', 'the cell below is chosen');
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'matrix-c-a');
  await reader.until('matrix-answer', /c does not run/);

  // A new node has no history: whoever it asks, it gets everything.
  await reader.at('matrix-a-b').click();
  await reader.until('matrix-answer', /a asks b/);
});

for (const [locale, title] of [
  ['en-US', 'If it asked now'],
  ['zh-CN', '假如现在请求'],
]) {
  test(`the matrix fits a narrow window (${locale})`, async (t) => {
    const log = world({ names: ['a', 'b', 'c', 'd', 'e'], endUs: 4_000_000, latencyUs: 1000 });
    const reader = await open(t, { width: 390, height: 844, locale }, log);
    await reader.tab('why');
    assert.match(await reader.says('why'), new RegExp(title));
    assert.equal(await reader.at('matrix').locator('button').count(), 20);
    await reader.assertFits();
  });
}

test('from a log line, the decision and the caption the chain of causes leads back to what was typed', async (t) => {
  const actions = [typed(3_000_000, 'b', 'REPLICAOF NO ONE')];
  const reader = await open(t, {}, world({ names: ['a', 'b'], actions, endUs: 4_000_000, latencyUs: 1000 }));
  const { page } = reader;
  await reader.select('b');
  await reader.tab('log');
  await page.locator('.log-line', { hasText: 'MASTER MODE enabled' }).getByRole('button', { name: 'Why?' }).click();
  await reader.until('because-rows', /a user's action\s+> REPLICAOF NO ONE/);
  const rows = reader.at('because-rows').locator('button');
  assert.equal(await rows.count(), 2);
  // By keyboard to the action: the moment shown is that of the action, and what it led to is listed.
  await rows.last().focus();
  await page.keyboard.press('Enter');
  await reader.isAtMs(3000);
  await reader.until('led-to-rows', /replicaof NO ONE|REPLICAOF NO ONE/);
  assert.equal(await reader.at('because-rows').locator('button').count(), 1);

  await reader.tab('backlog');
  await reader.at('verdict-because').click();
  await reader.until('because-rows', /PSYNC: full resync/);
  await reader.at('caption-why').click();
  await reader.at('because').waitFor();
});

test('a rule that does not hold stops the run and says so with its numbers', async (t) => {
  const actions = [typed(2_500_000, 'a', 'SET k v')];
  const reader = await open(t, {}, world({ names: ['a', 'b'], actions, endUs: 3_000_000, latencyUs: 1000 }));
  await reader.tab('why');
  await expectSoon(
    () => reader.at('rule-backlog-ends-at-offset').getAttribute('class'),
    (name) => name === 'check-holds',
    'the backlog ends at the offset',
  );
  assert.match(await reader.says('rule-backlog-ends-at-offset'), /a\s+off 1 \+ histlen \d+ = \d+; the offset \d+ \+ 1 = \d+/);
  assert.match(await reader.says('rule-bytes-agree'), /a – b/);
  await reader.play();
  // Redis takes this from a replica too, whose link then names another history than the node.
  await reader.select('b');
  await reader.enter('DEBUG CHANGE-REPL-ID');
  await reader.until('broken-rule', /Stopped: at b it does not hold that a connected replica's link/);
  await expectSoon(() => reader.isPlaying(), (playing) => !playing, 'time stands still');
  await reader.at('show-broken').click();
  await expectSoon(
    () => reader.at('rule-link-agrees').getAttribute('class'),
    (name) => name === 'check-fails',
    'the rule is marked',
  );
});

test('what was asked about one run is not asked about the next', async (t) => {
  const log = world({ names: ['a', 'b', 'c'], endUs: 4_000_000, latencyUs: 1000 });
  const reader = await open(t, {}, log);
  const pressed = (cell) => reader.at(cell).getAttribute('aria-pressed');
  await reader.at('caption-why').click();
  await reader.at('because').waitFor();
  await reader.at('matrix-a-c').click();
  await expectSoon(() => pressed('matrix-a-c'), (on) => on === 'true', 'the cell is chosen');

  await reader.load(log);
  await expectSoon(() => pressed('matrix-b-a'), (on) => on === 'true', 'the first question of the run');
  assert.equal(await reader.at('because').count(), 0, 'nothing of this run was asked about');

  await reader.play();
  await reader.select('b');
  await reader.enter('DEBUG CHANGE-REPL-ID');
  await reader.at('broken-rule').waitFor();
  await reader.load(log);
  await reader.at('broken-rule').waitFor({ state: 'detached' });
});
