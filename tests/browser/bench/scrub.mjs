// Scrubbing in a session of ten minutes, five nodes and ten writes a second: what the main thread does in a frame in which
// another time is shown, and the memory of the wasm instance.

import { Reader } from '../steps.mjs';
import { frameWork } from './trace.mjs';
import { keepMemory, tenMinutes } from './world.mjs';

const MEASURE_MS = 8_000;

/**
 * Resolves to `{ jumps, log, drag, memoryMb }`: the 99th percentile of a frame's main-thread time, in milliseconds, for
 * jumps to times far from each other, the same with the log in view, and for slow dragging.
 */
export async function scrub(browser, openPage) {
  const { page, close } = await openPage({ init: keepMemory });
  const reader = await new Reader(page).opened();
  await reader.load(tenMinutes());
  const measure = async (step) => {
    await page.evaluate(startScrubbing, step);
    const { workP99 } = await frameWork(browser, page, MEASURE_MS);
    await page.evaluate(() => window.stopScrubbing());
    return workP99;
  };
  // The golden ratio: each jump leads far away from all before it.
  const jumps = await measure(0.618034);
  const drag = await measure(0.002);
  await reader.tab('log');
  const log = await measure(0.618034);
  const memoryMb = await page.evaluate(() => window.wasmMemory.buffer.byteLength / 1e6);
  await close();
  return { jumps, log, drag, memoryMb };
}

/** Runs in the page: shows another time in each frame, `step` of the recorded time after the one before. */
function startScrubbing(step) {
  const bar = document.querySelector('[data-testid=scrubber]');
  const { left, top, width } = bar.getBoundingClientRect();
  const recorded = Number(bar.getAttribute('aria-valuemax'));
  // The axis is a little longer than what is recorded: only the part before the present counts.
  const scale = document.querySelector('.scrub-lived').style.transform.match(/[0-9.]+/);
  const share = recorded > 0 && scale ? Number(scale[0]) : 1;
  let place = 0;
  let request;
  const next = () => {
    place = (place + step) % 1;
    const clientX = left + width * share * place;
    bar.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY: top + 1, buttons: 1, bubbles: true }));
    request = requestAnimationFrame(next);
  };
  request = requestAnimationFrame(next);
  window.stopScrubbing = () => cancelAnimationFrame(request);
}
