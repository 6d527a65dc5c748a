// What the main thread does while five nodes replicate and a write comes every 100 ms of virtual time, at normal speed.

import { expectSoon } from '../soon.mjs';
import { Reader, SPEED, typed, world } from '../steps.mjs';
import { frameWork } from './trace.mjs';

const MEASURE_MS = 10_000;
const WARM_UP_US = 1_500_000;
const WRITE_EVERY_US = 100_000;
const IN_SYNC_US = 3_000_000;

/** Five nodes, a write every 100 ms once all are in sync. */
function busyWorld(endUs) {
  const actions = [];
  for (let at = IN_SYNC_US; at < endUs; at += WRITE_EVERY_US) {
    const n = actions.length;
    actions.push(typed(at, 'a', `SET key:${n % 50} value-${n}`));
  }
  return world({ names: ['a', 'b', 'c', 'd', 'e'], actions, endUs });
}

/** Shows a recorded run again from its first write on. */
export async function recorded(browser, openPage) {
  const { page, close } = await openPage();
  const reader = await new Reader(page).opened();
  await reader.load(busyWorld(60_000_000));
  await reader.at('rewind').click();
  await expectSoon(() => reader.shown(), (shown) => shown < 60_000, 'the start of the run');
  await reader.at('scrubber').focus();
  const secondLater = async () => {
    await page.keyboard.press('PageUp');
    return reader.shown();
  };
  await expectSoon(secondLater, (shown) => shown * 1000 >= IN_SYNC_US, 'the first write');
  await reader.play(SPEED.real);
  await expectSoon(() => reader.shown(), (shown) => shown * 1000 > IN_SYNC_US + WARM_UP_US, 'a running start');
  const motion = await measure(browser, reader);
  await close();
  return motion;
}

/** Lets the world itself run, each write typed into the console. */
export async function live(browser, openPage) {
  const { page, close } = await openPage();
  const reader = await new Reader(page).opened();
  await reader.load(busyWorld(IN_SYNC_US));
  await reader.select('a');
  await reader.tab('backlog');
  await reader.play(SPEED.real);
  await page.evaluate(typeWrites, WRITE_EVERY_US / 1000);
  await expectSoon(() => reader.now(), (now) => now > IN_SYNC_US + WARM_UP_US, 'a running start');
  await page.evaluate(() => Object.values(window.delays).forEach((delays) => delays.splice(0)));
  const motion = await measure(browser, reader);
  const { replies, panels } = await page.evaluate(() => window.delays);
  await close();
  const max = (delays) => (delays.length === 0 ? Infinity : Math.max(...delays));
  return { ...motion, writes: replies.length, replyMax: max(replies), panelMax: max(panels) };
}

/**
 * Runs in the page: types a write every `everyMs` and notes in `window.delays` how long after Enter the reply and the
 * changed panels (the master's card and its ring) were on the screen.
 */
function typeWrites(everyMs) {
  const delays = (window.delays = { replies: [], panels: [] });
  const input = document.querySelector('[data-testid=console-input]');
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  let n = 0;
  // When the last Enter was pressed, as long as the reply or the change of the panels is awaited.
  const awaited = { replies: null, panels: null };

  // Whether a frame is being made: what changes now is painted at its end, what changes later in the next one.
  let inFrame = false;
  const { port1: frameEnd, port2 } = new MessageChannel();
  const afterPaint = [];
  frameEnd.onmessage = () => {
    inFrame = false;
    afterPaint.splice(0).forEach((then) => then());
  };
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      if (!inFrame) port2.postMessage(null);
      inFrame = true;
      callback(time);
    });
  const painted = (then) => {
    afterPaint.push(then);
    if (!inFrame) requestAnimationFrame(() => {});
  };
  const note = (what) => {
    const pressed = awaited[what];
    if (pressed === null) return;
    awaited[what] = null;
    painted(() => delays[what].push(performance.now() - pressed));
  };
  const observe = (what, id, changed) => {
    const element = document.querySelector(`[data-testid=${id}]`);
    if (element === null) throw new Error(`the page has no ${id}`);
    const options = { childList: true, characterData: true, attributes: true, subtree: true };
    new MutationObserver(() => changed(element) && note(what)).observe(element, options);
  };
  // The reply to the n-th write stands behind a line with its command; the page keeps only the last lines.
  observe('replies', 'console-output', (output) => {
    const lines = [...output.querySelectorAll('p:not(.console-waiting)')].slice(-2).map((line) => line.textContent);
    return lines.length === 2 && lines[0].includes(`value-${n - 1}`) && lines[1].trim() === 'OK';
  });
  let offset = null;
  observe('panels', 'node-a-offset', (element) => {
    const changed = element.textContent !== offset;
    offset = element.textContent;
    return changed;
  });

  setInterval(() => {
    setValue.call(input, `SET key:${n % 50} value-${n}`);
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    requestAnimationFrame(() => {
      n += 1;
      awaited.replies = awaited.panels = performance.now();
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    });
  }, everyMs);
}

/** Frames and shares of the main thread's time over ten seconds. */
async function measure(browser, reader) {
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
  // Traced apart: tracing itself takes time.
  const frames = await frameWork(browser, reader.page, MEASURE_MS / 2);
  const wall = after.Timestamp - before.Timestamp;
  const percent = (name) => ((after[name] - before[name]) / wall) * 100;
  return {
    ...frames,
    busy: percent('ThreadTime'),
    script: percent('ScriptDuration'),
    style: percent('RecalcStyleDuration'),
    layout: percent('LayoutDuration'),
    pace: (later - shown) / 1000 / wall,
  };
}
