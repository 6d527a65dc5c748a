// The steps of the functions of replication: where they are reached from, and the ways on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const actions = [typed(3_000_000, 'a', 'SET k one'), typed(5_000_000, 'b', 'REPLICAOF NO ONE')];

/** A failover: b becomes a master while a and c look on. */
async function open(t, options = { width: 1440, height: 900 }) {
  const { page } = await openPage(t, options);
  const reader = await new Reader(page).opened();
  await reader.load(world({ actions, endUs: 7_000_000, latencyUs: 1_000 }));
  return reader;
}

const current = (reader) => reader.page.locator('[data-testid=step-lines] [aria-current=step]');
const currentStep = async (reader) =>
  (await current(reader).count()) ? current(reader).first().getAttribute('data-step') : null;

/** Presses a key until the step taken last is this one. */
async function walkTo(reader, key, step) {
  await expectSoon(
    async () => {
      const at = await currentStep(reader);
      if (at !== step) await reader.page.keyboard.press(key);
      return at;
    },
    (at) => at === step,
    `the step ${step}`,
  );
}

/** Waits until the function whose lines are shown is this one. */
const inside = (reader, name) => reader.until('steps-function', name);

async function runTo(reader, name) {
  await reader.at('steps-wanted').selectOption({ label: name });
  await reader.at('steps-next').click();
  await inside(reader, name);
}

test('replicationUnsetMaster is walked through: into, over, out and back, with values and the call stack', async (t) => {
  const reader = await open(t);
  await reader.at('rewind').click();
  await reader.at('steps-toggle').click();
  await runTo(reader, 'replicationUnsetMaster');
  assert.match(await reader.says('steps-where'), /^b at/);
  assert.equal(await currentStep(reader), null, 'it was just entered');
  // The page is of the state that the turn began with.
  assert.match(await reader.says('node-b-role'), /replica of a/);

  await reader.at('step-into').click();
  await expectSoon(() => currentStep(reader), (at) => at === 'HasMaster', 'the first step');
  assert.match(await current(reader).innerText(), /true/);
  await reader.at('step-over').click();
  await expectSoon(() => currentStep(reader), (at) => at === 'ForgetMaster', 'the second step');
  assert.match(await current(reader).innerText(), /masterhost: .*→\s*none/);
  await reader.at('step-over').click();
  await reader.at('step-into').click();
  await inside(reader, 'shiftReplicationId');
  assert.match(await reader.says('steps-stack'), /shiftReplicationId[\s\S]*replicationUnsetMaster/);
  const old = await reader.says('node-b-replid');
  await reader.at('step-into').click();
  await expectSoon(() => currentStep(reader), (at) => at === 'KeepId', 'the step into');
  assert.ok((await current(reader).innerText()).includes(old), 'replid2 takes what the card shows as replid');
  await reader.at('step-back-one').click();
  await expectSoon(() => currentStep(reader), (at) => at === null, 'back where it was entered');
  await reader.at('step-out').click();
  await inside(reader, 'replicationUnsetMaster');
  await walkTo(reader, 'o', 'StartWithoutReplicas');
  // At the turn's end the page shows what came of it.
  await reader.until('node-b-role', /master/);
  const changes = await reader.says('steps-changes');
  assert.match(changes, /replid2: /);
  assert.match(changes, /second_replid_offset: /);
  assert.match(changes, /repl_state: CONNECTED → NONE/);
  await reader.at('steps-before').click();
  await reader.until('node-b-role', /replica of a/);
});

test('the fields of a step are lit where they are drawn', async (t) => {
  const reader = await open(t);
  await reader.at('rewind').click();
  await reader.page.keyboard.press('s');
  const lit = (within) => reader.page.locator(`${within}[data-step-field], ${within} [data-step-field]`);
  const becomesLit = (within, how) =>
    expectSoon(
      () => lit(within).evaluateAll((all) => all.map((element) => element.dataset.stepField)),
      (found) => found.includes(how),
      `${within} is lit as ${how}`,
    );
  await runTo(reader, 'replicationUnsetMaster');
  await walkTo(reader, 'i', 'ForgetMaster');
  await becomesLit('[data-testid=node-b-role]', 'changed');
  assert.equal(await lit('[data-testid=node-a]').count(), 0, 'nothing of another node');
  await walkTo(reader, 'i', 'KeepId');
  await becomesLit('[data-testid=node-b] .card-chips', 'changed');
  await walkTo(reader, 'i', 'LimitKeptId');
  await becomesLit('[data-testid=node-b-offset]', 'seen');
  await becomesLit('.ruler-row', 'seen');

  await reader.at('rewind').click();
  await runTo(reader, 'feedReplicationBacklog');
  await walkTo(reader, 'i', 'CopyPiece');
  await becomesLit('[data-testid=ring]', 'changed');
  await reader.page.keyboard.press('s');
  await expectSoon(() => lit('.page').count(), (n) => n === 0, 'nothing is lit any more');
});

