// Once it has loaded, the page needs no network: nothing is fetched later.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { Reader } from './steps.mjs';

test('without a network: commands of every kind, and every sheet', async (t) => {
  const { page, context } = await openPage(t);
  const reader = await new Reader(page).opened();
  await reader.pause();
  const requests = [];
  page.on('request', (request) => /^(data|blob):/.test(request.url()) || requests.push(request.url()));
  await context.setOffline(true);

  for (const [command, reply] of [
    ['EVAL "return {1, ARGV[1]}" 0 x', /1\) \(integer\) 1\s+2\) "x"/],
    ['ZADD z 1 one 2 two', /\(integer\) 2/],
    ['GEOADD g 13.361389 38.115556 Palermo', /\(integer\) 1/],
    ['PFADD h a b c', /\(integer\) 1/],
    ['SORT z BY nosort', /one/],
    ['BGSAVE', /Background saving started/],
    ['DEBUG DIGEST', /[0-9a-f]{40}/],
    ['CONFIG GET repl-b*', /repl-backlog-size/],
  ]) {
    assert.match(await reader.type('a', command), reply, command);
  }
  for (const button of ['new', 'load', 'help']) {
    await reader.at(button).click();
    await reader.at(`${button}-dialog`).waitFor();
    await page.keyboard.press('Escape');
    await reader.at(`${button}-dialog`).waitFor({ state: 'detached' });
  }
  await reader.at('wire-a-b').focus();
  await page.keyboard.press('Enter');
  await reader.at('wire-sheet').waitFor();
  await page.keyboard.press('Escape');
  await reader.at('menu-b').focus();
  await page.keyboard.press('Enter');
  await reader.at('node-menu').waitFor();
  await page.keyboard.press('Escape');
  for (const tab of ['handshake', 'info', 'log', 'backlog']) await reader.tab(tab);
  assert.deepEqual(requests, [], 'nothing was asked for');
});
