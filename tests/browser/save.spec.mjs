// Files that the page saves: each is what its ending says, of the moment and the node shown.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { Reader, typed, world } from './steps.mjs';

async function open(t, options = {}) {
  const { page } = await openPage(t, { acceptDownloads: true, ...options });
  const reader = await new Reader(page).opened();
  const actions = [typed(3_000_000, 'a', 'SET k one')];
  await reader.load(world({ names: ['a', 'b'], latencyUs: 500, actions, endUs: 5_000_000 }));
  return reader;
}

/** Saves a file by the dialog; resolves to its name and its bytes. */
async function saved(reader, file) {
  const [download] = await Promise.all([reader.page.waitForEvent('download'), reader.save(file)]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Width and height of a PNG, from its header. */
function pixels(bytes) {
  assert.equal(bytes.toString('latin1', 1, 4), 'PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test('the session, its packets and its steps', async (t) => {
  const reader = await open(t);
  const json = await saved(reader, 'json');
  assert.equal(json.name, 'psyncscope-seed-1-5s.json');
  assert.equal(JSON.parse(json.bytes).version, 2);
  const script = await saved(reader, 'psync');
  assert.match(script.bytes.toString(), /^version 1\nseed 1\n[^]*at 3s {2}a> SET k one\n/);
  const { bytes } = await saved(reader, 'pcap');
  assert.equal(bytes.readUInt32LE(0), 0xa1b2c3d4, 'a capture');
  const steps = (await saved(reader, 'jsonl')).bytes.toString().trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.ok(steps.some((step) => step.function === 'feedReplicationBacklog' && step.node === 'a'));
});

test('pictures of the moment, as SVG and as PNG', async (t) => {
  const reader = await open(t);
  const stage = await saved(reader, 'svg-stage');
  assert.match(stage.name, /^psyncscope-seed-1-stage-5s\.svg$/);
  assert.match(stage.bytes.toString(), /^<svg [^]*>5\.000 s<[^]*>CONNECTED</);
  const ring = await saved(reader, 'svg-ring');
  assert.match(ring.bytes.toString(), />repl_backlog<[^]*histlen \d+ \/ size 64</);
  assert.match((await saved(reader, 'svg-diagram')).bytes.toString(), /&gt; SET k one/);
  assert.match((await saved(reader, 'mmd')).bytes.toString(), /^sequenceDiagram/);
  assert.deepEqual(pixels((await saved(reader, 'png-stage')).bytes), [1920, 1184]);
  assert.deepEqual(pixels((await saved(reader, 'png-ring')).bytes), [800, 672]);
  const [width, height] = pixels((await saved(reader, 'png-diagram')).bytes);
  assert.ok(width > 800 && height > width, 'time goes downwards');
});

test('a ring that is not there is told in the dialog', async (t) => {
  const reader = await open(t);
  await reader.at('scrubber').press('Home');
  await reader.at('save').click();
  await reader.at('save-svg-ring').click();
  await reader.until('error', /a has no backlog at this moment/);
  assert.equal(await reader.at('save-dialog').count(), 1);
});
