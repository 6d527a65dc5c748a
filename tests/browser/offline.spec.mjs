// Once it has loaded, the page needs no network: it fetches nothing by itself, and its service worker opens it again. A new
// version waits until the reader asks for it, and no two versions are ever mixed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, world } from './steps.mjs';
import { LATE, kept, openSite, served, site, versions } from './versions.mjs';

const REMOVE = readFileSync(join(dirname(fileURLToPath(import.meta.url)), '../../web/offline/remove.js'), 'utf8');

// What `cargo xtask serve` serves has no worker.
const built = { skip: process.env.PSYNCSCOPE_URL ? 'only a site that was built has a service worker' : false };

test('without a network: commands of every kind, and every sheet', async (t) => {
  const { page, context } = await openPage(t);
  const reader = await new Reader(page).opened();
  await reader.pause();
  const requests = [];
  page.on('request', (request) => /^(data|blob):/.test(request.url()) || requests.push(request.url()));
  await context.setOffline(true);

  for (const [command, reply] of [
    ['EVAL "return {1, ARGV[1]}" 0 x', /1\) \(integer\) 1\s+2\) "x"/],
    ['ZADD z 1 one 2 two', /\(integer\) 2/],
    ['GEOADD g 13.361389 38.115556 Palermo', /\(integer\) 1/],
    ['PFADD h a b c', /\(integer\) 1/],
    ['SORT z BY nosort', /one/],
    ['BGSAVE', /Background saving started/],
    ['DEBUG DIGEST', /[0-9a-f]{40}/],
    ['CONFIG GET repl-b*', /repl-backlog-size/],
  ]) {
    assert.match(await reader.type('a', command), reply, command);
  }
  for (const button of ['new', 'load', 'help']) {
    await reader.at(button).click();
    await reader.at(`${button}-dialog`).waitFor();
    await page.keyboard.press('Escape');
    await reader.at(`${button}-dialog`).waitFor({ state: 'detached' });
  }
  await reader.at('wire-a-b').focus();
  await page.keyboard.press('Enter');
  await reader.at('wire-sheet').waitFor();
  await page.keyboard.press('Escape');
  await reader.at('menu-b').focus();
  await page.keyboard.press('Enter');
  await reader.at('node-menu').waitFor();
  await page.keyboard.press('Escape');
  for (const tab of ['handshake', 'info', 'log', 'backlog']) await reader.tab(tab);
  assert.deepEqual(requests, [], 'nothing was asked for');
});

/** A link to what is shown, behind the `#`. */
async function link(reader) {
  await reader.at('share').click();
  const address = await reader.at('share-address').inputValue();
  await reader.page.keyboard.press('Escape');
  return new URL(address).hash;
}

/** Without a clipboard, a link that is shared is shown. */
const noClipboard = () => Object.defineProperty(navigator, 'clipboard', { value: undefined });

test('without a server: what was loaded once is opened again, with a link, and in a frame', built, async (t) => {
  const copy = await site(t);
  const { page, reader } = await openSite(t, copy, { init: noClipboard });
  await reader.pause();
  await reader.type('a', 'SET k here');
  const [digest, hash] = [await reader.digest(), await link(reader)];
  await served(page);
  await copy.close();
  assert.deepEqual(await versions(page), ['one', 'one'], 'the first page has what it fetches later, too');

  await page.reload();
  await reader.opened();
  await reader.type('a', 'PING');
  for (const name of ['', 'index.html', '?x=1']) {
    await page.goto(`${copy.base}${name}${hash}`);
    await reader.opened();
    await expectSoon(() => reader.digest(), (now) => now === digest, `the session of the link, by "${name}"`);
  }
  await page.goto(`${copy.base}?embed${hash}`);
  await page.locator('.page.embedded .card').first().waitFor();
});

test('a new version is said, waits, and comes with the session when it is asked for', built, async (t) => {
  const copy = await site(t);
  const { page, reader } = await openSite(t, copy);
  await served(page);
  copy.publish('two');
  await page.reload();
  await reader.opened();
  await reader.at('update').waitFor();
  assert.deepEqual(await versions(page), ['one', 'one'], 'it is the old one that runs, and that it fetches from');

  await reader.pause();
  // An earlier session does not come along.
  await reader.load(world({ names: ['a', 'b'], endUs: 4_000_000 }));
  await reader.select('b');
  await reader.tab('handshake');
  await reader.type('b', 'SET k mine');
  const digest = await reader.digest();
  await reader.at('lang').selectOption({ label: '简体中文' });
  await reader.until('update', /新版本/);
  await reader.at('update-load').click();
  await reader.until('update', /请先保存/);
  assert.deepEqual(await versions(page), ['one', 'one'], 'the reader is asked');
  await reader.at('update-load').click();
  await expectSoon(() => versions(page).catch(() => []), ([first]) => first === 'two', 'the new version is loaded');
  await reader.opened();
  await expectSoon(() => reader.digest().catch(() => null), (now) => now === digest, 'the session is there');
  assert.deepEqual(await versions(page), ['two', 'two']);
  assert.equal(await page.locator('#panel').getAttribute('data-panel'), 'handshake');
  assert.deepEqual(await kept(page), ['two'], 'nothing is kept of the old one');
  assert.equal(await reader.at('update').count(), 0);
  // It was brought along once.
  await page.reload();
  await reader.opened();
  assert.notEqual(await reader.digest(), digest);
});

