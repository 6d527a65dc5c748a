// Waiting for what a page will show: asked again and again, up to a limit that only a broken page reaches.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const EVERY_MS = 40;

/** Asks until the answer fits; resolves to it. */
export async function expectSoon(ask, fits, what, limitMs = LIMIT_MS) {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() > end) assert.fail(`never came: ${what}; last seen: ${JSON.stringify(answer)}`);
    await pause(EVERY_MS);
  }
}
