// What the handbook's chapters for teachers say can be done (docs/edit.md, docs/present.md, docs/report.md) is done as
// they say it. What the other lesson specs have done already is left out.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';
import { Student } from './student.mjs';

const SIZE = { width: 1440, height: 900 };

/** Opens the list of a lesson's parts and presses what stands below it. */
async function fromList(student, what) {
  await student.at('lesson-progress').click();
  await student.at(what).click();
}

test('docs/edit.md: a text is edited, tried, saved and left as it says', async (t) => {
  const { page } = await openPage(t, { ...SIZE, acceptDownloads: true });
  const reader = await new Reader(page).opened();
  await reader.openCourse();
  await reader.at('course-backlog').click();
  const student = await new Student(page).opened();
  await student.isAt(0);
  await fromList(student, 'lesson-edit');
  assert.equal(await student.at('tab-script').getAttribute('aria-selected'), 'true');
  const text = student.at('script-text');
  const original = await text.inputValue();

  // What can be read is shown, and the world stays.
  const digest = await student.digest();
  await text.fill(original.replace('which fills from the top clockwise', 'which fills clockwise'));
  await student.until('lesson-text', /which fills clockwise/);
  assert.equal(await student.digest(), digest);
  // What cannot is told, and the lesson stays as the text last said.
  const edited = await text.inputValue();
  await text.fill(edited.replace('look backlog a', 'look backlogs a'));
  await student.until('script-error', /^line \d+, column \d+: .*backlogs/);
  await student.until('lesson-text', /which fills clockwise/);
  await text.fill(edited);
  await student.until('lesson-readable', /It can be read; the lesson shows it/);

  // The other language has its own text; the one that is written stays.
  await student.at('lang').selectOption('1');
  await student.until('lesson-text', /积压缓冲区/);
  assert.equal(await text.inputValue(), edited);
  await student.at('lang').selectOption('0');

  // Another world begins from the text.
  await text.fill(edited.replace('seed 5', 'seed 6'));
  await student.until('lesson-readable', /its world is another one/);
  await text.press('Control+Enter');
  await student.until('seed', /6$/);
  await student.isAt(0);
  await student.next(1);
  await student.task('a', 'SET k one');

  // Its parts open the panels that they are about.
  assert.equal(await student.at('tab-backlog').getAttribute('aria-selected'), 'true');
  await student.at('script').click();
  const [download] = await Promise.all([page.waitForEvent('download'), student.at('lesson-save').click()]);
  assert.equal(download.suggestedFilename(), 'backlog.psync');
  assert.equal(await readFile(await download.path(), 'utf8'), await text.inputValue());

  // The editor is closed; the lesson goes on with its text, and its trial is nobody's report.
  await student.at('lesson-edit-close').click();
  await student.at('lesson-back').click();
  await student.until('lesson-text', /which fills clockwise/);
  await student.openCourse();
  assert.doesNotMatch(await student.says('course-backlog'), /begun|done/);
  assert.equal(await student.at('course-report').count(), 0);
});

test('docs/present.md: a clicker leads on, the audience votes, and who asks what if gets a branch', async (t) => {
  const { page, context } = await openPage(t, { ...SIZE, query: '?lesson=overwritten' });
  const student = await new Student(page).opened();
  await student.isAt(0);
  await fromList(student, 'lesson-present');
  const [notes] = await Promise.all([context.waitForEvent('page'), student.at('present-notes').click()]);
  assert.match(notes.url(), /\?notes$/);
  const second = new Reader(notes);
  await second.until('notes-text', /Nothing to note here/);
  await page.bringToFront();

  // A task is done as its author solved it, at the console that is shown; on again once it is done.
  await student.press('ArrowRight', 1);
  assert.equal(await student.at('console-input').isVisible(), true);
  await page.keyboard.press('ArrowDown');
  await student.at('task-met').waitFor();
  await expectSoon(() => student.isPlaying(), (playing) => !playing, 'time stands still');
  const typed = (await student.lines()).filter((line) => line.includes('SET weather fair'));
  assert.equal(typed.length, 3);
  await student.press('ArrowUp', 0);
  await student.press('PageDown', 1);
  await student.press('PageDown', 2);
  await student.press('PageDown', 3);

  // An answer may be chosen before it is told.
  await student.answer(0);
  await student.at('verdict-wrong').waitFor();
  assert.equal(await student.at('lesson-instead').isVisible(), true);

  // It ends where it is.
  await page.keyboard.press('Escape');
  await student.at('play').waitFor();
  await student.isAt(3);
});

test('docs/report.md: a report is handed in, and its links say what was done but not what was answered', async (t) => {
  const { page } = await openPage(t, { ...SIZE, query: '?lesson=first-sync' });
  const student = await new Student(page).opened();
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.answer(0);
  await student.next(3);
  const digest = await student.digest();
  await student.openCourse();
  await student.at('course-report').click();
  await student.until('report-first-sync-worth', /Not to its end/);
  const address = await page.getByRole('link', { name: 'Open its session' }).getAttribute('href');

  // The teacher's browser has nothing of it but what the link brings.
  const teacher = await openPage(t, { ...SIZE, ...afterBase(address) });
  const theirs = await new Student(teacher.page).opened();
  await theirs.isAt(3);
  assert.equal(await theirs.digest(), digest);
  await theirs.at('lesson-progress').click();
  await theirs.at('lesson-block-1').click();
  await theirs.isAt(1);
  assert.equal(await theirs.at('goal-0').locator('i').textContent(), '✓');
  await theirs.at('lesson-next').click();
  await theirs.isAt(2);
  await theirs.at('verdict-none').waitFor();
  // It is that browser's session now: one goes on there.
  await theirs.openCourse();
  assert.match(await theirs.says('course-first-sync'), /begun/);
});

/** What `openPage` needs to open the same address in another browser. */
function afterBase(address) {
  const { search, hash } = new URL(address);
  return { query: search, fragment: hash.slice(1) };
}
