// From navigation to the first node on the screen, on a slow line and a slow processor.

import { DIST } from '../harness.mjs';
import { serve } from '../server.mjs';

const ROUNDS = 5;
const BITS_PER_S = 10_000_000;
const LATENCY_MS = 20;
const CPU_SLOWDOWN = 4;

/** Resolves to medians `{ nodeMs, contentfulMs, all }`; `all` has each round's time to the first node. */
export async function firstPaint(browser) {
  const server = await serve(DIST, { compressed: true });
  const rounds = [];
  try {
    for (let round = 0; round < ROUNDS; round++) rounds.push(await load(browser, server.base));
  } finally {
    await server.close();
  }
  const all = rounds.map(({ node }) => node);
  return { nodeMs: median(all), contentfulMs: median(rounds.map(({ contentful }) => contentful)), all };
}

async function load(browser, url) {
  // A context of its own has an empty cache.
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    const bytesPerSecond = BITS_PER_S / 8;
    await cdp.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: LATENCY_MS,
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await page.addInitScript(() => {
      const paint = (resolve) => {
        const node = performance.now();
        const [contentful] = performance.getEntriesByName('first-contentful-paint');
        resolve({ node, contentful: contentful?.startTime ?? node });
      };
      window.firstPaint = new Promise((resolve) => {
        const seen = new MutationObserver(() => {
          if (document.querySelector('[data-testid=node-a]') === null) return;
          seen.disconnect();
          // The frame that shows the node ends after this callback; the message arrives behind it.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => paint(resolve);
            port2.postMessage(null);
          });
        });
        seen.observe(document, { childList: true, subtree: true });
      });
    });
    const response = await page.goto(url, { waitUntil: 'commit' });
    if (!response.ok()) throw new Error(`no page is built in ${DIST}: ${response.status()} for ${url}`);
    // Asked for past Playwright, whose own script of 330 KB would be evaluated in the page's time.
    const { result } = await cdp.send('Runtime.evaluate', {
      expression: 'window.firstPaint',
      awaitPromise: true,
      returnByValue: true,
    });
    return result.value;
  } finally {
    await context.close();
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
