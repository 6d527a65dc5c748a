// Replication as its readers see it: writes that spread, links that break and mend, histories that change their names.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, resp, typed, world } from './steps.mjs';

/** Three nodes in sync, their first write behind them, standing still. */
async function settled(t, settings = {}) {
  const { page } = await openPage(t);
  const reader = await new Reader(page).opened();
  const actions = [typed(3_000_000, 'a', 'SET k one')];
  await reader.load(world({ actions, endUs: 4_500_000, ...settings }));
  for (const node of ['b', 'c']) await reader.until(`node-${node}-state`, 'CONNECTED');
  return reader;
}

/** Cuts the wire from a to b and lets b notice; what `meanwhile` does happens on the other side. */
async function cutUntilNoticed(reader, meanwhile) {
  // Redis waits for a minute of silence. A shorter patience at b, only for this, leaves time for no more than one PING.
  await reader.type('b', 'CONFIG SET repl-timeout 2');
  await reader.wire('a-b', 'cut');
  assert.equal(await reader.at('wire-a-b').getAttribute('data-cut'), 'true');
  await meanwhile();
  await reader.playUntil(async () => (await reader.says('node-b-state')) !== 'CONNECTED', 'b gives its link up');
  await reader.type('b', 'CONFIG SET repl-timeout 60');
}

async function healAndCatchUp(reader) {
  await reader.wire('a-b', 'heal');
  assert.equal(await reader.at('wire-a-b').getAttribute('data-cut'), 'false');
  await reader.playUntilSays('node-b-state', 'CONNECTED');
}

/** What the backlog panel of a node says about its last decision. */
async function verdict(reader, node) {
  await reader.select(node);
  await reader.tab('backlog');
  await reader.at('verdict').waitFor();
  return { result: await reader.at('verdict').getAttribute('data-result'), words: await reader.says('verdict') };
}

test('the opening: what is written at a is read at b and c', async (t) => {
  const { page } = await openPage(t);
  const reader = await new Reader(page).opened();
  assert.ok(await reader.isPlaying(), 'the page opens playing');
  await reader.play();
  for (const node of ['b', 'c']) await reader.until(`node-${node}-state`, 'CONNECTED');
  assert.match(await reader.says('node-a-role'), /^master$/);
  assert.match(await reader.says('node-b-role'), /replica of a/);
  // The example is still writing; its last write is behind us when its value is at the replicas.
  await reader.playUntil(async () => (await reader.shown()) > 9_000, 'the example has done its writes');
  const before = await reader.history('a');
  assert.equal(await reader.type('a', 'SET greeting hello'), 'OK');
  const after = await reader.history('a');
  const bytes = resp('SET', 'greeting', 'hello');
  assert.equal(after.offset, before.offset + bytes.length, 'the offset grew by the bytes of the command');
  for (const node of ['b', 'c']) {
    await reader.playUntil(
      async () => Number(await reader.says(`node-${node}-offset`)) >= after.offset,
      `${node} has it`,
    );
    assert.equal(await reader.type(node, 'GET greeting'), '"hello"');
    assert.equal(await reader.type(node, 'GET user:1'), '"lovelace"');
  }
});

test('the ring holds the bytes of the stream, each where its offset puts it', async (t) => {
  const reader = await settled(t);
  await reader.select('a');
  await reader.tab('backlog');
  const before = Number(await reader.says('node-a-offset'));
  const bytes = resp('SELECT', '0') + resp('SET', 'k', 'one');
  assert.equal(before, bytes.length);
  const first = await reader.ring();
  assert.equal(first.text, bytes);
  assert.deepEqual(
    first.cells.map((c) => c.offset),
    [...bytes].map((_, i) => i + 1),
  );

  assert.equal(await reader.type('a', 'SET k again'), 'OK');
  const more = bytes + resp('SET', 'k', 'again');
  await reader.until('node-a-offset', String(more.length));
  const second = await reader.ring();
  assert.equal(second.text, more.slice(-64), 'the newest 64 bytes');
  for (const { index, offset, byte } of second.cells) {
    assert.equal(index, (offset - 1) % 64, `byte ${offset} lies at ${index}`);
    assert.equal(byte, more.charCodeAt(offset - 1), `byte ${offset}`);
  }
  assert.equal(Number(await reader.at('ring').getAttribute('data-idx')), more.length % 64);

  // A replica keeps the very same bytes, until a sends its next PING.
  const has = async () => (await reader.says('node-b-offset')) === String(more.length);
  await reader.stepUntil(has, 'b has the write');
  await reader.select('b');
  await expectSoon(
    async () => (await reader.ring()).text,
    (text) => text === second.text,
    "b's ring is a's",
  );
});

