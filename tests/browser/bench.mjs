// How busy the page's main thread is while five nodes replicate and somebody writes every 100 ms: `node bench.mjs`.
//
// Two ways that the page spends its time: showing a recorded run again, and letting the world itself run. Both at normal
// speed, each for ten seconds of wall time. The page must be idle for more than four fifths of either.
//
// Busy is the processor time of the main thread. The browser's own sum of its tasks' wall time is printed beside it: on
// a machine with other work it also counts the time that the thread waits for a processor or for the compositor.

import { openPage, shutDown } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, SPEED, typed, world } from './steps.mjs';

const LIMIT_PERCENT = 20;
const MEASURE_MS = 10_000;
const WARM_UP_US = 1_500_000;
const WRITE_EVERY_US = 100_000;

/** Five nodes, a write every 100 ms once all are in sync. */
function busyWorld(endUs) {
  const from = 3_000_000;
  const actions = [];
  for (let at = from; at < endUs; at += WRITE_EVERY_US) {
    const n = actions.length;
    actions.push(typed(at, 'a', `SET key:${n % 50} value-${n}`));
  }
  return world({ names: ['a', 'b', 'c', 'd', 'e'], actions, endUs });
}

/** The share of wall time that the main thread spent on tasks, in percent, and how much virtual time passed. */
async function busyShare(reader) {
  const cdp = await reader.page.context().newCDPSession(reader.page);
  await cdp.send('Performance.enable');
  const read = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const [before, shown] = [await read(), await reader.shown()];
  await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
  const [after, later] = [await read(), await reader.shown()];
  await cdp.detach();
  const wall = after.Timestamp - before.Timestamp;
  const part = (name) => ((after[name] - before[name]) / wall) * 100;
  return {
    busy: part('ThreadTime'),
    tasks: part('TaskDuration'),
    script: part('ScriptDuration'),
    style: part('RecalcStyleDuration'),
    layout: part('LayoutDuration'),
    pace: (later - shown) / 1000 / wall,
  };
}

/** Shows a recorded run again from its first write on. */
async function recorded() {
  const { page, close } = await openPage();
  const reader = await new Reader(page).opened();
  await reader.load(busyWorld(60_000_000));
  await reader.at('rewind').click();
  await expectSoon(() => reader.shown(), (shown) => shown < 60_000, 'the start of the run');
  const start = await reader.shown();
  await reader.at('scrubber').focus();
  for (let second = 0; second < 3; second++) await page.keyboard.press('PageUp');
  await expectSoon(() => reader.shown(), (shown) => shown >= start + 3_000, 'the first write');
  await reader.play(SPEED.real);
  await expectSoon(() => reader.shown(), (shown) => shown * 1000 > 3_000_000 + WARM_UP_US, 'a running start');
  const share = await busyShare(reader);
  await close();
  return share;
}

/** Lets the world itself run, each write an action at its present. */
async function live() {
  const { page, close } = await openPage();
  const reader = await new Reader(page).opened();
  await reader.load(busyWorld(3_000_000));
  await reader.select('a');
  await reader.play(SPEED.real);
  // The page's own command line, pressed by the page's own clock: what a reader of superhuman speed would cost.
  await page.evaluate((everyMs) => {
    const input = document.querySelector('[data-testid=console-input]');
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    let n = 0;
    setInterval(() => {
      set.call(input, `SET key:${n % 50} value-${n++}`);
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      requestAnimationFrame(() => input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })));
    }, everyMs);
  }, WRITE_EVERY_US / 1000);
  await expectSoon(() => reader.now(), (now) => now > 3_000_000 + WARM_UP_US, 'a running start');
  const before = (await reader.lines()).length;
  const share = await busyShare(reader);
  const typedMeanwhile = ((await reader.lines()).length - before) / 2;
  await close();
  return { ...share, typedMeanwhile };
}

const round = (percent) => percent.toFixed(1);
let failed = false;
try {
  const shares = { 'showing a recorded run': await recorded(), 'letting the world run, each write typed': await live() };
  for (const [what, share] of Object.entries(shares)) {
    const over = share.busy >= LIMIT_PERCENT;
    failed ||= over;
    console.log(`${what}: main thread busy: ${round(share.busy)} % (limit ${LIMIT_PERCENT} %)`);
    console.log(
      `  wall time in tasks ${round(share.tasks)} %: script ${round(share.script)} %, style ${round(share.style)} %, layout ${round(share.layout)} %;` +
        ` ${share.pace.toFixed(2)} s of virtual time a second${share.typedMeanwhile ? `; ${share.typedMeanwhile} writes typed` : ''}`,
    );
  }
} finally {
  await shutDown();
}
if (failed) process.exit(1);
