// What goes wrong is said where its reader looks, and changes nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

async function settled(t) {
  const { page } = await openPage(t, { acceptDownloads: true });
  const reader = await new Reader(page).opened();
  await reader.load(world({ actions: [typed(3_000_000, 'a', 'SET k one')], endUs: 4_500_000 }));
  return reader;
}

test('replies that are errors stand in the console, in the words of Redis', async (t) => {
  const reader = await settled(t);
  const cases = [
    ['NOSUCH thing', /^\(error\) ERR unknown command `NOSUCH`/],
    ['SET k', /^\(error\) ERR wrong number of arguments for 'set' command/],
    ['INCR k', /^\(error\) ERR value is not an integer or out of range/],
    ['CONFIG SET nothing 1', /^\(error\) ERR Unsupported CONFIG parameter: nothing/],
  ];
  for (const [command, wanted] of cases) assert.match(await reader.type('a', command), wanted, command);
  assert.match(await reader.type('b', 'SET k two'), /^\(error\) READONLY You can't write against a read only replica/);
  assert.equal(await reader.type('a', 'GET k'), '"one"');
  assert.ok((await reader.page.locator('.console-error').count()) > 0, 'errors look like errors');
});

test('a command line whose quotes do not close is refused at the console, and the next one works', async (t) => {
  const reader = await settled(t);
  await reader.select('a');
  for (const line of ['SET k "open', "SET k 'open", 'SET k "a"b']) {
    await reader.enter(line);
    // Between the console's last line and the command line.
    const alert = reader.page.locator('.console').getByTestId('error');
    await alert.waitFor();
    assert.match(await alert.innerText(), /quotes do not close[\s\S]*Invalid argument\(s\)/, line);
    await alert.getByRole('button').click();
    await alert.waitFor({ state: 'detached' });
  }
  assert.equal(await reader.type('a', 'GET k'), '"one"');
});

test('what is typed in the dialog for a new world stays there when it is refused', async (t) => {
  const reader = await settled(t);
  await reader.at('new').click();
  await reader.at('new-nodes').fill('9999');
  await reader.at('new-latency').fill('7');
  await reader.at('new-go').click();
  await reader.at('new-dialog').getByTestId('error').waitFor();
  assert.equal(await reader.at('new-nodes').inputValue(), '9999');
  assert.equal(await reader.at('new-latency').inputValue(), '7');
});

test('a damaged log is refused in the dialog, and the present world stays as it is', async (t) => {
  const reader = await settled(t);
  const [digest, now] = [await reader.digest(), await reader.now()];
  const good = world({ actions: [typed(3_000_000, 'a', 'SET k one')], endUs: 4_500_000 });
  const cases = {
    'no JSON': ['{"version":1,', /This is not JSON/],
    'not a log': ['[1,2,3]', /./],
    'another version': [JSON.stringify({ ...good, version: 99 }), /version/],
    'nothing in it': ['{}', /missing/],
    'an unknown field': [JSON.stringify({ ...good, surprise: 1 }), /field that nobody knows[\s\S]*surprise/],
    'an unknown action': [JSON.stringify({ ...good, actions: [{ at_us: 1, do: 'explode', node: 'a' }] }), /explode/],
    'an unknown node': [JSON.stringify({ ...good, actions: [typed(1, 'z', 'PING')] }), /no such node/],
    'not in order': [
      JSON.stringify({ ...good, actions: [typed(2, 'a', 'PING'), typed(1, 'a', 'PING')] }),
      /order of time/,
    ],
    'a bad line of configuration': [
      JSON.stringify({ ...good, config: { ...good.config, nodes: [{ name: 'a', config: ['no-such-directive 1'] }] } }),
      /configuration is refused/,
    ],
  };
  await reader.at('load').click();
  const dialog = reader.at('load-dialog');
  for (const [what, [text, wanted]] of Object.entries(cases)) {
    await reader.at('load-text').fill(text);
    await reader.at('load-go').click();
    const alert = dialog.getByTestId('error');
    const words = await expectSoon(
      async () => ((await alert.count()) > 0 ? alert.innerText() : ''),
      (said) => wanted.test(said),
      `${what}: ${wanted}`,
    );
    assert.match(words, /Nothing was changed/, what);
    assert.equal(await reader.digest(), digest, `${what}: the world is the same`);
    await alert.getByRole('button').click();
    await alert.waitFor({ state: 'detached' });
  }

  // A damaged file says the same as damaged text.
  await reader
    .at('load-file')
    .setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer: Buffer.from('{"version":') });
  await expectSoon(
    () => dialog.innerText(),
    (said) => /This is not JSON/.test(said),
    'the file is refused',
  );
  await reader.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual([await reader.digest(), await reader.now()], [digest, now]);
  await reader.playUntil(async () => (await reader.now()) > now + 500_000, 'the old world goes on');
  assert.equal(await reader.type('a', 'GET k'), '"one"');
});

test('a run that is saved and loaded is the same run', async (t) => {
  const reader = await settled(t);
  assert.equal(await reader.type('a', 'SET k "two words"'), 'OK');
  await reader.wire('a-b', 'cut');
  await reader.playUntil(async () => (await reader.now()) > 6_000_000, 'some time passes');
  await reader.wire('a-b', 'heal');
  await reader.menu('c', 'crash-node');
  await reader.playUntil(async () => (await reader.now()) > 7_500_000, 'some more');
  const [digest, now] = [await reader.digest(), await reader.now()];

  const [download] = await Promise.all([reader.page.waitForEvent('download'), reader.save('json')]);
  assert.match(download.suggestedFilename(), /^psyncscope-seed-1-\d+s\.json$/);
  const text = readFileSync(await download.path(), 'utf8');
  const { version, branches, current } = JSON.parse(text);
  assert.deepEqual({ version, current, branches: branches.length }, { version: 2, current: 0, branches: 1 });
  const [log] = branches;
  assert.equal(log.end_us, now);
  assert.deepEqual(
    log.actions.map((a) => a.do),
    ['exec', 'exec', 'cut', 'heal', 'crash'],
  );

  // Elsewhere: a page of its own, with a file as readers have it.
  const { page } = await openPage(t);
  const other = await new Reader(page).opened();
  await other.pause();
  assert.notEqual(await other.digest(), digest);
  await other.at('load').click();
  await other
    .at('load-file')
    .setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await other.at('load-dialog').waitFor({ state: 'detached' });
  await expectSoon(
    () => other.now(),
    (at) => at === now,
    'the loaded run is at its end',
  );
  assert.equal(await other.digest(), digest, 'byte for byte');
  assert.equal(await other.says('node-a-offset'), await reader.says('node-a-offset'));
  assert.equal(await other.at('node-c').getAttribute('data-power'), 'stopped');
});
