// The npm package as somebody gets it: packed, installed into an empty project without a network, and used from Node.js, from
// a page, and by the examples of its README.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBrowser } from './harness.mjs';
import { serve } from './server.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PKG = join(ROOT, 'crates/wasm/pkg');
const README = readFileSync(join(ROOT, 'crates/wasm/README.md'), 'utf8');

let folder;
let project;
let packed;

/** Runs a program in a folder; resolves to what it prints. */
function run(program, args, cwd) {
  const env = { ...process.env, npm_config_cache: join(folder, 'cache'), npm_config_offline: 'true' };
  // A test runner within a test runner would report to the outer one.
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error ?? ''}${stdout}${stderr}`);
  return stdout;
}

/** The README's example in this language that has this in it. */
function example(language, part) {
  const all = [...README.matchAll(/```(\w+)\n([\s\S]*?)```/g)].filter(([, tag]) => tag === language);
  const found = all.map(([, , code]) => code).filter((code) => code.includes(part));
  assert.equal(found.length, 1, `one ${language} example with ${part}`);
  return found[0];
}

before(() => {
  assert.ok(existsSync(join(PKG, 'element.js')), `no complete package in ${PKG}: build it with \`cargo xtask test npm\``);
  folder = mkdtempSync(join(tmpdir(), 'psyncscope-package-'));
  project = join(folder, 'project');
  mkdirSync(project);
  [packed] = JSON.parse(run('npm', ['pack', PKG, '--json', '--pack-destination', folder], folder));
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(folder, packed.filename)], project);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the package has what it says, and nothing else', () => {
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'README.md',
    'element.d.ts',
    'element.js',
    'package.json',
    'psyncscope.d.ts',
    'psyncscope.js',
    'psyncscope_bg.wasm',
  ]);
  const made = JSON.parse(readFileSync(join(project, 'node_modules/psyncscope/package.json'), 'utf8'));
  assert.equal(made.name, 'psyncscope');
  assert.match(made.version, /^\d+\.\d+\.\d+$/);
  assert.equal(made.license, 'MIT OR Apache-2.0');
  assert.equal(made.type, 'module');
  assert.ok(made.description && made.keywords.includes('redis'));
  assert.equal(made.repository, undefined, 'it is published without a repository');
  for (const field of ['dependencies', 'peerDependencies', 'scripts']) assert.equal(made[field], undefined, field);
});

test('it works in Node.js, as the README shows it', () => {
  writeFileSync(join(project, 'lab.test.mjs'), example('js', 'initSync('));
  const told = run(process.execPath, ['--test', '--test-reporter', 'tap', 'lab.test.mjs'], project);
  assert.match(told, /^ok 1 - a replica that missed more/m);
  assert.match(told, /^# pass 1$/m);
});

test('it works in a page, as the README shows it', async () => {
  writeFileSync(join(project, 'page.html'), example('html', 'psyncscope.js'));
  // Bundlers resolve names of packages; a page does so by an import map.
  const imports = { imports: { psyncscope: './node_modules/psyncscope/psyncscope.js' } };
  writeFileSync(join(project, 'tour.js'), example('js', 'await init();'));
  writeFileSync(
    join(project, 'tour.html'),
    `<!doctype html><meta charset="utf-8"><script type="importmap">${JSON.stringify(imports)}</script>
    <script type="module">
      import("./tour.js").then(() => { document.title = "done"; }, (error) => { document.title = String(error); });
    </script>`,
  );
  const server = await serve(project);
  const context = await (await startBrowser()).newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${server.base}page.html`);
    await page.waitForFunction(() => document.querySelector('output').textContent !== '');
    assert.equal(await page.locator('p').innerText(), 'The replica has "hello".');

    const told = [];
    page.on('console', (message) => told.push(message.text()));
    await page.goto(`${server.base}tour.html`);
    await page.waitForFunction(() => document.title !== '' && !document.title.startsWith('http'));
    assert.equal(await page.title(), 'done');
    assert.equal(told[0], '"hello"');
    assert.equal(told[1], 'overwritten');
    assert.equal(told.at(-1), 'unknown-node');
  } finally {
    await context.close();
    await server.close();
  }
});

test('what can be imported is what package.json exports', () => {
  const names = ['psyncscope', 'psyncscope/element', 'psyncscope/psyncscope_bg.wasm', 'psyncscope/package.json'];
  const program = `
    for (const name of ${JSON.stringify(names)}) console.log(import.meta.resolve(name).split('/').at(-1));
    try { import.meta.resolve('psyncscope/psyncscope.js'); } catch (error) { console.log(error.code); }
    // The element is for pages; importing it where there are none does nothing.
    await import('psyncscope/element');
  `;
  writeFileSync(join(project, 'imports.mjs'), program);
  assert.deepEqual(run(process.execPath, ['imports.mjs'], project).trim().split('\n'), [
    'psyncscope.js',
    'element.js',
    'psyncscope_bg.wasm',
    'package.json',
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
  ]);
});
