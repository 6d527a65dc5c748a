// A handshake at the page's own pace: one rung after the other, each with its sentence.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, SPEED } from './steps.mjs';

/** In the page: keeps every combination of passed rungs, the state on b's card and the caption that was shown. */
function record() {
  window.rungsShown = [];
  new MutationObserver(() => {
    const rungs = [...document.querySelectorAll('[data-testid^=ladder-][data-status=passed]')];
    const shown = {
      passed: rungs.map((rung) => rung.dataset.testid.slice('ladder-'.length)),
      current: document.querySelector('[data-testid^=ladder-][data-status=current]')?.dataset.testid.slice(7),
      card: document.querySelector('[data-testid=node-b-state]')?.textContent.trim(),
      caption: document.querySelector('[data-testid=caption]')?.innerText,
    };
    if (JSON.stringify(window.rungsShown.at(-1)) !== JSON.stringify(shown)) window.rungsShown.push(shown);
  }).observe(document, { childList: true, characterData: true, subtree: true, attributes: true });
}

test('each rung of a handshake fills by itself, with a sentence of its own', async (t) => {
  // Slow enough for a rendering of many parts to take longer than a frame.
  const { page } = await openPage(t, { width: 1440, height: 900, slowdown: 6 });
  const reader = await new Reader(page).opened();
  await reader.pause();
  await reader.at('rewind').click();
  await reader.select('b');
  await reader.tab('handshake');
  await reader.at('ladder-CONNECT').waitFor();
  await page.evaluate(record);
  await reader.play(SPEED.paced);
  await expectSoon(
    () => reader.says('node-b-state'),
    (state) => state === 'CONNECTED',
    'b follows',
  );
  const shown = await page.evaluate(() => window.rungsShown);
  let passed = 0;
  for (const now of shown) {
    assert.ok(now.passed.length <= passed + 1, `${now.passed} after ${passed} rungs`);
    assert.equal(now.card, now.current, 'card and ladder are of one moment');
    passed = now.passed.length;
  }
  const currents = shown.map(({ current }) => current);
  for (const state of ['RECEIVE_PONG', 'SEND_AUTH', 'SEND_PORT', 'RECEIVE_PORT', 'SEND_CAPA', 'SEND_PSYNC', 'TRANSFER'])
    assert.ok(currents.includes(state), `${state} is shown: ${currents}`);
  const told = shown.map(({ caption }) => caption).join('\n');
  for (const words of [
    /The first question is whether a is there/,
    /gets? \+PONG from a in RECEIVE_PONG/,
    /no password to send/,
    /tells? a which port to list/,
    /gets? \+OK from a in RECEIVE_PORT/,
    /no address of its own/,
    /tells? a the capabilities/,
    /gets? \+OK from a in RECEIVE_CAPA/,
    /waits? for the snapshot/,
  ])
    assert.match(told, words);
});
