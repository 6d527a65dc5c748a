// Work of the main thread, frame by frame, from the browser's own trace.

// `RunTask` has each task of a thread's event loop, with the processor time it took.
const CATEGORIES = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  '__metadata',
];

/** Traces for `ms`; resolves to `{ framesPerSecond, workP99 }`, the latter in milliseconds. */
export async function frameWork(browser, page, ms) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await new Promise((resolve) => setTimeout(resolve, ms));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  return framesOf(traceEvents);
}

/** See `frameWork`; exported for its test. */
export function framesOf(events) {
  const main = mainThread(events);
  const own = events.filter((event) => event.pid === main.pid && event.tid === main.tid);
  const begins = own.filter(({ name }) => name === 'BeginMainThreadFrame').map(({ ts }) => ts).sort((a, b) => a - b);
  if (begins.length < 2) throw new Error(`the trace has ${begins.length} frames of the page`);
  const work = new Array(begins.length - 1).fill(0);
  const tasks = own.filter(({ name, ph }) => name === 'RunTask' && ph === 'X');
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    // The frame in which the task ends: a task begins a little before the frame that it makes.
    const frame = begins.findLastIndex((begin) => begin <= ts + dur);
    if (frame >= 0 && frame < work.length) work[frame] += tdur / 1000;
  }
  work.sort((a, b) => a - b);
  return {
    framesPerSecond: (work.length * 1e6) / (begins.at(-1) - begins[0]),
    workP99: work[Math.min(work.length - 1, Math.ceil(work.length * 0.99) - 1)],
  };
}

/** The main thread of the renderer that drew most frames: other pages are idle. */
function mainThread(events) {
  const counts = new Map();
  for (const { name, pid, tid } of events) {
    if (name !== 'BeginMainThreadFrame') continue;
    const key = `${pid}:${tid}`;
    counts.set(key, { pid, tid, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [busiest] = [...counts.values()].sort((a, b) => b.count - a.count);
  if (busiest === undefined) throw new Error('the trace has no frame');
  return busiest;
}
