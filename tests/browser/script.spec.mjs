// The script: beside the stage, both ways; what is wrong with it, what it expects, and files that are dropped.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const SCRIPT = `# two nodes, and what one expects of them
node a
node b
  replicaof a 6379

at 1s  say "b asks for everything."
at 1s  say zh "b 请求全部数据。"
at 3s  a> SET k one
at 4s  expect b key k = one
at 4s  expect b key k = two
end 5s

branch "cut" from "main" at 2s
  at 2.5s  cut a b
  at 4s    expect b no key k
  end 6s
`;

async function open(t, options = {}) {
  const { page } = await openPage(t, { width: 1440, height: 900, ...options });
  return new Reader(page).opened();
}

/** The text in the editor. */
const text = (reader) => reader.at('script-text').inputValue();

/** What the numbers of lines say that are marked so. */
const lines = (reader, mark) => reader.page.locator(`.gutter-line.${mark}`).allTextContents();

/** Drops a file on the page, wherever. */
async function drop(reader, name, content) {
  const { page } = reader;
  const data = await page.evaluateHandle(
    ([name, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], name, { type: 'text/plain' }));
      return data;
    },
    [name, content],
  );
  await page.dispatchEvent('.stage', 'dragenter', { dataTransfer: data });
  await reader.at('drop-hint').waitFor();
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
}

test('the session is a text, and what is done goes into it', async (t) => {
  const reader = await open(t);
  await reader.load(world({ actions: [typed(3_000_000, 'a', 'SET k one')], endUs: 5_000_000 }));
  await reader.at('script').click();
  assert.match(await text(reader), /node c\n {2}repl-backlog-size 64\n {2}replicaof a 6379\n\nat 3s {2}a> SET k one\nend 5s\n$/);
  await reader.type('a', 'SET k two');
  await expectSoon(() => text(reader), (now) => /\nat 5s {2}a> SET k two\nend /.test(now), 'the command in the text');
});

test('what is typed goes on the page, comments stay, and the session before is kept', async (t) => {
  const reader = await open(t);
  await reader.load(world({ endUs: 5_000_000 }));
  await reader.at('script').click();
  await reader.at('script-text').fill(SCRIPT);
  await reader.until('script-met', '1 of 2 expectations are met. 1 is in branches that were not played yet.');
  assert.deepEqual(await lines(reader, 'met'), ['✓9']);
  assert.deepEqual(await lines(reader, 'unmet'), ['✗10']);
  assert.equal(await reader.says('script-unmet'), 'line 10: expected b key k = two: k of b is one');
  assert.equal(await reader.page.locator('.card').count(), 2);

  // A line leads to its moment, and the author has the first word there.
  await reader.page.locator('.gutter-line', { hasText: /^8$/ }).click();
  await reader.isAtMs(3000);
  assert.match(await reader.says('caption-said'), /b asks for everything\.$/);
  assert.deepEqual(await lines(reader, 'now'), ['8']);
  // By keyboard too: into the other branch.
  await reader.at('script-text').evaluate((area) => {
    const at = area.value.indexOf('cut a b');
    area.focus();
    area.setSelectionRange(at, at);
  });
  await reader.page.keyboard.press('Control+Enter');
  await reader.isAtMs(2500);
  await reader.until('script-met', '2 of 3 expectations are met.');

  // The expectation is mended, the moment stays.
  await reader.at('script-text').fill(SCRIPT.replace('= two', '= one'));
  await expectSoon(async () => (await reader.says('script-met')) ?? '', (met) => /^1 of 1/.test(met), 'the branch again');
  assert.equal(await reader.shown(), 2500);
  assert.ok((await text(reader)).startsWith('# two nodes'));
  await reader.at('branches').click();
  assert.equal(await reader.page.locator('[data-testid^=session-]').count(), 2, 'the opening, and the run that was loaded');
});

test('what is wrong is told with its line, nothing changes, and the caret goes there', async (t) => {
  const reader = await open(t);
  await reader.load(world({ endUs: 5_000_000 }));
  const digest = await reader.digest();
  await reader.at('script').click();
  const good = await text(reader);
  await reader.at('script-text').fill(`${good}at 6s crush a\n`);
  await reader.until('script-error', /^line \d+, column 7: found crush, expected .* did you mean crash\?$/);
  assert.equal(await reader.digest(), digest);
  await reader.at('script-error').click();
  const caret = await reader.at('script-text').evaluate((area) => area.value.slice(area.selectionStart));
  assert.equal(caret, 'crush a\n');
  // What the world refuses has its line as well.
  await reader.at('script-text').fill(good.replace('end 5s', 'at 4s resume a\nend 5s'));
  await reader.until('script-error', /^line 14, column 1: a is running/);
  assert.equal(await reader.digest(), digest);
  await reader.at('script-text').fill(good);
  await expectSoon(() => reader.at('script-error').count(), (count) => count === 0, 'nothing is wrong any more');
});

test('a file is dropped: a script, a saved run, and one that is neither', async (t) => {
  const reader = await open(t, { locale: 'zh-CN' });
  await drop(reader, 'lesson.psync', SCRIPT);
  await reader.until('caption-said', /b 请求全部数据。$/);
  assert.equal(await reader.at('drop-hint').count(), 0);
  assert.equal(await text(reader), SCRIPT);
  const digest = await reader.digest();
  await drop(reader, 'broken.json', '{"version": 2, "config": 7}');
  await reader.until('error', /broken\.json: .*config/);
  assert.equal(await reader.digest(), digest, 'nothing was changed');
  await drop(reader, 'run.json', JSON.stringify(world({ names: ['x', 'y'], endUs: 4_000_000 })));
  await reader.at('console-tab-x').waitFor();
  assert.equal(await reader.at('error').count(), 0);
});

test('an example is opened, played, and saved as a file', async (t) => {
  const reader = await open(t, { acceptDownloads: true });
  await reader.at('script').click();
  await reader.at('script-examples').selectOption({ label: 'Acknowledged and lost' });
  await reader.until('script-met', /^4 of 4 expectations are met\. 3 are in/);
  assert.ok(await reader.isPlaying());
  const coming = reader.page.waitForEvent('download');
  await reader.at('script-save').click();
  const download = await coming;
  assert.match(download.suggestedFilename(), /\.psync$/);
  assert.equal(await readFile(await download.path(), 'utf8'), await text(reader));
});

test('a session that went another way is told, and its text can be written anew', async (t) => {
  const reader = await open(t);
  await reader.at('script').click();
  await reader.at('script-text').fill(SCRIPT);
  await reader.until('script-met', /^1 of 2/);
  await reader.at('branches').click();
  await reader.at('branch-rename-0').click();
  const name = reader.at('branch-name');
  await name.fill('what happened');
  await name.press('Enter');
  await reader.page.keyboard.press('Escape');
  await reader.at('script-parted').waitFor();
  await reader.at('script-anew').click();
  await expectSoon(() => text(reader), (now) => now.includes('main "what happened"'), 'the new name');
  assert.equal(await reader.at('script-parted').count(), 0);
});

test('what is done while the text cannot be read is not lost', async (t) => {
  const reader = await open(t);
  await reader.at('script').click();
  await reader.at('script-text').fill(SCRIPT);
  await reader.until('script-met', /^1 of 2/);
  await reader.at('script-text').fill(`${SCRIPT}crash`);
  await reader.at('script-error').waitFor();
  await reader.type('a', 'SET k three');
  assert.ok((await text(reader)).endsWith('crash'), 'what is being corrected is not written over');
  await reader.at('script-text').fill(SCRIPT.replace('end 6s', 'end 7s'));
  await reader.at('script-error').waitFor({ state: 'detached' });
  await reader.at('branches').click();
  // The opening, and the session with the command.
  await expectSoon(() => reader.page.locator('[data-testid^=session-]').count(), (count) => count === 2, 'it is kept');
});

test('a script that is saved has what was done since it was looked at', async (t) => {
  const reader = await open(t, { acceptDownloads: true });
  await reader.load(world({ endUs: 5_000_000 }));
  await reader.at('script').click();
  await expectSoon(() => text(reader), (now) => now.includes('end 5s'), 'the script');
  await reader.tab('backlog');
  await reader.type('a', 'SET k later');
  const [download] = await Promise.all([reader.page.waitForEvent('download'), reader.save('psync')]);
  assert.match(await readFile(await download.path(), 'utf8'), /at 5s {2}a> SET k later\n/);
});

for (const [width, height] of [
  [1440, 900],
  [390, 844],
]) {
  test(`at ${width} by ${height} the script that the top bar opens is in view, and its tab`, async (t) => {
    const reader = await open(t, { width, height });
    await reader.at('script').click();
    await reader.at('script-text').waitFor();
    for (const id of ['tab-script', 'script-examples']) {
      const seen = () =>
        reader.at(id).evaluate((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return document.elementFromPoint((left + right) / 2, (top + bottom) / 2) === element;
        });
      await expectSoon(seen, Boolean, `${id} is in view`);
    }
  });
}
