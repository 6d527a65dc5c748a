// What every spec starts from: the built site on a server, a browser, and pages whose problems fail their test.
// PSYNCSCOPE_URL names a site that is served already (`cargo xtask serve`); otherwise the harness serves
// PSYNCSCOPE_DIST.
//
//   import { test } from 'node:test';
//   import { openPage } from './harness.mjs';
//
//   test('a spec', async (t) => {
//     const { page } = await openPage(t, { width: 360, height: 640 });
//     ...
//   });
//
// A page fails its test for every console error, every uncaught exception, every failed request, and every request
// outside the site's own folder, even if nothing else went wrong.
//
// What is read of a page is read once the page has drawn what was done to it before (drawn.mjs).
//
// PSYNCSCOPE_SLOWDOWN=6 slows the processor of every page down, six times: what a spec then no longer sees, it read
// before the page had shown it.

import assert from 'node:assert/strict';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { readsAreDrawn } from './drawn.mjs';
import { serve } from './server.mjs';
import { SLOWDOWN } from './soon.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folder of the built site. */
export const DIST = process.env.PSYNCSCOPE_DIST || join(ROOT, 'dist');

// Without `--no-sandbox` Chromium refuses to run as root, as in a container. The others keep it from talking to
// anybody; with the resolver rule, a page that asks for another host gets no answer, and the request is still recorded.
const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** How long Playwright waits for an element at most: only a broken page lets it. */
const ELEMENT_MS = 120_000;

// Not the programs that measure or picture a page.
const IN_SPEC = Boolean(process.env.NODE_TEST_CONTEXT) || process.argv[1]?.endsWith('.spec.mjs');

// Shared by all tests of one file; each file is a process of its own.
let server;
let browser;
const open = new Set();

/** Starts the server once, unless the site is served already; resolves to `{ base }`, its URL. */
export async function startServer() {
  if (process.env.PSYNCSCOPE_URL) return { base: process.env.PSYNCSCOPE_URL, close: async () => {} };
  assert.ok(existsSync(join(DIST, 'index.html')), `no page in ${DIST}: build it with \`cargo xtask dist\``);
  server ??= serve(DIST);
  return server;
}

/** Starts the browser once. */
export async function startBrowser() {
  browser ??= chromium.launch({ executablePath: chromiumPath(), args: BROWSER_ARGS });
  return browser;
}

/**
 * Opens the site in a fresh browser profile.
 *
 * `t` is the test's context: the page is closed and judged when the test ends. Without it (`openPage({...})`) the
 * caller must `close()`; what is left open is judged when the file ends.
 *
 * Options: `width`, `height` (CSS pixels), `colorScheme` ('light' | 'dark'), `locale`, `reducedMotion`
 * ('reduce' | 'no-preference'), `query` (from the `?` on), `fragment` (after the `#`), `init` (a function that runs in the page before its own
 * scripts), `site` (what `serve` of server.mjs answered for another folder), and any other option of a Playwright context
 * (`hasTouch`, `permissions`, ...). Unless `serviceWorkers` is 'allow', the page has none, as in an old browser: what is
 * routed reaches the network, and no test fetches the whole site once more. `slowdown` is how many times slower the processor
 * is made for the page, at least.
 *
 * Resolves to `{ page, context, url, problems, close }`. A test that means to provoke a problem empties `problems`
 * itself after looking at it.
 */
export async function openPage(...args) {
  const t = typeof args[0]?.after === 'function' ? args.shift() : undefined;
  const {
    width = 1280,
    height = 800,
    colorScheme = 'light',
    locale = 'en-US',
    reducedMotion = 'no-preference',
    query = '',
    fragment = '',
    init = null,
    site = null,
    serviceWorkers = 'block',
    slowdown = 1,
    ...rest
  } = args[0] ?? {};

  const { base } = site ?? (await startServer());
  const context = await (
    await startBrowser()
  ).newContext({ viewport: { width, height }, colorScheme, locale, reducedMotion, serviceWorkers, ...rest });
  context.setDefaultTimeout(ELEMENT_MS * SLOWDOWN);
  const problems = watch(context, base);
  if (init) await context.addInitScript(init);

  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    open.delete(close);
    await context.close();
    if (problems.length > 0) throw new Error(`the page had problems:\n  ${problems.join('\n  ')}`);
  };
  open.add(close);
  t?.after(close);

  const page = await context.newPage();
  if (IN_SPEC) readsAreDrawn(page);
  const rate = Math.max(slowdown, SLOWDOWN);
  if (rate > 1) {
    context.on('page', (page) => slowDown(page, rate));
    await slowDown(page, rate);
  }
  const url = base + query + (fragment && `#${fragment}`);
  await page.goto(url);
  // Until its file is there the page shows its opening, with the same names in it.
  if (query.includes('lesson=')) await page.getByTestId('lesson').or(page.getByTestId('error')).first().waitFor();
  return { page, context, url, problems, close };
}

/** Gives a page so much less of the processor. */
async function slowDown(page, rate) {
  try {
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate });
  } catch (error) {
    if (!page.isClosed()) throw error;
  }
}

/** Records into the returned list whatever a good page never does. */
function watch(context, base) {
  const problems = [];
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !/^(data|blob|about):/.test(url)) problems.push(`request outside the site: ${url}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console error: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (event) => {
    const error = event.error();
    problems.push(`uncaught: ${error?.stack ?? error}`);
  });
  context.on('page', (page) => {
    page.on('crash', () => problems.push('the page crashed'));
    page.on('websocket', (socket) => problems.push(`web socket: ${socket.url()}`));
  });
  return problems;
}

/** The browser that PSYNCSCOPE_CHROMIUM names, else the first on PATH. The headless shell is the lightest. */
function chromiumPath() {
  if (process.env.PSYNCSCOPE_CHROMIUM) return process.env.PSYNCSCOPE_CHROMIUM;
  const names = [
    'chromium-headless-shell',
    'chrome-headless-shell',
    'chromium',
    'google-chrome',
    'google-chrome-stable',
    'chromium-browser',
  ];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  assert.ok(found, 'no Chromium on PATH: install it, or set PSYNCSCOPE_CHROMIUM to its full path');
  return found;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Closes everything; called by itself at the end of a file of tests, and to be called by other programs. */
export async function shutDown() {
  const verdicts = await Promise.allSettled([...open].map((close) => close()));
  if (browser) await (await browser).close();
  if (server) await (await server).close();
  const failed = verdicts.find((verdict) => verdict.status === 'rejected');
  if (failed) throw failed.reason;
}

// Only under the test runner: outside of it a hook would wait for tests that never come.
if (IN_SPEC) after(shutDown);
