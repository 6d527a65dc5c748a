// Completes the npm package that wasm-pack has built: adds the custom element, and says in package.json what can be
// imported.
//
//   wasm-pack build --target web crates/wasm && node crates/wasm/js/complete.mjs [FOLDER]

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const PKG = resolve(process.argv[2] ?? join(HERE, '../pkg'));
const ADDED = ['element.js', 'element.d.ts'];
// wasm-pack copies them, and npm packs of itself only a file that is called LICENSE.
const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];

const file = join(PKG, 'package.json');
const made = JSON.parse(readFileSync(file, 'utf8'));
for (const name of ADDED) copyFileSync(join(HERE, name), join(PKG, name));
const completed = {
  ...made,
  files: [...new Set([...made.files, ...ADDED, ...LICENCES])],
  exports: {
    '.': { types: './psyncscope.d.ts', default: './psyncscope.js' },
    './element': { types: './element.d.ts', default: './element.js' },
    './psyncscope_bg.wasm': './psyncscope_bg.wasm',
    './package.json': './package.json',
  },
  // The element registers itself.
  sideEffects: [...new Set([...(made.sideEffects || []), './element.js'])],
  // For import.meta.resolve, by which Node.js finds the module's bytes.
  engines: { node: '>=20.6' },
};
writeFileSync(file, `${JSON.stringify(completed, null, 2)}\n`);