test('a new replica climbs the handshake ladder', async (t) => {
  const reader = await settled(t);
  await reader.at('add-node').click();
  await reader.at('node-d').waitFor();
  await reader.select('d');
  await reader.tab('handshake');
  await expectSoon(
    () => reader.ladder(),
    (rungs) => rungs.length === 16,
    'sixteen states',
  );
  assert.equal((await reader.ladder())[0].status, 'current', 'a new node follows nobody');

  await reader.menu('d', 'follow-a');
  await reader.until('node-d-state', 'CONNECT');
  await reader.at('step-by').selectOption({ label: 'state' });
  // Step by step: what the card says must climb, and the ladder must stand where the card does.
  const passed = [];
  const order = (await reader.ladder()).map((rung) => rung.state);
  await reader.select('d');
  for (let steps = 0; passed.at(-1) !== 'CONNECTED'; steps++) {
    assert.ok(steps < 200, `never connected; went through ${passed}`);
    const was = await reader.shown();
    await reader.at('step-forward').click();
    await expectSoon(
      () => reader.shown(),
      (shown) => shown >= was,
      'a step forward',
    );
    const rungs = await reader.ladder();
    const current = rungs.filter((rung) => rung.status === 'current').map((rung) => rung.state);
    assert.deepEqual(current, [await reader.says('node-d-state')]);
    if (current[0] !== passed.at(-1)) passed.push(current[0]);
  }
  const places = passed.map((state) => order.indexOf(state));
  assert.deepEqual(
    places,
    [...places].sort((x, y) => x - y),
    `the states come in order: ${passed}`,
  );
  for (const state of ['RECEIVE_PONG', 'RECEIVE_PSYNC', 'TRANSFER', 'CONNECTED'])
    assert.ok(passed.includes(state), state);

  const rungs = Object.fromEntries((await reader.ladder()).map((rung) => [rung.state, rung]));
  for (const rung of Object.values(rungs)) {
    const wanted = rung.state === 'CONNECTED' ? ['current'] : ['passed', 'skipped'];
    assert.ok(rung.state === 'NONE' || wanted.includes(rung.status), `${rung.state} is ${rung.status}`);
  }
  assert.match(rungs.SEND_AUTH.status, /skipped|passed/);
  const sent = Object.values(rungs)
    .flatMap((rung) => rung.sent)
    .join(' ');
  const received = Object.values(rungs)
    .flatMap((rung) => rung.received)
    .join(' ');
  for (const words of ['PING', 'REPLCONF', 'listening-port', 'capa', 'PSYNC'])
    assert.ok(sent.includes(words), `${words} in ${sent}`);
  for (const words of ['+PONG', '+OK', '+FULLRESYNC']) assert.ok(received.includes(words), `${words} in ${received}`);
});

test('a short cut ends with +CONTINUE', async (t) => {
  const reader = await settled(t);
  const before = await reader.info('a', 'stats');
  assert.equal(before.sync_full, '2');
  assert.equal(before.sync_partial_ok, '0');
  await cutUntilNoticed(reader, async () => assert.equal(await reader.type('a', 'SET k v'), 'OK'));
  assert.equal(await reader.type('b', 'GET k'), '"one"', 'b missed the write');
  await healAndCatchUp(reader);

  const why = await verdict(reader, 'a');
  assert.equal(why.result, 'continue');
  assert.match(why.words, /\+CONTINUE/);
  assert.match(why.words, /PSYNC [0-9a-f]{4}… 53/, 'it asks for the first byte that it missed');
  const stats = await reader.info('a', 'stats');
  assert.deepEqual([stats.sync_full, stats.sync_partial_ok, stats.sync_partial_err], ['2', '1', '0']);
  assert.equal(await reader.type('b', 'GET k'), '"v"', 'b has caught up');
  assert.equal((await reader.history('b')).replid, (await reader.history('a')).replid);
});

