// The world itself in Chromium: ten minutes of five nodes with a write each 100 ms, made again from their log and then
// branched at their end. What is measured is processor time of the main thread: it includes what the page does for it.

import { setTimeout as pause } from 'node:timers/promises';
import { expectSoon } from '../soon.mjs';
import { Reader, typed, world } from '../steps.mjs';

const WRITE_EVERY_US = 100_000;
const IN_SYNC_US = 3_000_000;
const END_US = 600_000_000;
const IDLE_SAMPLE_MS = 300;
const IDLE_MS_MAX = 10;

/** As `tests/benches/world.rs` has it. */
export function tenMinutes() {
  const actions = [];
  for (let at = IN_SYNC_US; at < END_US; at += WRITE_EVERY_US) {
    actions.push(typed(at, 'a', `SET k${actions.length % 100} value`));
  }
  return world({ names: ['a', 'b', 'c', 'd', 'e'], backlog: 1024, latencyUs: 500, actions, endUs: END_US });
}

/** Where in the session branches are asked for at once, as shares of the scrubber: between the page's checkpoints too. */
const SHARES = [0.28, 0.56, 0.85, 0.9];
const LAST_SHARE = SHARES.at(-1);

/**
 * Resolves to `{ speed, preparedMs, atOnceMs, firstMs, memoryMb, preparedMb }`: virtual time against processor time; a
 * branch in a past at which the page stood still; the slowest of those that are asked for at once where nobody stood, and
 * one before the page had time to prepare anything; the memory of the wasm instance with the session, and with what the
 * page prepares.
 */
export async function session(openPage) {
  const { page, close } = await openPage({ init: keepMemory });
  const reader = await new Reader(page).opened();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const threadMs = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value * 1000;
  };
  const timed = async (work) => {
    const before = await threadMs();
    await work();
    return (await threadMs()) - before;
  };
  const megabytes = () => page.evaluate(() => window.wasmMemory.buffer.byteLength / 1e6);
  const load = () => reader.load(tenMinutes());
  // As long as the page prepares branches, its main thread works.
  const prepared = () => expectSoon(() => timed(() => pause(IDLE_SAMPLE_MS)), (ms) => ms < IDLE_MS_MAX, 'an idle page');
  let nth = 0;
  /** Goes to a share of the session, and acts there. */
  const branch = async (share, before) => {
    const end = await reader.now();
    await reader.at('console-input').fill(`SET branch ${nth++}`);
    const box = await reader.at('scrubber').boundingBox();
    await page.mouse.click(box.x + box.width * share, box.y + box.height / 2);
    await expectSoon(() => reader.shown(), (shown) => shown * 1000 < end, 'the past');
    await before();
    return timed(async () => {
      await reader.at('console-input').press('Enter');
      await expectSoon(() => reader.now(), (now) => now !== null && now < end, 'the branch');
    });
  };

  const loadMs = await timed(load);
  const memoryMb = await megabytes();
  await prepared();
  const preparedMb = await megabytes();
  const preparedMs = await branch(LAST_SHARE, prepared);
  await load();
  const firstMs = await branch(LAST_SHARE, async () => {});
  const atOnce = [];
  for (const share of SHARES) {
    await load();
    await prepared();
    atOnce.push(await branch(share, async () => {}));
  }
  await close();
  return { speed: END_US / 1000 / loadMs, preparedMs, atOnceMs: Math.max(...atOnce), firstMs, memoryMb, preparedMb };
}

/** Runs in the page before its own scripts: keeps the memory of its wasm instance. */
export function keepMemory() {
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await instantiate(...args);
      window.wasmMemory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
}
