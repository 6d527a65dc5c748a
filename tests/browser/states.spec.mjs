// syncWithMaster is a state machine: its steps are grouped by state, and few of them are open at a time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, world } from './steps.mjs';

/** At the first time that syncWithMaster is entered: the connection is established. */
async function inside(t, options) {
  const { page } = await openPage(t, { width: 1440, height: 900, ...options });
  const reader = await new Reader(page).opened();
  await reader.load(world({ names: ['a', 'b'], endUs: 4_000_000, latencyUs: 1_000 }));
  await reader.at('rewind').click();
  await page.keyboard.press('s');
  await reader.at('steps-wanted').selectOption({ label: 'syncWithMaster' });
  await reader.at('steps-next').click();
  await reader.until('steps-function', 'syncWithMaster');
  return reader;
}

const STATES = [
  ...['CONNECTING', 'RECEIVE_PONG', 'SEND_AUTH', 'RECEIVE_AUTH', 'SEND_PORT', 'RECEIVE_PORT', 'SEND_IP'],
  ...['RECEIVE_IP', 'SEND_CAPA', 'RECEIVE_CAPA', 'SEND_PSYNC', 'RECEIVE_PSYNC'],
];

const lines = (reader, within = '[data-testid=step-lines]') => reader.page.locator(`${within} .step-line`);
const heading = (reader, state) => reader.page.locator(`[data-testid=step-lines] [data-state=${state}] > button`);
const open = async (reader) => {
  const shown = reader.page.locator('[data-testid=step-lines] .step-state[aria-expanded=true] code');
  return shown.allInnerTexts();
};
const opens = (reader, states) => expectSoon(() => open(reader), (on) => on.join() === states.join(), `${states} open`);

test('the state at hand is open by itself, and follows the steps', async (t) => {
  const reader = await inside(t);
  assert.deepEqual(await reader.page.locator('[data-testid=step-lines] .step-state code').allInnerTexts(), STATES);
  await opens(reader, ['CONNECTING']);
  assert.ok((await lines(reader).count()) <= 15);

  // The reply to PING: RECEIVE_PONG, SEND_AUTH without a password, SEND_PORT.
  await reader.at('steps-next').click();
  await opens(reader, ['RECEIVE_PONG']);
  const seen = new Set();
  await expectSoon(
    async () => {
      for (const state of await open(reader)) seen.add(state);
      assert.equal((await open(reader)).length, 1);
      assert.ok((await lines(reader).count()) <= 15);
      if (!seen.has('SEND_PORT')) await reader.at('step-over').click();
      return seen.has('SEND_PORT');
    },
    Boolean,
    'the state SEND_PORT',
  );
  assert.deepEqual([...seen], ['RECEIVE_PONG', 'SEND_AUTH', 'SEND_PORT']);
  // The line taken last is in view, and a state that was passed says so.
  assert.equal(await lines(reader, '[data-state=SEND_PORT]').and(reader.page.locator('[aria-current=step]')).count(), 1);
  assert.match(await heading(reader, 'SEND_AUTH').innerText(), /4 lines\s+done/);
  assert.doesNotMatch(await heading(reader, 'SEND_IP').innerText(), /done/);
});

test('another state is opened and closed by keyboard, one at a time', async (t) => {
  const reader = await inside(t);
  await heading(reader, 'RECEIVE_PSYNC').focus();
  await reader.page.keyboard.press('Enter');
  await opens(reader, ['CONNECTING', 'RECEIVE_PSYNC']);
  assert.equal(await lines(reader, '[data-state=RECEIVE_PSYNC]').count(), 6);
  await heading(reader, 'SEND_IP').focus();
  await reader.page.keyboard.press('Enter');
  await opens(reader, ['CONNECTING', 'SEND_IP']);
  assert.ok((await lines(reader).count()) <= 15);
  await reader.page.keyboard.press('Enter');
  await opens(reader, ['CONNECTING']);
  // The state at hand can be closed, until the next step.
  await heading(reader, 'CONNECTING').click();
  await opens(reader, []);
  await reader.at('step-into').click();
  await opens(reader, ['CONNECTING']);
});

test('in the list of functions one state is open at a time', async (t) => {
  const { page } = await openPage(t, { width: 390, height: 844, locale: 'zh-CN', hasTouch: true });
  const reader = await new Reader(page).opened();
  await reader.pause();
  await reader.at('tab-steps').tap();
  await reader.at('functions').getByRole('button', { name: 'syncWithMaster', exact: true }).tap();
  const group = (state) => page.locator(`[data-function=syncWithMaster] [data-state=${state}] > button`);
  const count = () => page.locator('[data-function=syncWithMaster] .step-line').count();
  assert.equal(await group('CONNECTING').getAttribute('aria-expanded'), 'true');
  await group('SEND_AUTH').tap();
  await expectSoon(() => group('SEND_AUTH').getAttribute('aria-expanded'), (is) => is === 'true', 'opened');
  assert.equal(await group('CONNECTING').getAttribute('aria-expanded'), 'false');
  assert.match(await group('SEND_AUTH').innerText(), /4 行/);
  // The lines of no one state, and these.
  assert.equal(await count(), 6);
  await reader.assertFits();
});
