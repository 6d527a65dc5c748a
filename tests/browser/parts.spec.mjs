// The page's code comes in two parts: what it opens with, and what it fetches when the reader first touches it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

const REST = /\/lazy\/.*_rest\.wasm$/;

/** Opens the page; `rest` counts the requests for the second part, which `hold` may answer in its own way. */
async function open(t, hold) {
  const { page } = await openPage(t);
  const rest = [];
  page.on('request', (request) => REST.test(request.url()) && rest.push(request.url()));
  if (hold) await page.route(REST, hold);
  await page.reload();
  const reader = await new Reader(page).opened();
  return { reader, page, rest };
}

test('the opening world plays without the second part, and the first touch fetches it', async (t) => {
  const { reader, page, rest } = await open(t);
  await expectSoon(() => reader.now(), (now) => now > 9_000_000, 'the opening has played its writes');
  assert.deepEqual(rest, [], 'nothing is fetched before it is needed');
  await reader.at('console-input').focus();
  await expectSoon(() => rest.length, (requests) => requests === 1, 'the second part is asked for');
  await reader.at('help').click();
  await page.keyboard.press('Escape');
  const requests = rest.length;
  assert.ok(requests <= 2, 'asked for again only if it was needed before it came');
  await reader.at('new').click();
  await page.keyboard.press('Escape');
  assert.equal(rest.length, requests, 'what has come stays');
});

test('what is called before the second part came fetches it at once', async (t) => {
  let held = 0;
  const { reader } = await open(t, async (route) => {
    // The first request, made by the touch, never gets an answer; the second is the call's own.
    if (held++ > 0) await route.continue();
  });
  await reader.pause();
  assert.match(await reader.type('a', 'DBSIZE'), /^\(integer\) \d+$/);
  assert.equal(held, 2);
});
