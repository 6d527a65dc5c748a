// README's "first minute", step by step and at the pace at which the page opens. What is typed, what the page must say
// and what must come of it are read from the README, so that neither can change without the other. Every wait ends at a
// virtual time: how fast the machine is does not matter.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openPage } from './harness.mjs';
import { Reader } from './steps.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The numbered steps of the README's first minute, each as one line. */
function readmeSteps() {
  const section = /## In the first minute\n([\s\S]*?)\n## /.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1];
  assert.ok(section, 'the README has a first minute');
  return [...section.matchAll(/^\d+\. ((?:.+\n?(?!\d+\. |\n))*)/gm)].map((m) => m[1].replaceAll(/\s+/g, ' ').trim());
}

/** What stands between backticks. */
const codes = (step) => [...step.matchAll(/`([^`]+)`/g)].map((m) => m[1]);
/** The command of a step. */
const command = (step) => codes(step).find((code) => code.startsWith('SET '));
/** The words of the page that a step quotes. */
const quoted = (step) => /"([^"]+)"/.exec(step.replaceAll(/`[^`]*`/g, ''))?.[1];

/** Asks until the answer fits or `ms` of virtual time are over. */
async function within(reader, ms, ask, fits, what) {
  const end = (await reader.now()) + ms * 1000;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    assert.ok(
      (await reader.now()) < end,
      `not within ${ms} ms of virtual time: ${what}; last seen: ${JSON.stringify(answer)}`,
    );
    await pause(80);
  }
}

/** In the page: keeps every state that a card has shown, since whoever asks from outside can miss a short one. */
function recordStates() {
  window.statesShown = {};
  new MutationObserver(() => {
    for (const { dataset, textContent } of document.querySelectorAll('[data-testid^=node-][data-testid$=-state]')) {
      const states = (window.statesShown[dataset.testid] ??= []);
      if (!states.includes(textContent.trim())) states.push(textContent.trim());
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
}

test("the README's first minute, literally", async (t) => {
  const [opening, write, blip, short, long, past, ...more] = readmeSteps();
  assert.ok(past && more.length === 0, 'the README has six steps');
  const { page } = await openPage(t, { width: 1440, height: 900, init: recordStates });
  const reader = await new Reader(page).opened();
  const caption = () => reader.says('caption');

  // 1
  const [master, ...replicas] = codes(opening).filter((code) => /^[a-z]$/.test(code));
  assert.deepEqual([master, replicas], ['a', ['b', 'c']]);
  assert.match(opening, /backlog of 96 bytes/);
  await within(
    reader,
    4_000,
    () => Promise.all(replicas.map((node) => reader.says(`node-${node}-state`))),
    (states) => states.every((state) => state === 'CONNECTED'),
    'both replicas follow',
  );
  const climbed = await page.evaluate(() => window.statesShown);
  for (const state of [
    'CONNECT',
    'CONNECTING',
    'RECEIVE_PONG',
    'RECEIVE_PORT',
    'RECEIVE_CAPA',
    'RECEIVE_PSYNC',
    'TRANSFER',
  ]) {
    for (const node of replicas) {
      const shown = climbed[`node-${node}-state`];
      assert.ok(shown.includes(state), `${node} shows ${state} on the way: ${shown}`);
    }
  }
  assert.match(await caption(), /b and c are in sync with a/);

  // 2; the example goes on writing of its own until 8 s.
  await within(
    reader,
    12_000,
    () => reader.shown(),
    (shown) => shown > 8_500,
    'the example has written',
  );
  assert.equal(await reader.type('a', command(write)), 'OK');
  const offset = async (node) => Number(await reader.says(`node-${node}-offset`));
  const written = await offset('a');
  for (const node of replicas)
    await within(
      reader,
      2_000,
      () => offset(node),
      (n) => n >= written,
      `${node} has the write`,
    );

  const verdict = async () =>
    (await reader.at('verdict').count()) ? reader.at('verdict').getAttribute('data-result') : null;
  const cutAndWrite = async (step) => {
    await reader.wire('a-b', 'cut');
    assert.equal(await reader.type('a', command(step)), 'OK');
  };
  const partial = async () => (await reader.info('a', 'stats')).sync_partial_ok;

  // 3
  await cutAndWrite(blip);
  await reader.wire('a-b', 'heal');
  const told = await within(reader, 6_000, caption, (words) => words.includes(quoted(blip)), quoted(blip));
  assert.match(told, /no PSYNC/);
  // What was lost on the way from b, such as an acknowledgement, may come before the write does.
  const value = `"${command(blip).split(' ')[2]}"`;
  await within(
    reader,
    6_000,
    () => reader.type('b', 'GET greeting'),
    (answer) => answer === value,
    'b has the write',
  );
  assert.equal(await partial(), '0', 'there was no PSYNC');

  // 4
  await cutAndWrite(short);
  await within(reader, 10_000, caption, (words) => words.includes(quoted(short)), quoted(short));
  await reader.wire('a-b', 'heal');
  await within(
    reader,
    10_000,
    () => reader.says('node-b-state'),
    (state) => state === 'CONNECTED',
    'b is back',
  );
  await reader.select('a');
  await within(reader, 2_000, verdict, (result) => result === 'continue', '+CONTINUE');
  assert.equal(await partial(), '1');

  // 5
  await cutAndWrite(long);
  await within(reader, 10_000, caption, (words) => words.includes(quoted(short)), quoted(short));
  await reader.wire('a-b', 'heal');
  await within(
    reader,
    12_000,
    () => reader.says('node-b-state'),
    (state) => state === 'CONNECTED',
    'b is back',
  );
  await reader.select('a');
  await within(reader, 2_000, verdict, (result) => result === 'full', '+FULLRESYNC');
  assert.match(await reader.says('verdict'), /✗\s*byte wanted \d+ ≥ oldest kept \d+/);

  // 6
  const before = await reader.now();
  const bar = await reader.at('scrubber').boundingBox();
  await page.mouse.move(bar.x + bar.width * 0.8, bar.y + bar.height / 2);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.2, bar.y + bar.height / 2, { steps: 5 });
  await page.mouse.up();
  assert.ok((await reader.shown()) * 1000 < before, 'the past is shown');
  assert.equal(await reader.type('a', 'SET another future'), 'OK');
  assert.ok((await reader.now()) < before, 'another future begins there');
  assert.equal(await reader.at('branches').count(), 1, 'and the earlier one is kept');
});
