// Lessons: the first one from its beginning to its end, with right and wrong answers, in both languages, by mouse, by
// keyboard alone, and on a phone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';
import { Student } from './student.mjs';

/** The first lesson, with these answers to its two questions. */
async function takeFirstSync(student, answers) {
  await student.isAt(0);
  await student.next(1);
  assert.equal(await student.at('goal-0').locator('i').innerText(), '');
  const box = await student.at('goal-0').locator('i').evaluate((i) => getComputedStyle(i).borderTopWidth);
  assert.notEqual(box, '0px', 'what is not done yet has an empty sign');
  await student.task('a', 'SET greeting hello');
  assert.equal(await student.at('goal-0').locator('i').textContent(), '✓');
  await student.next(2);
  assert.equal(await student.at('lesson-because').count(), 0, 'nothing is told before the answer');
  await student.answer(answers[0]);
  await student.next(3);
  await student.next(4);
  await student.next(5);
  await student.answer(answers[1]);
  await student.next(6);
  await student.at('lesson-play').click();
  await expectSoon(() => student.at('goal-0').locator('i').textContent(), (sign) => sign === '✓', 'the write arrives');
  await student.task('b', 'SET color blue');
  await student.next(7);
  await student.at('lesson-over').waitFor();
}

test('the first lesson, from the course, with right answers', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const student = await new Reader(page).opened();
  await student.openCourse();
  await student.at('course-first-sync').click();
  const reader = await new Student(page).opened();
  assert.match(page.url(), /\?lesson=first-sync$/);
  assert.equal(await reader.says('lesson-title'), 'Two nodes, first sync');
  await takeFirstSync(reader, [2, 1]);
  assert.match(await reader.says('lesson-over'), /Tasks done: 2 of 2. Questions right: 2 of 2/);
});

test('wrong answers are told, values are those of the moment, and blocks that were read can be read again', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync' });
  const student = await new Student(page).opened();
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.answer(0);
  assert.equal(await student.says('verdict-wrong'), 'Not so.');
  const { replid } = await student.history('a');
  assert.match(await student.says('lesson-because'), new RegExp(`replication ID ${replid.slice(0, 4)}`));
  const told = await student.now();
  await student.next(3);

  await student.at('lesson-progress').click();
  await student.at('lesson-block-1').click();
  await student.isAt(1);
  assert.equal(await student.says('node-b-state'), 'no replicas');
  assert.ok((await student.shown()) * 1000 < told, 'its moment is shown');
  await student.next(2);
  assert.equal(await student.says('verdict-wrong'), 'Not so.');
  await student.next(3);
  assert.equal(await student.says('node-b-state'), 'TRANSFER');
  await student.at('lesson-leave').click();
  await student.at('lesson').waitFor({ state: 'detached' });
  assert.doesNotMatch(page.url(), /lesson/);
  assert.equal(await student.says('node-b-state'), 'TRANSFER', 'its world stays');
});

test('the first lesson in Chinese, on a phone, without motion', async (t) => {
  const { page } = await openPage(t, {
    width: 390,
    height: 844,
    locale: 'zh-CN',
    reducedMotion: 'reduce',
    hasTouch: true,
    query: '?lesson=first-sync',
  });
  const student = await new Student(page).opened();
  assert.equal(await student.says('lesson-title'), '两个节点，首次同步');
  await student.assertFits();
  await takeFirstSync(student, [0, 1]);
  assert.match(await student.says('lesson-over'), /答对问题：1\/2/);
  await student.assertFits();
});

test('the first lesson by keyboard alone', async (t) => {
  const { page } = await openPage(t, { width: 1280, height: 800, query: '?lesson=first-sync' });
  const student = await new Student(page).opened();
  const press = (key) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.testid);
  const goTo = async (id) => {
    for (let presses = 0; (await focused()) !== id; presses++) {
      assert.ok(presses < 60, `Tab leads to ${id}`);
      await press('Tab');
    }
  };
  await goTo('lesson-next');
  await press('Enter');
  await student.isAt(1);
  assert.equal(await focused(), 'lesson-heading');
  await press('c');
  await page.keyboard.type('SET greeting hello');
  await press('Enter');
  await student.at('task-met').waitFor();
  assert.equal(await focused(), 'console-input', 'the lesson does not take the focus from who types');
  await goTo('lesson-next');
  await press('n');
  await student.isAt(2);
  await press('Tab');
  await page.keyboard.press('ArrowDown');
  await press('ArrowDown');
  await press('Enter');
  await student.at('lesson-because').waitFor();
  assert.equal(await student.at('verdict-right').count(), 1);
  await expectSoon(() => student.isPlaying(), (playing) => !playing, 'time stands still');
  await press('n');
  await student.isAt(3);
  await press('p');
  await student.isAt(2);
});