test('pictures are drawn of the ring, the two IDs and the link, and move with the steps', async (t) => {
  const reader = await open(t);
  await reader.at('rewind').click();
  await reader.at('steps-toggle').click();
  await runTo(reader, 'replicationUnsetMaster');
  const place = () => reader.at('picture-master').getAttribute('data-place');
  assert.equal(await place(), 'in-master');
  const replid = await reader.says('node-b-replid');
  await walkTo(reader, 'o', 'FreeMaster');
  assert.equal(await place(), 'in-cached');
  assert.match(await reader.says('picture-ids'), new RegExp(`replid2\\s+${replid}`));
  await walkTo(reader, 'o', 'SetStateNone');
  assert.equal(await place(), 'in-none');

  await reader.at('steps-list').click();
  await reader.at('show-feedReplicationBacklog').click();
  await inside(reader, 'feedReplicationBacklog');
  const idx = async () => Number(await reader.at('picture-ring').getAttribute('data-idx'));
  const before = await idx();
  await walkTo(reader, 'i', 'CopyPiece');
  assert.equal(await idx(), 64, 'the first piece goes to the end of the ring');
  await walkTo(reader, 'i', 'Wrap');
  assert.equal(await idx(), 0);
  await walkTo(reader, 'i', 'GrowHistlen');
  const words = await reader.says('picture-ring');
  assert.ok(words.includes(`${64 - before} bytes at index ${before}`), words);
  assert.match(words, new RegExp(`${await idx()} bytes at index 0`));
  await reader.at('steps-list').click();
  await reader.at('show-replicationSetupSlaveForFullResync').click();
  await walkTo(reader, 'i', 'SetStateWaitEnd');
  assert.equal(await reader.page.locator('.replica-states .here').innerText(), 'WAIT_BGSAVE_END');
});

test('a line of the log, a state of the ladder, a decision and a packet lead inside', async (t) => {
  const reader = await open(t);
  await reader.select('a');
  await reader.tab('backlog');
  await reader.at('verdict-steps').click();
  await inside(reader, 'masterTryPartialResynchronization');
  await reader.select('b');
  await reader.tab('handshake');
  await reader.at('ladder-NONE').waitFor();
  await reader.tab('log');
  await reader.at('log').locator('button.log-at').last().focus();
  await reader.page.keyboard.press('Enter');
  await expectSoon(() => reader.says('steps-function'), (name) => name !== null, 'the steps of a log line');

  // Another node's ladder, and a packet of its handshake.
  await reader.select('c');
  await reader.tab('handshake');
  await reader.at('ladder-RECEIVE_PSYNC').getByRole('button').click();
  await inside(reader, 'syncWithMaster');
  await reader.until('steps-where', /^c at/);
  await reader.at('steps-list').click();
  await reader.page.locator('.steps-packets button').first().waitFor();
  await reader.page.locator('.steps-packets button').first().click();
  await reader.at('step-lines').waitFor();
});

test('show me one opens a run that is about to enter the function, and shows it', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  await reader.pause();
  await reader.at('steps-toggle').click();
  const rows = page.locator('[data-testid=functions] > li');
  assert.equal(await rows.count(), 38);
  assert.equal(await rows.first().getAttribute('data-function'), 'replicationUnsetMaster');
  await reader.at('show-feedReplicationBacklog').click();
  await inside(reader, 'feedReplicationBacklog');
  assert.equal(await currentStep(reader), null);
  await walkTo(reader, 'i', 'CopyPiece');
  assert.match(await current(reader).innerText(), /repl_backlog_idx/);
  // The function is not entered earlier than its first time: the page says so.
  await reader.at('steps-list').click();
  await reader.at('show-replicationCacheMasterUsingMyself').click();
  await inside(reader, 'replicationCacheMasterUsingMyself');
  await reader.at('steps-previous').click();
  await reader.until('steps-note', /was not entered before/);
});

test('on a phone the steps are a tab, in Chinese too', async (t) => {
  const { page } = await openPage(t, { width: 390, height: 844, locale: 'zh-CN', hasTouch: true });
  const reader = await new Reader(page).opened();
  await reader.pause();
  await reader.tab('steps');
  await reader.at('show-masterTryPartialResynchronization').tap();
  await inside(reader, 'masterTryPartialResynchronization');
  await reader.at('step-into').tap();
  await expectSoon(() => currentStep(reader), (at) => at === 'OffsetIsNumber', 'the first step');
  assert.match(await current(reader).innerText(), /真/);
  const box = await reader.at('step-into').boundingBox();
  assert.ok(box.height >= 40, `a target of ${box.height} px`);
});