test('a cut that outlasts the backlog ends with a full resync', async (t) => {
  const reader = await settled(t);
  const value = 'x'.repeat(80);
  await cutUntilNoticed(reader, async () => assert.equal(await reader.type('a', `SET k ${value}`), 'OK'));
  await healAndCatchUp(reader);

  const why = await verdict(reader, 'a');
  assert.equal(why.result, 'full');
  assert.match(why.words, /full resync/i);
  assert.match(why.words, /✗\s*byte wanted 53 ≥ oldest kept \d+/, 'the refusal, with its numbers');
  assert.match(why.words, /With a backlog of \d+ bytes or more instead of 64 it would have been granted/);
  const stats = await reader.info('a', 'stats');
  assert.deepEqual([stats.sync_full, stats.sync_partial_ok, stats.sync_partial_err], ['3', '0', '1']);
  assert.equal(await reader.type('b', 'GET k'), `"${value}"`);
  // Redis's own words about it, at both ends.
  await reader.tab('log');
  await reader.until(
    'log',
    /Trying a partial resynchronization \(request [0-9a-f]{40}:53\)[\s\S]*Full resync from master/,
  );
  await reader.select('a');
  await reader.until('log', /Unable to partial resync with replica/);
});

test('a promotion, its past looked at again, and a replica that goes on with +CONTINUE', async (t) => {
  const reader = await settled(t);
  const old = await reader.history('b');
  assert.equal(old.replid2, null);
  assert.equal(await reader.type('b', 'REPLICAOF NO ONE'), 'OK');
  await reader.until('node-b-role', 'master');
  const promotedAt = await reader.shown();
  const promoted = await reader.history('b');
  assert.notEqual(promoted.replid, old.replid);
  assert.equal(promoted.replid2, old.replid, 'the old history is the second one');
  assert.equal(promoted.second, old.offset + 1, 'and ends after the last byte of it');
  assert.equal(promoted.offset, old.offset);
  await reader.playUntil(async () => (await reader.shown()) > promotedAt + 300, 'some time passes');

  // Back to before it...
  await reader.at('step-by').selectOption({ label: 'command' });
  await expectSoon(
    async () => {
      await reader.at('step-back').click();
      return reader.shown();
    },
    (shown) => shown < promotedAt,
    'a moment before the promotion',
  );
  await reader.until('node-b-role', /replica of a/);
  const past = await reader.history('b');
  assert.deepEqual([past.replid, past.replid2, past.second], [old.replid, null, null]);
  // ... and forward again.
  await expectSoon(
    async () => {
      const from = await reader.shown();
      await reader.at('step-forward').click();
      await expectSoon(() => reader.shown(), (shown) => shown > from, 'a step');
      return reader.says('node-b-role');
    },
    (role) => role === 'master',
    'the promotion, again',
  );
  assert.deepEqual(await reader.history('b'), promoted);
  // The scrubber goes where steps go.
  await reader.at('scrubber').focus();
  await reader.page.keyboard.press('PageDown');
  await reader.until('node-b-role', /replica of a/);
  assert.equal((await reader.history('b')).replid2, null);
  await reader.at('live').click();
  await reader.until('node-b-role', 'master');
  assert.deepEqual(await reader.history('b'), promoted);

  // c changes its master within the history that both know.
  assert.equal(await reader.type('c', 'REPLICAOF b 6379'), 'OK');
  await reader.until('node-c-role', 'replica of b');
  await reader.playUntilSays('node-c-state', 'CONNECTED');
  const why = await verdict(reader, 'b');
  assert.equal(why.result, 'continue');
  assert.match(why.words, /b answered c/);
  const stats = await reader.info('b', 'stats');
  assert.deepEqual([stats.sync_full, stats.sync_partial_ok], ['0', '1']);
  const c = await reader.history('c');
  assert.deepEqual([c.replid, c.replid2], [promoted.replid, old.replid], 'c learns the new name of its history');
});
