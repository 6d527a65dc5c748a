// What the page does with lessons beside showing them: keeps what was done, offers them at a first visit, lets them be
// edited and presented, and says what is not there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';
import { Student } from './student.mjs';

test('what was done is kept, goes on at the next visit, and is reported', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync', acceptDownloads: true });
  const student = await new Student(page).opened();
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.answer(0);
  await student.next(3);
  const digest = await student.digest();

  // The next visit, on the same browser: the answer that was given counts.
  await page.reload();
  await student.opened();
  await student.isAt(3);
  assert.equal(await student.digest(), digest);
  await student.at('lesson-back').click();
  await student.isAt(2);
  assert.equal(await student.at('verdict-wrong').count(), 1);
  await student.next(3);

  await student.openCourse();
  assert.match(await student.says('course-first-sync'), /begun/);
  await student.at('course-report').click();
  await student.at('report-student').fill('Ada');
  await student.at('report-student').blur();
  await student.until('report-first-sync-worth', /Tasks done: 1 of 2. Questions right: 0 of 2. Not to its end./);
  const [download] = await Promise.all([page.waitForEvent('download'), student.at('report-save').click()]);
  const report = JSON.parse(await (await import('node:fs/promises')).readFile(await download.path(), 'utf8'));
  assert.equal(report.psyncscope_report, 1);
  assert.equal(report.student, 'Ada');
  assert.deepEqual(report.lessons.map(({ lesson, answers }) => ({ lesson, answers })), [
    { lesson: 'first-sync', answers: [{ block: 2, choice: 0 }] },
  ]);
  // The link in it opens the session in the lesson.
  const address = await page.getByRole('link', { name: 'Open its session' }).getAttribute('href');
  assert.ok(address.endsWith(`?lesson=first-sync${report.lessons[0].session}`), address);

  await page.emulateMedia({ media: 'print' });
  assert.equal(await student.at('lesson').isVisible(), false, 'the report alone is printed');
  assert.equal(await student.at('report-first-sync').isVisible(), true);
  await page.emulateMedia({ media: 'screen' });
  await student.at('report-forget').click();
  await student.at('report-first-sync').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => localStorage.getItem('psyncscope.report')), null);
  await page.goto(address);
  await student.opened();
  await student.isAt(3);
  assert.equal(await student.digest(), digest);
});

test('what a lesson had begun to do when the page was left is done at the next visit', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=overwritten' });
  const student = await new Student(page).opened();
  await student.isAt(0);
  await student.next(1);
  for (const nth of [0, 1, 2]) {
    await student.command('a', 'SET weather fair');
    if (nth < 2) await expectSoon(() => student.lines(), (lines) => lines.filter((line) => line === 'OK').length > nth, 'the answer');
  }
  await student.at('task-met').waitFor({ state: 'attached' });
  await student.next(2);
  await student.next(3);
  // The wire is cut at once, and mended seven seconds later.
  await student.at('choice-0').click();
  await student.at('lesson-answer').click();
  await student.pause();
  await page.reload();
  await student.opened();
  await student.isAt(3);
  assert.equal(await student.at('lesson-because').count(), 0, 'the wire is still cut');
  await student.play();
  await student.at('lesson-because').waitFor();
});

test('a lesson can be taken where nothing may be stored', async (t) => {
  const init = () =>
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync', init });
  const student = await new Student(page).opened();
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.openCourse();
  assert.match(await student.says('course-first-sync'), /begun/);
  await student.at('course-report').click();
  await student.until('report-first-sync-worth', /Tasks done: 1 of 2/);
});

test('who is here for the first time is told what he can do; nothing of what plays is covered', async (t) => {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ]) {
    const { page } = await openPage(t, { width, height });
    const reader = await new Reader(page).opened();
    const boxes = await Promise.all(['landing', 'node-a'].map((id) => reader.at(id).boundingBox()));
    assert.ok(boxes[0].y + boxes[0].height <= boxes[1].y, 'the line is above the cards');
    await reader.assertFits();
    await reader.at('landing-course').click();
    await reader.at('course-first-sync').waitFor();
    await page.keyboard.press('Escape');
    await reader.at('landing-sandbox').click();
    await reader.at('landing').waitFor({ state: 'detached' });
    await page.reload();
    await reader.opened();
    assert.equal(await reader.at('landing').count(), 0, 'once is enough');
  }
});

