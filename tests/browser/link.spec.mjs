// Links: the instant that is shown is shared, and opens elsewhere with the same past, node, panel and language; one that
// cannot be opened or copied says so.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const END_US = 8_000_000;
const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };

/** A run of 8 s with a write at 6 s, and a branch that leaves it at 4 s; standing still. */
async function session(t, options) {
  const { page, url } = await openPage(t, { ...CLIPBOARD, ...options });
  const reader = await new Reader(page).opened();
  await reader.load(world({ names: ['a', 'b'], latencyUs: 500, actions: [typed(6_000_000, 'a', 'SET k main')], endUs: END_US }));
  await reader.goTo(4);
  await reader.enter('SET k other');
  await expectSoon(() => page.locator('.branch-tree .branch-name').count(), (count) => count === 2, 'the branch');
  await reader.playUntil(async () => (await reader.now()) > 5_000_000, 'the branch goes on');
  return { page, reader, url };
}

/** Shares what is shown; resolves to the copied address. */
async function share(reader) {
  await reader.at('share').click();
  await reader.until('notice', /link to .* was copied|已复制/);
  return reader.page.evaluate(() => navigator.clipboard.readText());
}

const fragment = (address) => new URL(address).hash.slice(1);

/** Where the page stands: what a link keeps. */
async function shown(reader) {
  const { page } = reader;
  return {
    digest: await reader.digest(),
    now: await reader.now(),
    at: await reader.shown(),
    node: await page.locator('.console-tab[aria-selected=true]').getAttribute('data-testid'),
    panel: await page.locator('#panel').getAttribute('data-panel'),
    lang: await page.evaluate(() => document.documentElement.lang),
    branches: await page.locator('.branch-tree .branch-name').allInnerTexts(),
    branch: await page.locator('.branch-tree [aria-current=true]').innerText(),
  };
}

test('a shared instant opens elsewhere as it was shown', async (t) => {
  const { page, reader, url } = await session(t);
  await reader.select('b');
  await reader.tab('handshake');
  await reader.at('lang').selectOption({ label: '简体中文' });
  await reader.goTo(3);
  const wanted = await shown(reader);
  const address = await share(reader);
  assert.ok(address.startsWith(`${url}#v1.`), address);
  assert.ok(address.length - url.length <= 400, `${address.length - url.length} characters`);
  assert.equal(page.url(), url, 'the address bar is left alone');

  const { page: elsewhere } = await openPage(t, { fragment: fragment(address) });
  const other = await new Reader(elsewhere).opened();
  await expectSoon(() => shown(other).catch(() => null), (now) => now?.digest === wanted.digest, 'the same world');
  assert.deepEqual(await shown(other), wanted);
  assert.equal(await other.isPlaying(), false, 'it stands still');
  assert.match(await elsewhere.locator('.about').innerText(), /分享链接/);
  assert.equal(elsewhere.url(), address, 'the link stays in the bar');
  assert.equal(await elsewhere.evaluate(() => localStorage.getItem('psyncscope.lang')), null, "the reader's choice is his");
  // It is a session as any other: the old future is there, and it goes on.
  await other.playUntil(async () => (await other.now()) > wanted.now, 'time passes');
});

test('the present is shared as the present', async (t) => {
  const { reader } = await session(t);
  const wanted = await shown(reader);
  const { page } = await openPage(t, { fragment: fragment(await share(reader)) });
  const other = await new Reader(page).opened();
  await expectSoon(() => shown(other).catch(() => null), (now) => now?.digest === wanted.digest, 'the same world');
  assert.deepEqual(await shown(other), wanted);
});

test('another link in the address is opened, and one in the dialog', async (t) => {
  const { reader } = await session(t);
  const wanted = await shown(reader);
  const address = await share(reader);
  const { page } = await openPage(t);
  const other = await new Reader(page).opened();
  await page.evaluate((hash) => { location.hash = hash; }, fragment(address));
  await expectSoon(() => other.digest(), (digest) => digest === wanted.digest, 'the same world');

  const { page: third } = await openPage(t);
  const last = await new Reader(third).opened();
  await last.load(` ${address}\n`);
  await expectSoon(() => last.digest(), (digest) => digest === wanted.digest, 'the same world');
  await last.at('load').click();
  await last.at('load-text').fill(address.replace('#v1.', '#v9.'));
  await last.at('load-go').click();
  assert.match(await last.at('load-dialog').getByTestId('error').innerText(), /version 9/);
});

test('a damaged link says where, and the page opens with its example', async (t) => {
  const { page } = await openPage(t, { fragment: 'v1.abcd$efg' });
  const reader = await new Reader(page).opened();
  const error = page.locator('.stage-error').getByTestId('error');
  await error.waitFor();
  assert.match(await error.innerText(), /not a link, or it is damaged[\s\S]*'\$' cannot be in a link[\s\S]*character 9/);
  assert.equal(await reader.at('node-a').count(), 1);
  await expectSoon(() => reader.now(), (now) => now > 0, 'the example plays');
  await error.getByRole('button').click();
  await error.waitFor({ state: 'detached' });

  await reader.pause();
  const before = await reader.digest();
  for (const [hash, wanted] of [['v2.abcd', /version 2/], ['v1.', /cut off/], ['chapter', /begins with #v1\./]]) {
    await page.evaluate((hash) => { location.hash = hash; }, hash);
    await expectSoon(() => error.innerText().catch(() => ''), (words) => wanted.test(words), `${wanted}`);
    assert.equal(await reader.digest(), before, 'nothing is changed');
  }
});

test('where the page may not write to the clipboard, the link is shown', async (t) => {
  const refusals = {
    // The page before this one has no clipboard.
    refused: () => {
      if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    },
    'not there': () => Object.defineProperty(navigator, 'clipboard', { value: undefined }),
  };
  for (const [what, init] of Object.entries(refusals)) {
    const { page, url } = await openPage(t, { init });
    const reader = await new Reader(page).opened();
    await reader.pause();
    await reader.at('share').click();
    const address = reader.at('share-address');
    await address.waitFor();
    const selected = () => page.evaluate(() => {
      const { value, selectionStart, selectionEnd } = document.activeElement;
      return value?.slice(selectionStart, selectionEnd);
    });
    await expectSoon(selected, (text) => text?.startsWith(`${url}#v1.`), `${what}: the link is selected, ready to be copied`);
    assert.equal(await address.inputValue(), await selected());
    await page.keyboard.press('Escape');
    await reader.at('share-dialog').waitFor({ state: 'detached' });
  }
});

test('a session that is too long for a link is saved as a file', async (t) => {
  const { page } = await openPage(t, { acceptDownloads: true });
  const reader = await new Reader(page).opened();
  // Nothing that could be made shorter.
  let state = 1;
  const word = () => Array.from({ length: 200 }, () => (state = (state * 48_271) % 2_147_483_647).toString(36).at(-2)).join('');
  const actions = Array.from({ length: 60 }, (_, nth) => typed(3_000_000 + nth * 10_000, 'a', `SET k${nth} ${word()}`));
  await reader.load(world({ names: ['a'], latencyUs: 500, actions, endUs: 4_000_000 }));
  await reader.at('share').click();
  assert.match(await reader.at('share-dialog').innerText(), /more than 8,000 characters/);
  const [download] = await Promise.all([page.waitForEvent('download'), reader.at('share-save').click()]);
  const { branches } = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.equal(branches[0].actions.length, 60);
});
