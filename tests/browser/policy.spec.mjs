// The page's Content-Security-Policy: it is in the page itself, and the browser refuses what the page never asks for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

test('the page carries a policy, works under it, and nothing else may run or be fetched', async (t) => {
  const { page, problems } = await openPage(t);
  const reader = await new Reader(page).opened();
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
  const directives = Object.fromEntries(policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
  assert.deepEqual(directives['default-src'], ["'none'"]);
  assert.deepEqual(directives['connect-src'], ["'self'"]);
  assert.ok(!directives['script-src'].some((source) => /unsafe-(inline|eval|hashes)'$/.test(source) && source !== "'wasm-unsafe-eval'"));
  assert.ok(directives['script-src'].some((source) => source.startsWith("'sha256-")));
  assert.deepEqual(problems, [], 'the page opens under its own policy');

  await page.evaluate(() => {
    window.refused = [];
    document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
  });
  const answer = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => 'an answer', () => 'none'));
  assert.equal(answer, 'none');
  await expectSoon(() => page.evaluate(() => window.refused.join(' ')), (seen) => seen === 'script-src-elem connect-src', 'both are refused');
  assert.equal(await page.evaluate(() => window.ran), undefined);
  problems.length = 0;
  await reader.type('a', 'PING');
});