test('a block says where to look; words that a newcomer does not know are explained', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync' });
  const student = await new Student(page).opened();
  const marked = () => page.evaluate(() => [...document.querySelectorAll('[data-look]')].map((e) => e.dataset.testid ?? e.className));
  assert.deepEqual(await marked(), ['node-a', 'node-b']);
  await student.at('term-master').focus();
  await page.keyboard.press('Enter');
  await student.at('term-meaning').first().waitFor();
  assert.match(await student.says('term-meaning'), /The node that takes writes/);
  await page.keyboard.press('Escape');
  await student.at('term-meaning').first().waitFor({ state: 'hidden' });
  await student.next(1);
  assert.deepEqual(await marked(), ['console']);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.answer(2);
  await student.next(3);
  assert.equal(await student.at('tab-handshake').getAttribute('aria-selected'), 'true', 'the panel is opened');
  assert.equal(await student.says('selected'), 'node b');
  assert.ok((await marked()).includes('wire-a-b'));
  await student.at('lesson-leave').click();
  await expectSoon(marked, (looks) => looks.length === 0, 'nothing is marked any more');
});

test('who lets time pass before he answers is told, and can go back', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=first-sync' });
  const student = await new Student(page).opened();
  await student.next(1);
  await student.task('a', 'SET greeting hello');
  await student.next(2);
  await student.command('b', 'REPLICAOF a 6379');
  await student.play();
  await student.at('lesson-because').waitFor();
  await expectSoon(() => student.isPlaying(), (playing) => !playing, 'time stands still');
  assert.equal(await student.at('verdict-none').count(), 1);
  await student.at('lesson-again').click();
  await student.at('lesson-answer').waitFor();
  assert.equal(await student.at('lesson-because').count(), 0);
  assert.equal(await student.says('node-b-state'), 'no replicas', 'b has not heard of it');
  await student.at('choice-2').click();
  await student.at('lesson-answer').click();
  await student.at('verdict-right').waitFor();
});

test('a wrong answer leads to a branch in which it is right, and back', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=overwritten' });
  const student = await new Student(page).opened();
  await student.isAt(0);
  await student.next(1);
  for (const _ of [1, 2]) await student.type('a', 'SET weather fair');
  await student.task('a', 'SET weather fair');
  await student.next(2);
  await student.next(3);
  await student.answer(0);
  const [digest, shown] = [await student.digest(), await student.shown()];
  await student.at('lesson-instead').click();
  await student.at('lesson-skip').click();
  await student.at('lesson-return').waitFor();
  assert.match(await student.says('lesson-instead-told'), /still in the ring/);
  await student.select('a');
  assert.equal(await student.at('verdict').getAttribute('data-result'), 'continue');
  await student.at('lesson-return').click();
  await student.at('verdict-wrong').waitFor();
  assert.deepEqual([await student.digest(), await student.shown()], [digest, shown], 'where it was left');
  assert.equal(await student.at('verdict').getAttribute('data-result'), 'full');
  await student.next(4);
});

test('a byte is the answer when one points at it, and a known mistake has its reason', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=backlog' });
  const student = await new Student(page).opened();
  await student.isAt(0);
  await student.next(1);
  await student.task('a', 'SET k one');
  await student.next(2);
  await student.wire('a-b', 'cut');
  await student.task('a', 'SET k two');
  await student.next(3);
  const has = Number(await student.says('node-b-offset'));
  // The ring has an arc for each command; one of them begins at the byte that b lacks.
  await student.at('ring').focus();
  const pointed = [];
  while (!pointed.includes(String(has + 1))) {
    assert.ok(pointed.length < 40, `no arc begins at byte ${has + 1}: ${pointed}`);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    pointed.push(await student.at('lesson-number').inputValue());
  }
  await student.at('lesson-number').fill(String(has));
  await student.at('lesson-answer').click();
  await student.at('lesson-because').waitFor();
  assert.match(await student.says('lesson-mistake'), /the last byte that b has/);
  assert.equal(await student.says('lesson-right-is'), `It is ${has + 1}.`);
});

test('a task that cannot be met any more says why, and begins again', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900, query: '?lesson=challenge-full-resync' });
  const student = await new Student(page).opened();
  await student.isAt(0);
  assert.match(await student.says('lesson-actions'), /0 actions so far. A good solution takes 2. At most 3./);
  await student.at('lesson-hint').click();
  await student.at('hint-0').waitFor();
  assert.equal(await student.at('hint-1').count(), 0);
  for (const value of [1, 2, 3]) await student.type('a', `SET k ${value}`);
  await student.until('lesson-actions', /^3 actions/);
  await student.command('a', 'SET k 4');
  await student.at('task-broken').waitFor();
  await student.at('lesson-again').click();
  await student.until('lesson-actions', /^0 actions/);
  assert.equal(await student.at('task-broken').count(), 0);
  await student.command('a', 'DEBUG CHANGE-REPL-ID');
  await student.command('a', 'CLIENT KILL TYPE replica');
  await student.at('task-met').waitFor();
  assert.match(await student.says('lesson-actions'), /^2 actions/);
  await student.openCourse();
  assert.match(await student.says('course-challenge-full-resync'), /done/);
  await student.at('course-report').click();
  await student.until('report-challenge-full-resync-worth', /Tasks done: 1 of 1. Complete./);
});
