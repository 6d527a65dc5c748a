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

/**
 * Resolves to `{ speed, branchMs, atOnceMs, memoryMb, grownMb }`: virtual time against processor time, a branch in a past
 * at which the page stood still, one that is asked for at once, the memory of the wasm instance with the session, and by
 * how much it grew over the branches.
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

  const loadMs = await timed(() => reader.load(tenMinutes()));
  const memoryMb = await megabytes();
  const branch = async (nth, before) => {
    const end = await reader.now();
    await reader.at('step-back').click();
    await reader.at('console-input').fill(`SET branch ${nth}`);
    await before();
    return timed(async () => {
      await reader.at('console-input').press('Enter');
      await expectSoon(() => reader.now(), (now) => now !== null && now < end, 'the branch');
    });
  };
  // As long as the page prepares the branch, its main thread works.
  const prepared = () => expectSoon(() => timed(() => pause(IDLE_SAMPLE_MS)), (ms) => ms < IDLE_MS_MAX, 'an idle page');
  const atOnceMs = await branch(0, async () => {});
  const branchMs = await branch(1, prepared);
  const grownMb = (await megabytes()) - memoryMb;
  await close();
  return { speed: END_US / 1000 / loadMs, branchMs, atOnceMs, memoryMb, grownMb };
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
