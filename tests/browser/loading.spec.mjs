// What there is to read while the program is on its way, and when it does not arrive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';

for (const [locale, heading] of [
  ['en-US', 'Redis replication, running for real in this page'],
  ['zh-CN', '在网页里真实运行的 Redis 复制'],
]) {
  test(`${locale}: the page says what it is before its program has come`, async (t) => {
    const { page, context } = await openPage(t, { locale });
    const requests = [];
    await context.route('**/*.wasm', (route) => void requests.push(route));
    await page.reload({ waitUntil: 'commit' });
    await page.locator('[data-testid=loading]').waitFor();
    assert.deepEqual(await page.locator('[data-testid=loading] h2:visible').allInnerTexts(), [heading]);
    assert.equal(await page.locator('#loading-failed').isVisible(), false);
    await expectSoon(
      () => requests.length,
      (count) => count > 0,
      'the program is asked for',
    );
    for (const request of requests) await request.continue();
    await page.locator('[data-testid=node-a]').waitFor();
    assert.equal(await page.locator('[data-testid=loading]').count(), 0);
  });
}

test('a program that does not arrive is told with the reason', async (t) => {
  const { page, context, problems } = await openPage(t);
  await context.route('**/*.wasm', (route) => route.abort());
  await page.reload({ waitUntil: 'commit' });
  const words = page.locator('#loading-failed');
  await words.waitFor();
  assert.match(await words.innerText(), /could not start[\s\S]*(fetch|network|load)/i);
  assert.equal(await page.locator('#loading-status').isVisible(), false);
  problems.splice(0);
});