test('a lesson is edited beside itself, loaded, dropped and saved', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync', acceptDownloads: true });
  const student = await new Student(page).opened();
  await student.at('lesson-progress').click();
  await student.at('lesson-edit').click();
  const text = await student.at('script-text').inputValue();
  await student.at('script-text').fill(text.replace('They know nothing of each other yet', 'They are strangers'));
  await student.until('lesson-text', /They are strangers/);
  await student.at('script-text').fill(text.replace('goal a key greeting = hello', 'goal a kee greeting = hello'));
  const errors = () => student.at('script-error').allInnerTexts();
  await expectSoon(errors, (all) => all.some((text) => /line \d+, column \d+: .*kee/.test(text)), 'what is wrong');
  await student.until('lesson-text', /They are strangers/);

  // Another world: the lesson begins again when its author wants that.
  const own = text.replace('lesson first-sync', 'lesson my-own').replace('seed 7', 'seed 8').replace('title en Two nodes', 'title en My nodes');
  await student.at('script-text').fill(own);
  await student.until('lesson-readable', /its world is another one/);
  await student.at('lesson-try').click();
  await student.until('lesson-title', /^My nodes/);
  assert.equal(await student.says('seed'), 'seed 8');
  const [download] = await Promise.all([page.waitForEvent('download'), student.at('lesson-save').click()]);
  assert.equal(download.suggestedFilename(), 'my-own.psync');
  await student.at('lesson-edit-close').click();
  await student.at('lesson-leave').click();
  await student.at('lesson').waitFor({ state: 'detached' });

  await student.at('load').click();
  await student.at('load-text').fill(own.replace('goal a key', 'goal a kee'));
  await student.at('load-go').click();
  await student.until('error', /line \d+, column \d+/);
  await student.at('load-text').fill(own);
  await student.at('load-go').click();
  await student.opened();
  assert.match(await student.says('lesson-title'), /^My nodes/);
  await student.at('lesson-leave').click();
  await student.at('lesson').waitFor({ state: 'detached' });

  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    data.items.add(new File([dropped], 'mine.psync'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, own);
  await student.opened();
  assert.match(await student.says('lesson-title'), /^My nodes/);
});

test('before an audience: a clicker leads through the lesson, and a second window has the notes', async (t) => {
  const { page, context } = await openPage(t, { width: 1440, height: 900, query: '?lesson=overwritten' });
  const student = await new Student(page).opened();
  await student.isAt(0);
  await student.at('lesson-progress').click();
  await student.at('lesson-present').click();
  await expectSoon(() => student.at('play').isVisible(), (visible) => !visible, 'only stage and text');
  assert.equal(await student.at('new').isVisible(), false);
  assert.equal(await student.at('node-a').isVisible(), true);
  const [notes] = await Promise.all([context.waitForEvent('page'), student.at('present-notes').click()]);
  const second = new Reader(notes);
  await second.until('notes-now', /has only 96 bytes this time/);
  await second.until('notes-next', /First see how small it is/);
  await page.bringToFront();

  await student.press('PageDown', 1);
  // The presenter does what a reader would do.
  await page.keyboard.press('PageDown');
  await student.at('task-met').waitFor();
  await expectSoon(() => student.isPlaying(), (playing) => !playing, 'time stands still');
  await student.press('ArrowRight', 2);
  await second.until('notes-text', /Let somebody say which offset the oldest byte has now/);
  const offset = await student.says('node-a-offset');
  await second.until('notes-now', new RegExp(`^Read: The stream has ${offset} bytes by now, the ring 96:`));
  await page.keyboard.press('b');
  await student.at('blank').waitFor();
  await page.keyboard.press('.');
  await student.at('blank').waitFor({ state: 'detached' });
  await student.press('PageUp', 1);
  await student.press('PageDown', 2);
  await student.press('PageDown', 3);
  // The audience has answered: what comes of it is shown.
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await student.at('lesson-because').waitFor();
  await page.keyboard.press('Escape');
  await student.at('play').waitFor();
  assert.equal(await student.at('lesson').isVisible(), true);
});

