// Runs the specs: `node run.mjs` all of them, `node run.mjs ring console` those whose names contain a word given. The
// site must be in dist/ (`cargo xtask dist`), or PSYNCSCOPE_URL names one that is served; `cargo xtask test browser`
// and
// `cargo xtask test export` see to everything.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const ENDING = '.spec.mjs';
const SPEC_TIMEOUT_MS = 5 * 60_000;

// Specs that do not look at the site: once is enough.
const NOT_OF_THE_SITE = ['readme.spec.mjs'];

const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(here, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(ENDING) && !name.includes('node_modules'))
  .filter((name) => !process.env.PSYNCSCOPE_URL || !NOT_OF_THE_SITE.includes(name))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()
  .map((name) => join(here, name));

if (files.length === 0) {
  // Nothing tested must not look like nothing wrong.
  console.error(`no spec matches: ${words.join(' ') || `*${ENDING}`}`);
  process.exit(1);
}

// One at a time: specs measure how the page responds, which a second browser on the same two cores would falsify.
run({ files, concurrency: 1, timeout: SPEC_TIMEOUT_MS })
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
