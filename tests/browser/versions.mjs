// A copy of the built site that a test may publish new versions of.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DIST, openPage } from './harness.mjs';
import { serve } from './server.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

/** What no version of the real site has: a file that is fetched late, whose text says the version. */
export const LATE = 'late/version.txt';

/** A site that is served until the test ends, as version `one`. */
export async function site(t) {
  const folder = mkdtempSync(join(tmpdir(), 'psyncscope-site-'));
  cpSync(DIST, folder, { recursive: true, filter: (path) => !/\.(gz|br)$/.test(path) });
  const served = await serve(folder);
  const copy = new Site(folder, served);
  t.after(async () => {
    await copy.close();
    rmSync(folder, { recursive: true });
  });
  copy.publish('one');
  return copy;
}

class Site {
  constructor(folder, { base, close }) {
    this.folder = folder;
    this.base = base;
    this.stop = close;
    this.files = new Map();
    for (const name of ['index.html', 'sw.js']) this.files.set(name, readFileSync(join(folder, name), 'utf8'));
  }

  /** Another version: the page's title, the late file, and the worker with their hashes. `only` writes some of its files. */
  publish(version, only = () => true) {
    const page = this.files.get('index.html').replace('<title>Psyncscope</title>', `<title data-version="${version}">Psyncscope</title>`)
      .replace(/(psyncscope-version" content=")[^"]*/, `$1${version}`);
    const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    const worker = this.files.get('sw.js').replace(/VERSION = '[^']*'/, `VERSION = '${version}'`)
      .replace(/\['\.\/', '[^']*'\],/, `['./', '${hash(page)}'],\n  ['${LATE}', '${hash(version)}'],`);
    for (const [name, text] of Object.entries({ 'index.html': page, 'sw.js': worker, [LATE]: version })) {
      if (only(name)) this.write(name, text);
    }
  }

  /** Puts a file beside those of the page. */
  write(name, text) {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** The network is gone, for ever. */
  async close() {
    await this.stop?.();
    this.stop = null;
  }
}

/** Opens the page of a site with its service worker. */
export async function openSite(t, site, options) {
  const opened = await openPage(t, { site, serviceWorkers: 'allow', ...options });
  return { ...opened, reader: await new Reader(opened.page).opened() };
}

/** Waits until the page is served by its worker, whose files are all there then. */
export function served(page) {
  const controlled = () => page.evaluate(() => navigator.serviceWorker.controller !== null);
  return expectSoon(controlled, Boolean, 'a worker serves the page');
}

/** The version of the page, and of what it fetches now. */
export async function versions(page) {
  const late = (name) => fetch(name).then((answer) => answer.text(), () => 'none');
  return [await page.locator('title').getAttribute('data-version'), await page.evaluate(late, LATE)];
}

/** What the browser keeps of the page. */
export const kept = (page) => page.evaluate(() => caches.keys().then((names) => names.map((name) => name.split(' ').at(-1))));
