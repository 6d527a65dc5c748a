// Lessons of the course, from their beginning to their end by clicking and typing: each task by the solution that its
// file has, each question by its first option, right or wrong.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, SPEED } from './steps.mjs';

/** The blocks of a lesson's file: what each is, and the actions of its solution. */
function blocksOf(id) {
  const path = fileURLToPath(new URL(`../../crates/lab/lessons/${id}.psync`, import.meta.url));
  const blocks = [];
  let solves = false;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const head = /^(step|task|question (choose|number|point))\b/.exec(line);
    if (head) blocks.push({ kind: head[2] ?? head[1], actions: [] });
    if (/^ {0,2}\S/.test(line)) solves = line.trim() === 'solution';
    const action = /^ {4}at \+([\d.]+)(m?s) +(.*)$/.exec(line);
    if (solves && action) {
      const us = Number(action[1]) * (action[2] === 's' ? 1_000_000 : 1000);
      blocks.at(-1).actions.push({ us, what: action[3] });
    }
  }
  return blocks;
}

/** Does what a line of a solution says, as a reader does it. */
async function act(reader, what) {
  const command = /^(\w+)> (.*)$/.exec(what);
  const wire = /^(cut|heal) (\w+) (\w+)$/.exec(what);
  const process = /^(crash|restart) (\w+)$/.exec(what);
  if (command) {
    await reader.select(command[1]);
    await reader.enter(command[2]);
  } else if (wire) {
    await reader.wire(`${wire[2]}-${wire[3]}`, wire[1]);
  } else if (process) {
    await reader.menu(process[2], `${process[1]}-node`);
  } else {
    assert.fail(`no reader does this: ${what}`);
  }
}

/** Waits until a block is shown. */
async function isAt(reader, block) {
  const shown = () => reader.at('lesson-body').getAttribute('data-block');
  await expectSoon(shown, (at) => at === String(block), `block ${block}`);
}

/** Lets time pass until something is so. The page stops time by itself where a goal is met. */
async function pass(reader, isSo, what) {
  const passes = async () => {
    if (await isSo()) return true;
    if (await reader.isPlaying()) return false;
    // Time stops by itself where a goal is met.
    if (await isSo()) return true;
    await reader.at('play').click();
    return false;
  };
  await expectSoon(passes, Boolean, what);
}

/** Takes a lesson; `look` is called with each block that is shown, and with what came of it. */
async function take(reader, id, look = async () => {}) {
  const blocks = blocksOf(id);
  await reader.at('speed').selectOption(String(SPEED.five));
  // What comes before the first block is read first, if there is anything to wait for.
  const begins = () => reader.at('lesson-play').or(reader.at('lesson-next')).or(reader.at('lesson-answer'));
  await begins().first().waitFor();
  const waits = (await reader.at('lesson-body').getAttribute('data-block')) === null;
  if (waits) await reader.at('lesson-play').click();
  let [tasks, questions] = [0, 0];
  for (const [nth, { kind, actions }] of blocks.entries()) {
    await isAt(reader, nth);
    await look(nth, kind);
    if (kind === 'task') {
      tasks += 1;
      let due = await reader.now();
      for (const { us, what } of actions) {
        due += us;
        await pass(reader, async () => (await reader.now()) >= due, `the time of ${what}`);
        await act(reader, what);
      }
      await pass(reader, async () => (await reader.at('task-met').count()) > 0, 'the goal');
      await look(nth, 'met');
    } else if (kind !== 'step') {
      questions += 1;
      if (kind === 'choose') await reader.at('choice-0').click();
      else await reader.at('lesson-number').fill('1');
      await reader.at('lesson-answer').click();
      await reader.at('lesson-because').waitFor();
      await look(nth, 'told');
    }
    if (nth + 1 < blocks.length) await reader.at('lesson-next').click();
  }
  assert.match(await reader.says('lesson-over'), new RegExp(`${tasks}.*${tasks}.*${questions}`, 's'));
}

const TAKEN = process.env.PSYNCSCOPE_LESSONS?.split(' ') ?? ['backlog', 'failover', 'lost-write'];

for (const [nth, id] of TAKEN.entries()) {
  const locale = nth % 2 === 0 ? 'en-US' : 'zh-CN';
  test(`the lesson ${id} can be taken by clicking (${locale})`, async (t) => {
    const { page } = await openPage(t, { width: 1440, height: 900, locale, query: `?lesson=${id}` });
    const reader = new Reader(page);
    const pictures = process.env.PSYNCSCOPE_PICTURES;
    await take(reader, id, async (block, what) => {
      if (pictures) await page.screenshot({ path: `${pictures}/${id}-${block}-${what}.png` });
    });
  });
}
