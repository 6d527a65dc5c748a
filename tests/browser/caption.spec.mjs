// The caption and the time bar tell what is new: what happens again and again is gathered, and what the reader did comes
// first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { Reader, typed, world } from './steps.mjs';

/** The master has crashed, one replica was promoted, and the other one is refused again and again. */
const promoted = (endUs) => {
  const actions = [{ at_us: 4_000_000, do: 'crash', node: 'a' }, typed(6_500_000, 'b', 'REPLICAOF NO ONE')];
  return world({ actions, endUs, latencyUs: 1_000 });
};

test('a promotion keeps the caption while another replica is refused, and its attempts are counted', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  await reader.load(promoted(20_500_000));
  assert.match(await reader.says('caption-headline'), /b is a master now/);
  const detail = await reader.says('caption-detail');
  assert.match(detail, /c gives up on a/);
  const times = Number(/(\d+) times in a row/.exec(detail)?.[1]);
  assert.ok(times > 10, detail);
  // Its causes are those of the attempt that is told.
  await reader.at('caption-why').click();
  await reader.until('because', /its connection failed/);
  // Crash, lost links and first refusals, but not each of the attempts.
  const ticks = await page.locator('.scrub-ticks .tone-fault').getAttribute('d');
  const count = ticks.split('M').length - 1;
  assert.ok(count >= 2 && count <= 5, `${count} ticks for ${times} attempts`);
});

test('in Chinese too', async (t) => {
  const { page } = await openPage(t, { width: 390, height: 844, locale: 'zh-CN' });
  const reader = await new Reader(page).opened();
  await reader.load(promoted(20_500_000));
  assert.match(await reader.says('caption-headline'), /b 成为主节点/);
  assert.match(await reader.says('caption-detail'), /已连续 \d+ 次/);
});

test('a node that starts again says that REPLICAOF was not in its file', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  const actions = [
    typed(3_000_000, 'b', 'REPLICAOF NO ONE'),
    typed(3_500_000, 'a', 'REPLICAOF b 6379'),
    { at_us: 6_000_000, do: 'crash', node: 'a' },
    { at_us: 7_000_000, do: 'restart', node: 'a' },
  ];
  await reader.load(world({ names: ['a', 'b'], actions, endUs: 7_100_000, latencyUs: 1_000 }));
  await reader.until('caption', /a runs\. By its configuration file it is a master: REPLICAOF b was not written there/);
});
