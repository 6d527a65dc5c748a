// The npm package's TypeScript types, as they are generated: no name in them is undefined, and programs that use them
// are accepted or refused as they should be.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const PKG = join(ROOT, 'crates/wasm/pkg');
const TSC = join(HERE, 'node_modules/typescript/bin/tsc');

const COMPILER = {
  noEmit: true,
  target: 'esnext',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['esnext', 'dom'],
  types: [],
  // As an installed package.
  paths: { psyncscope: ['./psyncscope.d.ts'] },
};

// Each line after @ts-expect-error must be an error: tsc reports those that are none.
const PROGRAM = `
import init, { Lab } from './psyncscope.js';
import type { Action, Branch, Comparison, Counterfactual, Frame, LabConfig, PsyncscopeError, Reply } from './psyncscope.js';

await init();
const config: LabConfig = { seed: 18446744073709551615n, nodes: [{ name: 'a' }], wire: { latency_us: 1 } };
const lab = new Lab(config);
new Lab();
// @ts-expect-error
new Lab({ sead: 1 });
// @ts-expect-error
new Lab({ nodes: [{}] });
const cut: Action = { do: 'cut', from: 'a', to: 'b' };
lab.act(cut);
lab.act({ do: 'add-node', name: 'c', config: ['replicaof a 6379'] });
// @ts-expect-error
lab.act({ do: 'explode', node: 'a' });
// @ts-expect-error
lab.act({ do: 'crash' });
// @ts-expect-error
lab.act({ do: 'crash', node: 'a', force: true });
const reply: Reply = lab.execute('a', 'PING', { max_ms: 5 }).reply;
if (reply !== null && typeof reply === 'object' && 'error' in reply) reply.error.trim();
const frame: Frame = lab.frameAt(3);
// @ts-expect-error
frame.hosts[0].node.replid;
const offset: number | undefined = frame.hosts[0].node?.master_repl_offset;
const state: 'CONNECTED' | 'NONE' | undefined =
  frame.hosts[0].node?.upstream?.state === 'CONNECTED' ? 'CONNECTED' : undefined;
const told: string[] = lab.narration('zh-CN').map((note) => note.text);
// @ts-expect-error
lab.narration('fr');
const branch: number = lab.actAt(1, cut);
const branches: Branch[] = lab.branches();
const instead: number | undefined = branches[branch].first_difference?.instead?.at_ms;
lab.switchTo('main');
lab.switchTo(0);
// @ts-expect-error
lab.renameBranch(0, 1);
const compared: Comparison = lab.compare(0, 'main', 5);
const differs: boolean = compared.nodes[0].fields[0].differs;
const reached: number | undefined = lab.runUntilNext({ until: 'verdict' }, { max_ms: 5 })?.at_ms;
lab.runUntilNext({ until: 'repl-state', node: 'b', state: 'CONNECTED' });
lab.runUntilNext({ until: 'function', function: 'syncCommand' });
// @ts-expect-error
lab.runUntilNext({ until: 'replica-state', node: 'b', state: 'CONNECTED' });
// @ts-expect-error
lab.runUntilNext({ until: 'offset', node: 'b' });
const status: 'current' | 'passed' | 'failed' | 'skipped' | 'pending' = lab.ladder('b', 5).rungs[0].status;
const has: number | undefined = lab.ring('a')?.readers[0].has;
// @ts-expect-error
lab.ring('a').size;
for (const entry of lab.timeline(0)) {
  if (entry.kind === 'verdict') {
    const why: Counterfactual = entry.explanation.counterfactual;
    if (why.kind === 'larger-backlog') why.size.toFixed();
    // @ts-expect-error
    entry.argv;
  }
  if (entry.kind === 'log') entry.level satisfies 'debug' | 'verbose' | 'notice' | 'warning';
  if (entry.kind === 'replica-state') {
    entry.to satisfies 'WAIT_BGSAVE_START' | 'WAIT_BGSAVE_END' | 'SEND_BULK' | 'ONLINE';
  }
  if (entry.kind === 'tcp-recovered') entry.waited_ms.toFixed();
}
const link: string = lab.link({ at_ms: 2, node: 'a', panel: 'handshake', lang: 'zh-CN' });
lab.link();
// @ts-expect-error
lab.link({ panel: 'moon' });
const linked: Lab = Lab.fromLink(link);
const shown: 'backlog' | null = Lab.viewOfLink(link).panel === 'backlog' ? 'backlog' : null;
const again: Lab = Lab.fromScript(lab.toScript());
const met: boolean = Lab.checkScript('node a', 'en').every((branch) => branch.unmet.length < branch.expectations);
const faults: number[] = Lab.checkLesson('lesson x').faults.map((fault) => fault.line);
const right: number = Lab.gradeLesson('lesson x', { lesson: 'x', session: '#v1.' }).questions_right;
lab.stepForward(0, 'state-change');
// @ts-expect-error
lab.stepForward(0, 'word');
try {
  lab.runFor(1);
} catch (thrown) {
  const error = thrown as PsyncscopeError;
  error.code satisfies string;
  // @ts-expect-error
  error.code === 'no-such-code';
  error.at?.field?.trim();
}
void [offset, state, linked, shown, again, met, faults, right];
`;

// The custom element.
const ELEMENT = `
import type { PageState } from './element.js';

const lab = document.createElement('psyncscope-lab');
lab.addEventListener('psyncscope-state', ({ detail }) => detail.at_ms.toFixed());
lab.addEventListener('psyncscope-error', ({ detail }) => detail.at?.field?.trim());
// @ts-expect-error
lab.addEventListener('psyncscope-note', ({ detail }) => detail.playing);
const shown: PageState = await lab.seek('now');
await lab.act({ do: 'crash', node: shown.node ?? 'a' });
// @ts-expect-error
await lab.act({ do: 'explode' });
// @ts-expect-error
await lab.show({ panel: 'moon' });
const link: string = await lab.instant();
void link;
`;

/** The JavaScript example of a README that begins so. */
const example = (readme, begins) => {
  const text = readFileSync(join(ROOT, readme), 'utf8');
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code).find((code) => code.startsWith(begins));
};

test('the generated types hold', () => {
  assert.ok(existsSync(join(PKG, 'psyncscope.d.ts')), `no package in ${PKG}: build it with \`cargo xtask test npm\``);
  const folder = mkdtempSync(join(HERE, 'types-'));
  try {
    for (const name of ['psyncscope.d.ts', 'element.d.ts']) copyFileSync(join(PKG, name), join(folder, name));
    writeFileSync(join(folder, 'element-program.ts'), ELEMENT);
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    writeFileSync(join(folder, 'readme.js'), example('README.md', 'import init'));
    writeFileSync(join(folder, 'package-readme.js'), example('crates/wasm/README.md', 'import init'));
    const check = (files, options) => {
      const compilerOptions = { ...COMPILER, ...options };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ files, compilerOptions }));
      const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    };
    check(['psyncscope.d.ts', 'program.ts', 'element.d.ts', 'element-program.ts'], { strict: true });
    // The examples are JavaScript, which passes over values that may be missing.
    check(['readme.js', 'package-readme.js'], { allowJs: true, checkJs: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
