// Bytes that are pointed at are lit wherever they are drawn: ring, ruler, packets, sequence diagram.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

/** A write at 4 s that is on its way to both replicas at the end, when time stands still. */
async function open(t) {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  const actions = [typed(4_000_000, 'a', 'SET k one'), typed(6_000_000, 'a', 'SET k two')];
  await reader.load(world({ backlog: 96, actions, endUs: 6_080_000 }));
  await reader.select('a');
  await reader.until('selected', 'node a');
  return reader;
}

const count = (reader, selector) => reader.page.locator(selector).count();

test('a byte of the ring is lit on the ruler of each node that has it, and in the packets that carry it', async (t) => {
  const reader = await open(t);
  await reader.tab('backlog');
  const { page } = reader;
  // The last byte written is under way; the first one is everywhere.
  const idx = Number(await reader.at('ring').getAttribute('data-idx'));
  await page.locator(`[data-testid=ring] [data-index="${idx - 1}"]`).hover();
  await expectSoon(() => count(reader, '.packet[data-lit]'), (n) => n === 2, 'both packets carry it');
  assert.equal(await count(reader, '.ruler-lit'), 1, 'only a has it');
  assert.equal(await count(reader, '[data-testid=ring] path.lit'), 1);
  await page.locator('[data-testid=ring] [data-index="0"]').hover();
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 3, 'all three have it');
  assert.equal(await count(reader, '.packet[data-lit]'), 0);
  await reader.at('play').hover();
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 0, 'nothing is pointed at');
});

test('a packet lights its bytes on the ring', async (t) => {
  const reader = await open(t);
  await reader.tab('backlog');
  await reader.page.locator('.packet:not([hidden])').first().hover({ force: true });
  // *3 $3 SET $1 k $3 two, each with its line end.
  await expectSoon(() => count(reader, '[data-testid=ring] path.lit'), (n) => n === 29, 'the bytes of the command');
});

test('a place on the ruler lights that byte of the ring', async (t) => {
  const reader = await open(t);
  await reader.tab('backlog');
  const track = reader.page.locator('.ruler-row .ruler-track').first();
  const box = await track.boundingBox();
  await reader.page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
  await expectSoon(() => count(reader, '[data-testid=ring] path.lit'), (n) => n === 1, 'one byte');
});

test('an arrow of the sequence diagram lights its bytes on the ruler, by pointer and by keyboard', async (t) => {
  const reader = await open(t);
  await reader.tab('diagram');
  const arrows = reader.page.locator('[data-testid=diagram] .diagram-item.stream');
  await arrows.first().scrollIntoViewIfNeeded();
  await arrows.first().locator('text').first().hover();
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 3, 'all have the first write');
  // Both replicas get the same bytes: their arrows are lit together.
  await expectSoon(() => count(reader, '.diagram-item.lit'), (n) => n >= 2, 'both arrows');
  await arrows.last().focus();
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 1, 'only a has the last write');
  await reader.at('play').focus();
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 0, 'the focus has left the diagram');
});

test('bytes are lit no longer when the panel that they were pointed at in is left', async (t) => {
  const reader = await open(t);
  await reader.tab('backlog');
  await reader.page.locator('[data-testid=ring] [data-index="0"]').hover();
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 3, 'all three have it');
  await reader.page.keyboard.press('ArrowRight');
  await expectSoon(() => reader.at('ring').count(), (n) => n === 0, 'another panel');
  await expectSoon(() => count(reader, '.ruler-lit'), (n) => n === 0, 'nothing is pointed at');
});
