// Waiting for what a page will show: asked again and again, up to a limit that only a broken page reaches.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

/** How many times slower than it is the processor is made for the pages. */
export const SLOWDOWN = Number(process.env.PSYNCSCOPE_SLOWDOWN || 1);

const LIMIT_MS = 180_000 * SLOWDOWN;
const EVERY_MS = 40;

/** Asks until the answer fits; resolves to it. */
export async function expectSoon(ask, fits, what) {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (performance.now() > end) assert.fail(`never came: ${what}; last seen: ${JSON.stringify(answer)}`);
    await pause(EVERY_MS);
  }
}
