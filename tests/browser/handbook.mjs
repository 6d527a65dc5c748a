// The handbook's pictures, taken of the page that is built, and its frames: `cargo xtask book` runs it on the folder
// of the built book, which lies in that of the page. What a picture or a frame is said to show must be there, or it fails.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { openPage, shutDown } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';
import { Student } from './student.mjs';

const BOOK = resolve(process.argv[2]);
const SIZE = { width: 1280, height: 800, reducedMotion: 'reduce' };
const NOTES_SIZE = { width: 900, height: 440 };

// The folders of its languages, and what a reader's browser asks for.
const BOOKS = { '': 'en-US', zh: 'zh-CN' };

/** The text of a chapter. */
const textOf = (folder, chapter) => readFileSync(join(BOOK, folder, chapter), 'utf8');

/** Presses the clicker until a block of the lesson is shown, all of whose tasks on the way are done by that. */
async function clickTo(student, block) {
  for (let at = 0; at < block; at++) {
    await student.page.keyboard.press('PageDown');
    await expectSoon(() => student.isPlaying(), (playing) => !playing, 'time stands still');
    if (Number(await student.block()) > at) continue;
    await student.at('task-met').waitFor();
    await student.page.keyboard.press('PageDown');
    await student.isAt(at + 1);
  }
}

/** Begins to present the lesson on the page; resolves to the window of its notes. */
async function present(student, context) {
  await student.isAt(0);
  await student.at('lesson-progress').click();
  await student.at('lesson-present').click();
  const [notes] = await Promise.all([context.waitForEvent('page'), student.at('present-notes').click()]);
  await new Reader(notes).at('notes-now').waitFor();
  await student.page.bringToFront();
  return notes;
}

/**
 * Each picture: the chapter whose first frame has the session, or the query that opens a lesson, if any, and how the page
 * is brought to what it shows; resolves to the element or the window that it is of, the page if to none.
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
  lesson: ['?lesson=first-sync', async (student) => {
    await student.next(1);
    await student.task('a', 'SET greeting hello');
    await student.next(2);
    await student.answer(0);
  }],
  edit: ['?lesson=backlog', async (student) => {
    await student.isAt(0);
    await student.at('lesson-progress').click();
    await student.at('lesson-edit').click();
    const text = student.at('script-text');
    await text.fill((await text.inputValue()).replace('look backlog a', 'look backlogs a'));
    await student.at('script-error').first().waitFor();
    // A browser brings the caret in view when it is moved.
    await text.evaluate((area) => area.setSelectionRange(area.value.indexOf('backlogs'), area.value.indexOf('backlogs')));
    await text.press('ArrowRight');
  }],
  present: ['?lesson=overwritten', async (student, page, context) => {
    await present(student, context);
    await clickTo(student, 3);
  }],
  notes: ['?lesson=overwritten', async (student, page, context) => {
    const notes = await present(student, context);
    await clickTo(student, 2);
    await new Reader(notes).until('notes-text', /idx/);
    await notes.setViewportSize(NOTES_SIZE);
    return notes;
  }],
  report: ['?lesson=challenge-full-resync', async (student, page) => {
    await student.isAt(0);
    await student.command('a', 'DEBUG CHANGE-REPL-ID');
    await student.command('a', 'CLIENT KILL TYPE replica');
    await student.at('task-met').waitFor();
    await student.openCourse();
    await student.at('course-first-sync').click();
    await student.next(1);
    await student.task('a', 'SET greeting hello');
    await student.next(2);
    await student.answer(2);
    await student.next(3);
    await student.openCourse();
    await student.at('course-report').click();
    await student.at('report-student').fill('Ada');
    await student.until('report-first-sync-worth', /1.*1/);
    await student.until('report-challenge-full-resync-worth', /1.*1/);
    return student.at('report-dialog');
  }],
};

async function takePicture(folder, name, [opens, prepare]) {
  const isLesson = opens?.startsWith('?') ?? false;
  const fragment = opens && !isLesson ? /embed#([^"]*)/.exec(textOf(folder, opens))[1] : '';
  const query = isLesson ? opens : '';
  const { page, context, close } = await openPage({ ...SIZE, locale: BOOKS[folder], query, fragment });
  const reader = await (isLesson ? new Student(page) : new Reader(page)).opened();
  // A session that was linked stands still once it is there; a lesson where its parts begin.
  if (fragment) await expectSoon(() => reader.isPlaying(), (playing) => !playing, `the session of ${opens}`);
  if (!isLesson) await reader.pause();
  const element = await prepare(reader, page, context);
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

/** Takes the pictures of the book in one language, and checks its frames. */
async function illustrate(folder) {
  mkdirSync(join(BOOK, folder, 'images'), { recursive: true });
  for (const [name, picture] of Object.entries(PICTURES)) await takePicture(folder, name, picture);
  const chapters = readdirSync(join(BOOK, folder)).filter((name) => name.endsWith('.html'));
  const framed = chapters.filter((name) => textOf(folder, name).includes('<iframe class="lab"'));
  for (const chapter of framed) await checkFrames(folder, chapter);
  console.log(`${BOOKS[folder]}: pictures taken; the frames of ${framed.join(', ')} stand where they should`);
}

/** From each language a chapter leads to the same one in the other, and back. */
async function checkLanguages(chapter) {
  const { page, url, close } = await openPage(SIZE);
  await page.goto(`${url}${basename(BOOK)}/${chapter}`);
  for (const [language, path] of [['zh-CN', `zh/${chapter}`], ['en', chapter]]) {
    await page.locator('.language').click();
    await page.waitForURL(`${url}${basename(BOOK)}/${path}`);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    await page.locator('main h1').first().waitFor();
  }
  await close();
}

try {
  // At the same time: they mostly wait for what their pages show.
  await Promise.all(Object.keys(BOOKS).map(illustrate));
  // Its pictures are there now.
  await checkLanguages('present.html');
} finally {
  await shutDown();
}
