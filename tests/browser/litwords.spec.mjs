// Words about bytes of a stream: log lines, commands of the console, lines of the handshake, causes, values of steps and
// marks of the sequence diagram light their bytes where they are drawn, and are lit when those are pointed at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

/** A replica whose wire is cut for a while and that is then granted the bytes it missed. */
async function open(t, options) {
  const { page } = await openPage(t, { width: 1440, height: 900, ...options });
  const reader = await new Reader(page).opened();
  const actions = [
    typed(2_500_000, 'a', 'SET k one'),
    { at_us: 3_000_000, do: 'cut', from: 'a', to: 'b' },
    typed(8_000_000, 'a', 'SET k two'),
    { at_us: 9_000_000, do: 'heal', from: 'a', to: 'b' },
  ];
  const log = world({ names: ['a', 'b'], backlog: 128, actions, endUs: 13_000_000, latencyUs: 1000 });
  for (const node of log.config.nodes) node.config.push('repl-timeout 4', 'repl-ping-replica-period 2');
  await reader.load(log);
  await reader.select('a');
  await reader.until('selected', 'node a');
  return reader;
}

const count = (reader, selector) => reader.page.locator(selector).count();
const cells = (reader) => count(reader, '[data-testid=ring] path.lit');
const bars = (reader) => count(reader, '.ruler-lit');
const becomes = (ask, wanted, what) => expectSoon(ask, (n) => n === wanted, what);
const nothing = (reader) => becomes(() => bars(reader), 0, 'nothing is pointed at');
const command = (reader, words) => reader.page.locator('.console-command', { hasText: words });

// *3 $3 SET $1 k $3 two, each with its line end.
const SET = 29;

test('a command of the console lights the bytes that it put into the stream, and they light it', async (t) => {
  const reader = await open(t);
  await reader.tab('backlog');
  await command(reader, 'SET k two').hover();
  await becomes(() => cells(reader), SET, 'the bytes of the command');
  assert.equal(await bars(reader), 2, 'both nodes have them');
  await reader.at('play').hover();
  await nothing(reader);

  // By keyboard; Escape ends it.
  await command(reader, 'SET k one').focus();
  // The first command selects the database: *2 $6 SELECT $1 0.
  await becomes(() => cells(reader), SET + 23, 'SELECT and the command');
  await reader.page.keyboard.press('Escape');
  await nothing(reader);

  // The other way round: each byte lights the command that it is of.
  const ring = await reader.ring();
  const index = ring.cells[ring.text.indexOf('two')].index;
  await reader.page.locator(`[data-testid=ring] [data-index="${index}"]`).hover();
  await becomes(() => count(reader, '.console-command.lit'), 1, 'one command');
  assert.match(await reader.page.locator('.console-command.lit').innerText(), /SET k two/);
});

test('a line of the log lights the bytes that it is about, by pointer and keyboard, and they light it', async (t) => {
  const reader = await open(t);
  await reader.tab('log');
  const accepted = reader.page.locator('.log-line', { hasText: 'accepted. Sending' });
  const [, sent, from] = /Sending (\d+) bytes of backlog starting from offset (\d+)/.exec(await accepted.innerText());
  await accepted.hover();
  await becomes(() => bars(reader), 2, 'both have them now');
  assert.equal(await accepted.getAttribute('title').then((title) => /bytes \d+ to \d+/.exec(title)[0]),
    `bytes ${from} to ${Number(from) + Number(sent) - 1}`);
  // The command was among them.
  await becomes(() => count(reader, '.console-command.lit'), 1, 'the command that b missed');
  await reader.at('play').hover();
  await nothing(reader);
  await accepted.getByRole('button', { name: 'Why?' }).focus();
  await becomes(() => bars(reader), 2, 'the focus is on the line');
  await reader.at('play').focus();
  await nothing(reader);
  await command(reader, 'SET k two').hover();
  await becomes(() => accepted.getAttribute('class').then((c) => c.split(' ').includes('lit')), true, 'the line is lit');
  // What is about no bytes is not.
  assert.equal(await count(reader, '.log-line.lit:not(.stream-row)'), 0);

  // b's side: the byte that it asked for.
  await reader.select('b');
  const asks = reader.page.locator('.log-line', { hasText: 'Trying a partial resynchronization' });
  await asks.hover();
  assert.match(await asks.getAttribute('title'), new RegExp(`byte ${from} of`));
  await becomes(() => bars(reader), 2, 'one byte on both');
});

test('lines of the handshake and causes light their bytes', async (t) => {
  const reader = await open(t);
  await reader.select('b');
  await reader.tab('handshake');
  const request = reader.page.locator('.rung-sent .stream-bytes');
  await request.hover();
  await becomes(() => bars(reader), 2, 'the byte asked for');
  const answer = reader.page.locator('.rung-received .stream-bytes');
  assert.match(await answer.innerText(), /CONTINUE/);
  await becomes(() => answer.getAttribute('class').then((c) => c.includes(' lit')), true, 'the answer is about it too');
  await reader.tab('log');
  await nothing(reader);

  await reader.page.locator('.log-line', { hasText: 'Successful partial' }).getByRole('button', { name: 'Why?' }).click();
  await reader.at('because-rows').waitFor();
  await reader.at('play').focus();
  await nothing(reader);
  await reader.page.locator('[data-testid=because-rows] button.stream-row').first().focus();
  await becomes(() => bars(reader), 2, 'the byte that the answer is about');
});

test('a mark of the sequence diagram lights the bytes that it is about, and is lit by them', async (t) => {
  const reader = await open(t);
  await reader.tab('diagram');
  const typedMark = reader.page.locator('.diagram-item.mark', { hasText: '> SET k two' });
  await typedMark.focus();
  await becomes(() => count(reader, '.console-command.lit'), 1, 'the command');
  await becomes(() => bars(reader), 2, 'its bytes');
  await reader.at('play').focus();
  await nothing(reader);
  await command(reader, 'SET k two').hover();
  await becomes(() => typedMark.getAttribute('class').then((c) => c.split(' ').includes('lit')), true, 'the mark is lit');
});

test('values of steps light the bytes that they name', async (t) => {
  const reader = await open(t);
  await reader.tab('backlog');
  const { page } = reader;
  await page.locator('.page').press('s');
  await reader.at('rewind').click();
  await reader.at('steps-wanted').selectOption({ label: 'feedReplicationBacklog' });
  // The first write: SELECT, then SET.
  for (let nth = 0; nth < 2; nth++) await reader.at('steps-next').click();
  await reader.until('steps-function', 'feedReplicationBacklog');
  const step = page.locator('[data-testid=step-lines] [data-step=AdvanceOffset]');
  await expectSoon(
    async () => {
      const taken = await step.locator('.step-values').count();
      if (!taken) await reader.at('step-over').click();
      return taken;
    },
    (n) => n > 0,
    'the offset is advanced',
  );
  const offset = step.locator('.stream-bytes', { hasText: 'master_repl_offset' });
  const [, before, after] = /(\d+)\D+(\d+)/.exec(await offset.innerText());
  assert.equal(await offset.getAttribute('data-bytes'), `${Number(before) + 1}-${after}`);
  assert.equal(await step.locator('.stream-bytes', { hasText: 'bytes' }).count(), 0, 'a number of bytes names none');
  // After the turn, the ring has them.
  await reader.at('steps-after').click();
  await offset.focus();
  await becomes(() => cells(reader), Number(after) - Number(before), 'the bytes that the stream grew by');
  await page.keyboard.press('Escape');
  await becomes(() => cells(reader), 0, 'nothing is pointed at');
});
