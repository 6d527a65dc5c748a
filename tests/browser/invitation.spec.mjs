// The opening says what to do first and where to look: cut this wire, write, mend it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, world } from './steps.mjs';

const gone = (reader) =>
  expectSoon(
    () => reader.at('invitation').count(),
    (count) => count === 0,
    'nothing is invited to any more',
  );

test('the opening invites to cut a wire, to write and to mend it, and says where to look', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  await reader.until('invitation', /watch b on its way to CONNECTED/);
  assert.equal(await reader.at('invited').count(), 0, 'there is nothing to press yet');
  await reader.play();
  await reader.until('invitation', /cut the wire between a and b\. Then look at b/);
  // The wire that is meant stands out.
  assert.match(await reader.at('wire-a-b').getAttribute('class'), /wire-label-invited/);
  assert.doesNotMatch(await reader.at('wire-a-c').getAttribute('class'), /wire-label-invited/);
  await reader.at('invited').click();
  await reader.until('invitation', /Write at a, and look at the offsets/);
  assert.equal(await reader.at('wire-a-b').getAttribute('data-cut'), 'true');
  await reader.at('invited').click();
  await reader.until('invitation', /a is at offset \d+, b still at \d+/);
  await reader.pause();
  const [a, b] = [...(await reader.says('invitation')).matchAll(/\d+/g)].map(([number]) => Number(number));
  assert.ok(a > b);
  assert.deepEqual([await reader.says('node-a-offset'), await reader.says('node-b-offset')], [String(a), String(b)]);
  await reader.at('invited').click();
  await gone(reader);
  assert.equal(await reader.at('wire-a-b').getAttribute('data-cut'), 'false');
  // Which of these it is depends on how long the wire was cut.
  await reader.playUntilSays('caption', /Redis never noticed|resync|b is in sync with a/);
});

test('whoever does something else, or dismisses it, is not invited any more', async (t) => {
  const { page } = await openPage(t, { width: 390, height: 844, locale: 'zh-CN', hasTouch: true });
  const reader = await new Reader(page).opened();
  await reader.play();
  await reader.until('invitation', /切断 a 和 b 之间的线路/);
  await reader.assertFits();
  await reader.wire('a-c', 'cut');
  await gone(reader);
  // Back where nothing was done yet, it invites again, until it is dismissed.
  await reader.at('scrubber').press('Home');
  await reader.until('invitation', /CONNECTED/);
  await reader.at('invitation').getByRole('button').tap();
  await gone(reader);
});

test('a run of somebody invites to nothing', async (t) => {
  const { page } = await openPage(t);
  const reader = await new Reader(page).opened();
  await reader.load(world({ endUs: 4_000_000 }));
  assert.equal(await reader.at('invitation').count(), 0);
});