test('the steps beside a lesson leave the stage and the panel where they are, and what is asked is not told elsewhere', async (t) => {
  for (const [width, height] of [[1680, 1050], [1440, 900], [1024, 768], [768, 1024]]) {
    const { page, close } = await openPage(t, { width, height, query: '?lesson=first-sync' });
    const student = await new Student(page).opened();
    await page.keyboard.press('s');
    await page.locator('.main > .steps').waitFor();
    const box = (selector) => page.locator(selector).boundingBox();
    const parts = { lesson: await box('.lesson'), stage: await box('.left'), panel: await box('.panel'), steps: await box('.steps') };
    const main = await box('.main');
    for (const [name, part] of Object.entries(parts)) {
      assert.ok(part.width >= 220 && part.height >= 180, `${width} by ${height}: ${name} is ${part.width} by ${part.height}`);
      assert.ok(part.y + part.height <= main.y + main.height + 1, `${width} by ${height}: ${name} ends within the page`);
    }
    const all = Object.values(parts);
    const apart = (a, b) => a.x + a.width <= b.x + 1 || b.x + b.width <= a.x + 1 || a.y + a.height <= b.y + 1 || b.y + b.height <= a.y + 1;
    all.forEach((a, n) => all.slice(n + 1).forEach((b) => assert.ok(apart(a, b), `${width} by ${height}: nothing lies over another`)));
    await close();
  }
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync' });
  const student = await new Student(page).opened();
  assert.equal(await student.says('caption'), 'The nodes have started.', 'nobody follows anybody yet');
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.tab('why');
  await student.at('matrix-after-answer').waitFor();
  assert.equal(await student.at('matrix-b-a').count(), 0, 'the answer is not given away');
  await student.answer(2);
  await student.tab('why');
  await student.at('matrix-b-a').waitFor();
});

test('a lesson beside those of the course keeps its address, goes on at the next visit, and is reported', async (t) => {
  const { page, url, problems } = await openPage(t, { width: 1440, height: 900 });
  const text = await page.evaluate(async () => (await fetch('lessons/first-sync.psync')).text());
  const body = text.replace('lesson first-sync', 'lesson my-own').replace('title en Two nodes', 'title en My nodes');
  await page.route('**/lessons/my-own.psync', (route) => route.fulfill({ body, contentType: 'text/plain' }));
  await page.goto(`${url}?lesson=my-own`);
  const student = await new Student(page).opened();
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  assert.match(page.url(), /\?lesson=my-own$/);
  await page.reload();
  await student.opened();
  await student.isAt(2);
  await page.reload();
  await student.opened();
  await student.openCourse();
  await student.at('course-report').click();
  await student.until('report-my-own', /^My nodes/);
  await student.until('report-my-own-worth', /Tasks done: 1 of 2/);
  const link = page.getByRole('link', { name: 'Open its session' });
  assert.match(await link.getAttribute('href'), /\?lesson=my-own#v1/);

  // Where the lesson is not beside the page its session can still be opened.
  await page.unrouteAll();
  await page.goto(url);
  await student.openCourse();
  await student.at('course-report').click();
  await student.until('report-my-own-worth', /This lesson is not beside the page/);
  const address = await link.getAttribute('href');
  assert.ok(address.startsWith(`${url}#v1`), address);
  problems.length = 0;
});

test('lessons on their way have their words on one line, and about the height that they will have', async (t) => {
  const { page } = await openPage(t, { width: 1024, height: 768 });
  const reader = await new Reader(page).opened();
  let come;
  const held = new Promise((resolve) => (come = resolve));
  await page.route('**/lessons/*', async (route) => {
    await held;
    await route.continue();
  });
  await reader.at('course').click();
  const heights = (rows) => page.locator(rows).evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
  const coming = await heights('li.course-row');
  assert.ok(coming.length > 20);
  come();
  await expectSoon(() => page.locator('li.course-row').count(), (count) => count === 0, 'the lessons are there');
  const there = await heights('button.course-row');
  const most = there.toSorted((a, b) => a - b)[Math.floor(there.length / 2)];
  for (const height of coming) assert.ok(Math.abs(height - most) < 2, `${height} px before, ${most} px after`);
});

test('a lesson that is not there is told, and the page works', async (t) => {
  const { page, problems } = await openPage(t, { query: '?lesson=nothing' });
  const reader = await new Reader(page).opened();
  await reader.until('error', /nothing could not be loaded/);
  problems.length = 0;
  await reader.type('a', 'PING');
});

test('a page that a server sends in place of a lesson is not read as one', async (t) => {
  const { page, url } = await openPage(t);
  await page.route('**/lessons/nothing.psync', (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: '<p>Not here.' }));
  await page.goto(`${url}?lesson=nothing`);
  const reader = await new Reader(page).opened();
  await reader.until('error', /nothing could not be loaded/);
  await reader.type('a', 'PING');
});
