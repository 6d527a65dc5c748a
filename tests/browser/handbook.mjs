// The handbook's pictures, taken of the page that is built, and its frames: `cargo xtask book` runs it on the folder
// of the built book, which lies in that of the page. What a picture or a frame is said to show must be there, or it fails.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { openPage, shutDown } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

const BOOK = resolve(process.argv[2]);
const SIZE = { width: 1280, height: 800, reducedMotion: 'reduce' };

// The folders of its languages, and what a reader's browser asks for.
const BOOKS = { '': 'en-US', zh: 'zh-CN' };

/** The text of a chapter. */
const textOf = (folder, chapter) => readFileSync(join(BOOK, folder, chapter), 'utf8');

/**
 * Each picture: the chapter whose first frame has the session, if any, and how the page is brought to what it shows;
 * resolves to the element that it is of, the page if to none.
 */
const PICTURES = {
  page: [null, async (reader) => {
    await reader.playUntilSays('node-c-state', 'CONNECTED');
    await reader.type('a', 'SET greeting hello');
    await reader.playUntil(async () => (await reader.says('node-c-offset')) === (await reader.says('node-a-offset')), 'the write arrives');
  }],
  ring: ['first-minute.html', async (reader, page) => {
    await reader.at('ring').waitFor();
    return page.locator('.right');
  }],
  steps: [null, async (reader) => {
    await reader.playUntilSays('node-b-state', 'CONNECTED');
    await reader.at('steps-toggle').click();
    await reader.at('step-into').click();
    await reader.at('step-lines').waitFor();
  }],
  branches: ['time.html', async (reader) => {
    await reader.at('branches').click();
    await reader.at('branch-compare-1').click();
    await reader.at('compare').waitFor();
  }],
  diagram: ['panels.html', async (reader, page) => {
    await reader.at('scrubber').press('End');
    await reader.tab('diagram');
    await page.locator('[data-panel=diagram] svg').first().waitFor();
    return page.locator('.right');
  }],
};

async function takePicture(folder, name, [chapter, prepare]) {
  const fragment = chapter ? /embed#([^"]*)/.exec(textOf(folder, chapter))[1] : '';
  const { page, close } = await openPage({ ...SIZE, locale: BOOKS[folder], fragment });
  const reader = await new Reader(page).opened();
  // A session that was linked stands still once it is there.
  if (chapter) await expectSoon(() => reader.isPlaying(), (playing) => !playing, `the session of ${chapter}`);
  await reader.pause();
  const element = await prepare(reader, page);
  await (element ?? page).screenshot({ path: join(BOOK, folder, 'images', `${name}.png`), animations: 'disabled' });
  await close();
}

/** Every frame of a chapter stands at its moment, with its panel. */
async function checkFrames(folder, chapter) {
  const { page, url, close } = await openPage(SIZE);
  await page.goto(`${url}${basename(BOOK)}/${join(folder, chapter)}`);
  const frames = page.locator('iframe.lab');
  for (let nth = 0; nth < (await frames.count()); nth++) {
    const frame = frames.nth(nth);
    const wanted = await frame.getAttribute('data-link');
    await frame.scrollIntoViewIfNeeded();
    const inside = frame.contentFrame();
    const [, at] = /--at (\S+)/.exec(wanted);
    const [, panel] = /--panel (\S+)/.exec(wanted);
    const shown = () => inside.getByTestId('scrubber').getAttribute('aria-valuenow');
    await expectSoon(shown, (ms) => Number(ms) === Number(at) * 1000, `${chapter}: a frame stands at ${at} s`);
    assert.equal(await inside.locator('#panel').getAttribute('data-panel'), panel, `${chapter}: ${wanted}`);
    assert.equal(await inside.getByTestId('error').count(), 0, `${chapter}: ${wanted}`);
  }
  await close();
}

try {
  for (const folder of Object.keys(BOOKS)) {
    mkdirSync(join(BOOK, folder, 'images'), { recursive: true });
    for (const [name, picture] of Object.entries(PICTURES)) await takePicture(folder, name, picture);
    const chapters = readdirSync(join(BOOK, folder)).filter((name) => name.endsWith('.html'));
    const framed = chapters.filter((name) => textOf(folder, name).includes('<iframe class="lab"'));
    for (const chapter of framed) await checkFrames(folder, chapter);
    console.log(`${BOOKS[folder]}: pictures taken; the frames of ${framed.join(', ')} stand where they should`);
  }
} finally {
  await shutDown();
}