test('a new version does not come while the page is open elsewhere', built, async (t) => {
  const copy = await site(t);
  const { page, reader, context } = await openSite(t, copy);
  await served(page);
  const other = await context.newPage();
  await other.goto(copy.base);
  await new Reader(other).opened();
  copy.publish('two');
  await page.reload();
  await reader.opened();
  await reader.at('update-load').click();
  await reader.until('update', /open elsewhere/);
  assert.deepEqual([await versions(page), await versions(other)], [['one', 'one'], ['one', 'one']]);
  await other.close();
  await reader.at('update-load').click();
  await expectSoon(() => versions(page).catch(() => []), ([first]) => first === 'two', 'the new version is loaded');
});

test('a notice of a new version can be put away, and the next visit has that version', built, async (t) => {
  const copy = await site(t);
  const { page, reader, context } = await openSite(t, copy);
  await served(page);
  copy.publish('two');
  await page.reload();
  await reader.opened();
  await reader.at('update').getByRole('button', { name: 'Dismiss' }).click();
  await reader.at('update').waitFor({ state: 'detached' });
  await page.close();
  const next = await context.newPage();
  await next.goto(copy.base);
  await new Reader(next).opened();
  assert.deepEqual(await versions(next), ['two', 'two']);
});

test('a site of which only a part is new yet is not kept', built, async (t) => {
  const copy = await site(t);
  const { page, reader, problems } = await openSite(t, copy);
  await served(page);
  copy.publish('two', (name) => name !== LATE);
  const installed = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      await registration.update();
      const worker = registration.installing;
      while (worker?.state === 'installing') await new Promise((done) => worker.addEventListener('statechange', done, { once: true }));
      return worker?.state ?? null;
    });
  assert.equal(await installed(), 'redundant');
  await page.reload();
  await reader.opened();
  assert.deepEqual(await versions(page), ['one', 'one']);
  assert.equal(await reader.at('update').count(), 0);
  // The browser reports the hash that does not fit.
  assert.ok(problems.every((problem) => /integrity/i.test(problem)), problems.join());
  problems.length = 0;
  copy.publish('two');
  await page.reload();
  await reader.at('update').waitFor();
});

test('what the browser has dropped comes from the network again', built, async (t) => {
  const copy = await site(t);
  const { page, reader, problems } = await openSite(t, copy);
  await served(page);
  await page.evaluate(() => caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name)))));
  copy.publish('two');
  await page.reload();
  await reader.opened();
  assert.deepEqual(await versions(page), ['two', 'none'], 'and nothing of another version');
  assert.ok(problems.every((problem) => problem.includes(LATE)), problems.join());
  problems.length = 0;
  await reader.at('update-load').click();
  await expectSoon(() => versions(page).catch(() => []), (now) => now.join() === 'two,two', 'it has a worker of its own');
  assert.deepEqual(await kept(page), ['two']);
});

test('the page as `cargo xtask serve` serves it removes the worker that an earlier one has left', built, async (t) => {
  const copy = await site(t);
  const { page, reader } = await openSite(t, copy);
  await served(page);
  copy.write('sw.js', REMOVE);
  copy.write('index.html', copy.files.get('index.html').replace(/<meta name="psyncscope-version"[^>]*>/, ''));
  await page.reload();
  const left = () => page.evaluate(async () => [(await navigator.serviceWorker.getRegistrations()).length, ...(await caches.keys())]);
  await expectSoon(left, (found) => found.join() === '0', 'nothing is left');
  await page.reload();
  await reader.opened();
  assert.equal(await page.locator('meta[name=psyncscope-version]').count(), 0);
  assert.deepEqual(await left(), [0], 'and none is registered');
});

test('a frame registers nothing, and what is not of the page is left alone', built, async (t) => {
  const copy = await site(t);
  const { page } = await openPage(t, { site: copy, serviceWorkers: 'allow', query: '?embed' });
  await page.locator('.page.embedded .card').first().waitFor();
  assert.equal(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length)), 0);

  await page.goto(copy.base);
  await served(page);
  copy.write('handbook/index.html', '<!doctype html><title>a book</title><link rel="icon" href="data:,">');
  await page.goto(`${copy.base}handbook/`);
  assert.equal(await page.title(), 'a book');
});

test('the page can be installed: a manifest in both languages, icons of the sizes that it says, colours of both themes', async (t) => {
  const { page } = await openPage(t, { colorScheme: 'dark' });
  const reader = await new Reader(page).opened();
  const manifest = await page.evaluate(() => fetch(document.querySelector('link[rel=manifest]').href).then((found) => found.json()));
  assert.equal(manifest.display, 'standalone');
  for (const member of ['name', 'description']) assert.ok(manifest[member] && manifest[`${member}_localized`].zh, member);
  assert.equal(new URL(manifest.start_url, page.url()).href, page.url());
  const size = (src) =>
    page.evaluate(async (src) => {
      const icon = new Image();
      icon.src = src;
      await icon.decode();
      return `${icon.naturalWidth}x${icon.naturalHeight}`;
    }, src);
  for (const { src, sizes } of manifest.icons.filter(({ sizes }) => sizes !== 'any')) assert.equal(await size(src), sizes, src);
  assert.equal(await size('icons/apple-touch-icon.png'), '180x180');

  const colour = () => page.evaluate(() => [...document.querySelectorAll('meta[name=theme-color]')].find((meta) => matchMedia(meta.media).matches).content);
  const bar = () => page.locator('.topbar').evaluate((element) => {
    const rgb = getComputedStyle(element).backgroundColor.match(/\d+/g).map(Number);
    return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
  });
  const dark = await colour();
  assert.equal(dark, await bar());
  await reader.at('theme').click();
  await expectSoon(colour, (now) => now !== dark, 'the colour of the theme that was chosen');
  assert.equal(await colour(), await bar());
});
