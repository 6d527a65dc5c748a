// Lessons: the first one from its beginning to its end, with right and wrong answers, in both languages, by mouse, by
// keyboard alone, and on a phone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

/** Whoever reads a lesson. */
class Student extends Reader {
  async opened() {
    await this.at('lesson').waitFor();
    return this;
  }

  block() {
    return this.at('lesson-body').getAttribute('data-block');
  }

  /** Waits until a block is shown and time stands still. */
  async isAt(block) {
    await expectSoon(() => this.block(), (shown) => shown === String(block), `block ${block}`);
    await expectSoon(() => this.isPlaying(), (playing) => !playing, 'time stands still');
  }

  async next(block) {
    await this.at('lesson-next').click();
    await this.isAt(block);
  }

  /** Types a command in the console of a node, wherever that is. */
  async command(node, words) {
    if (await this.at('tab-console').count()) await this.tab('console');
    if (await this.at('lesson-fold').isVisible()) await this.fold(true);
    await this.select(node);
    await this.at('console-input').fill(words);
    await this.at('console-input').press('Enter');
  }

  /** On phones: puts the text away, or takes it back. */
  async fold(away) {
    if ((await this.at('lesson-body').isVisible()) === away) await this.at('lesson-fold').click();
    await expectSoon(() => this.at('lesson-body').isVisible(), (shown) => shown !== away, 'the text is folded');
  }

  async answer(nth) {
    await this.at(`choice-${nth}`).click();
    await this.at('lesson-answer').click();
    await this.at('lesson-because').waitFor();
    await expectSoon(() => this.isPlaying(), (playing) => !playing, 'time stands still');
  }

  /** Does a task by a command and waits until it is done. */
  async task(node, words) {
    await this.command(node, words);
    await this.at('task-met').waitFor({ state: 'attached' });
    await expectSoon(() => this.isPlaying(), (playing) => !playing, 'time stands still');
  }
}

/** The first lesson, with these answers to its two questions. */
async function takeFirstSync(student, answers) {
  await student.isAt(0);
  await student.next(1);
  assert.equal(await student.at('goal-0').locator('i').innerText(), '');
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
  await student.at('course').click();
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

test('a lesson that is not there is told, and the page works', async (t) => {
  const { page, problems } = await openPage(t, { query: '?lesson=nothing' });
  const reader = await new Reader(page).opened();
  await reader.until('error', /nothing could not be loaded/);
  problems.length = 0;
  await reader.type('a', 'PING');
});
