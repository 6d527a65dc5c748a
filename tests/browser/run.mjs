// Runs the specs: `node run.mjs` those of the page, `node run.mjs ring console` those whose names contain a word given.
// The site is in dist/ (`cargo xtask dist`), or PSYNCSCOPE_URL names one that is served. `cargo xtask test browser`
// and `cargo xtask test export` do everything that is needed; `cargo xtask test npm` runs the npm package's specs.

import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { SLOWDOWN } from './soon.mjs';

const ENDING = '.spec.mjs';
const SPEC_TIMEOUT_MS = 15 * 60_000 * SLOWDOWN;

// One browser more than there are cores: a spec mostly waits for what its page shows, and none measures how fast that
// comes (bench.mjs does). Not more: real Redis nodes are tested at the same time, and have their timeouts.
const CONCURRENCY = 1 + Math.min(availableParallelism(), 4);
// Started first, longest first, so that no long one is left for the end.
const LONG = ['lesson', 'axe', 'layout', 'lessonpage', 'handbook', 'firstminute', 'branches', 'offline', 'reach', 'stage'].map(
  (name) => name + ENDING,
);

// Specs that look at the npm package, not at the site: they run only when named.
const NOT_OF_THE_SITE = ['package.spec.mjs', 'readme.spec.mjs', 'types.spec.mjs'];

const place = (name) => (LONG.includes(name) ? LONG.indexOf(name) : LONG.length);
const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(here, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith(ENDING) && !name.includes('node_modules'))
  .filter((name) => (words.length === 0 ? !NOT_OF_THE_SITE.includes(name) : words.some((word) => name.includes(word))))
  .sort((a, b) => place(a) - place(b) || a.localeCompare(b))
  .map((name) => join(here, name));

if (files.length === 0) {
  // Nothing tested must not look like nothing wrong.
  console.error(`no spec matches: ${words.join(' ') || `*${ENDING}`}`);
  process.exit(1);
}

run({ files, concurrency: CONCURRENCY, timeout: SPEC_TIMEOUT_MS })
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
