// Why a packet was sent: from its chip, from the lists of packets under way, by pointer, keyboard and touch.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

/** A write that is on its way to both replicas at the end, when time stands still. */
async function open(t, options) {
  const { page } = await openPage(t, { width: 1440, height: 900, ...options });
  const reader = await new Reader(page).opened();
  await reader.load(world({ backlog: 96, actions: [typed(6_000_000, 'a', 'SET k two')], endUs: 6_080_000 }));
  return reader;
}

/** Its causes: what was typed at `a`, and nothing after it. */
async function leadsToWhatWasTyped(reader) {
  await reader.until('because-packet', /a → [bc]\s+.*SET k two/);
  await reader.until('because-rows', /a user's action\s+> SET k two/);
  // The turn in which `a` executed the command, and the action.
  assert.equal(await reader.at('because-rows').locator('button').count(), 2);
}

test('the question mark of a packet leads to its causes, the packet itself to its steps', async (t) => {
  const reader = await open(t);
  const packet = reader.page.locator('.packet:not([hidden])').first();
  await packet.hover({ force: true });
  await packet.locator('.packet-why').click({ force: true });
  await leadsToWhatWasTyped(reader);
  assert.equal(await reader.at('steps').count(), 0);
  // The moment of the action is one click away.
  await reader.at('because-rows').locator('button').last().click();
  await reader.isAtMs(6000);
  await expectSoon(() => reader.at('because-packet').count(), (n) => n === 0, 'another question');

  await reader.page.keyboard.press('End');
  await packet.click({ position: { x: 8, y: 8 }, force: true });
  await reader.at('step-lines').waitFor();
});

test('the causes of packets under way are reached by keyboard, in the Why panel and beside the steps', async (t) => {
  const reader = await open(t);
  await reader.tab('why');
  await reader.at('why-packets').locator('button', { hasText: 'a → b' }).focus();
  await reader.page.keyboard.press('Enter');
  await leadsToWhatWasTyped(reader);

  await reader.tab('log');
  await reader.at('steps-toggle').click();
  const row = reader.page.locator('.steps-packets li', { hasText: 'a → c' });
  await row.getByRole('button', { name: 'Why?' }).focus();
  await reader.page.keyboard.press('Enter');
  await leadsToWhatWasTyped(reader);
  assert.match(await reader.says('because-packet'), /a → c/);
});

test('on a phone, packets are in the Why panel', async (t) => {
  const reader = await open(t, { width: 390, height: 844, hasTouch: true, locale: 'zh-CN' });
  await reader.tab('why');
  await reader.at('why-packets').locator('button').first().tap();
  await reader.until('because-packet', /数据包 a → [bc]\s+.*SET k two/);
  await reader.until('because-rows', /用户操作/);
  await reader.assertFits();
});
