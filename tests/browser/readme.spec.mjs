// The README's JavaScript example, run as it is written, on the npm package as it is built.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBrowser } from './harness.mjs';
import { serve } from './server.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PKG = join(ROOT, 'crates/wasm/pkg');

test('the example of the README runs as written', async () => {
  assert.ok(existsSync(join(PKG, 'psyncscope.js')), `no package in ${PKG}: build it with \`cargo xtask test npm\``);
  const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
  assert.ok(example, 'the README has an example');
  const server = await serve(PKG);
  const context = await (await startBrowser()).newContext();
  try {
    const page = await context.newPage();
    // A page of the package's own folder, so that the example's relative import finds it.
    await page.route('**/example.html', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><link rel="icon" href="data:,">' }),
    );
    await page.route('**/example.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: example }),
    );
    const said = page.waitForEvent('console', { timeout: 30_000 });
    await page.goto(`${server.base}example.html`);
    const failed = page.evaluate(() => import('./example.js').then(() => null, (error) => String(error)));
    assert.equal(await failed, null, 'the example throws nothing');
    assert.equal((await said).text(), '"hello" 61 true');
  } finally {
    await context.close();
    await server.close();
  }
});
