// What readers do and see, in the words of the specs. Everything waits for what the page shows, never for a time.

import assert from 'node:assert/strict';
import { expectSoon } from './soon.mjs';

/** Speeds as the page lists them. */
export const SPEED = { paced: 0, tenth: 1, quarter: 2, half: 3, real: 4, double: 5, five: 6 };

/** A saved run: `names[0]` is the master of all others; wires are slow enough to follow. */
export function world({ names = ['a', 'b', 'c'], backlog = 64, latencyUs = 150_000, actions = [], endUs, seed = 1 }) {
  const lines = (name) => [
    `repl-backlog-size ${backlog}`,
    ...(name === names[0] ? [] : [`replicaof ${names[0]} 6379`]),
  ];
  return {
    version: 1,
    config: {
      seed,
      nodes: names.map((name) => ({ name, config: lines(name) })),
      wire: { latency_us: latencyUs },
    },
    actions,
    end_us: endUs,
  };
}

/** An action of a saved run: a command typed at a node. */
export const typed = (at_us, node, command) => ({ at_us, do: 'exec', node, command });

/** A run in which the wire of a replica is cut until more was written than a backlog of 64 bytes keeps; then it asks and is refused. */
export function lateReplica() {
  const long = 'x'.repeat(40);
  const actions = [
    { at_us: 3_000_000, do: 'cut', from: 'a', to: 'b' },
    typed(8_000_000, 'a', `SET k ${long}`),
    typed(8_100_000, 'a', `SET l ${long}`),
    { at_us: 9_000_000, do: 'heal', from: 'a', to: 'b' },
  ];
  const log = world({ names: ['a', 'b'], actions, endUs: 13_000_000, latencyUs: 1000 });
  for (const node of log.config.nodes) node.config.push('repl-timeout 4', 'repl-ping-replica-period 2');
  return log;
}

/** A page, driven. */
export class Reader {
  constructor(page) {
    this.page = page;
  }

  /** The element with this `data-testid`. */
  at(id) {
    return this.page.getByTestId(id);
  }

  /** What an element says, without the spaces around it; null if it is not there. */
  async says(id) {
    const found = this.at(id);
    return (await found.count()) === 0 ? null : (await found.first().innerText()).trim();
  }

  /** Waits until an element's words fit. */
  async until(id, wanted) {
    const fits = wanted instanceof RegExp ? (text) => wanted.test(text ?? '') : (text) => text === wanted;
    return expectSoon(() => this.says(id), fits, `${id} says ${wanted}`);
  }

  /** Waits until the page shows the first node. */
  async opened() {
    await this.at('play').waitFor();
    await this.page.locator('.card').first().waitFor();
    return this;
  }

  async isPlaying() {
    return (await this.page.locator('.page').getAttribute('data-playing')) === 'true';
  }

  async play(speed = SPEED.five) {
    await this.at('speed').selectOption(String(speed));
    if (await this.isPlaying()) return;
    const from = await this.shown();
    await this.at('play').click();
    // It may have stopped by itself before anybody looks, as in a lesson.
    const passes = async () => (await this.isPlaying()) || (await this.shown()) !== from;
    await expectSoon(passes, Boolean, 'time passes');
  }

  async pause() {
    if (await this.isPlaying()) await this.at('play').click();
    await expectSoon(
      () => this.isPlaying(),
      (playing) => !playing,
      'time stands still',
    );
  }

  /** The moment shown, in milliseconds. */
  async shown() {
    return Number(await this.at('scrubber').getAttribute('aria-valuenow'));
  }

  /** Waits until this moment is shown. */
  isAtMs(ms) {
    return expectSoon(() => this.shown(), (shown) => shown === ms, `${ms} ms are shown`);
  }

  /** Shows a time of the past, in whole seconds, with the keyboard. */
  async goTo(seconds) {
    await this.at('scrubber').press('Home');
    for (let nth = 0; nth < seconds; nth++) await this.at('scrubber').press('PageUp');
    await this.isAtMs(seconds * 1000);
  }

  /** Opens the course; resolves once its lessons are there: what stands below them moves while they come. */
  async openCourse() {
    await this.at('course').click();
    await this.page.locator('button.course-row').first().waitFor();
    await expectSoon(() => this.page.locator('li.course-row').count(), (coming) => coming === 0, 'the lessons are there');
  }

  /** The present, in microseconds. */
  now() {
    return this.page.evaluate(() => window.psyncscope.now());
  }

  /** The fingerprint of everything that has happened. */
  digest() {
    return this.page.evaluate(() => window.psyncscope.digest());
  }

  /** Selects a node; resolves when its console is there, which is another one than that of the node before. */
  async select(node) {
    await this.at(`console-tab-${node}`).click();
    await expectSoon(
      () => this.at(`console-tab-${node}`).getAttribute('aria-selected'),
      (on) => on === 'true',
      `${node} is selected`,
    );
  }

  tab(name) {
    return this.at(`tab-${name}`).click();
  }

  /** Saves a file by the dialog: `json`, `png-stage`. */
  async save(file) {
    await this.at('save').click();
    await this.at(`save-${file}`).click();
    await this.page.keyboard.press('Escape');
  }

  /** The lines of the console shown, commands with their prompts. */
  lines() {
    return this.page.locator('[data-testid=console-output] p:not(.console-waiting)').allInnerTexts();
  }

  /** Types a command at the node that is selected, and does not wait for its answer. */
  async enter(command) {
    await this.at('console-input').fill(command);
    await this.at('console-input').press('Enter');
  }

  /** Types a command at a node and waits for its answer, letting time pass if it takes time; resolves to the answer. */
  async type(node, command) {
    await this.select(node);
    const before = await this.page.evaluate(newestLine);
    const answer = () => this.page.evaluate(readAnswer, { command, before });
    await this.enter(command);
    await expectSoon(
      answer,
      (text) => text !== null,
      `the console shows ${command}`,
    );
    const waiting = async () => (await this.page.locator('.console-waiting').count()) > 0;
    if (await waiting()) {
      const playing = await this.isPlaying();
      await this.play();
      await expectSoon(waiting, (still) => !still, `an answer to ${command}`);
      if (!playing) await this.pause();
    }
    return answer();
  }

  /** The fields of INFO's section, as the console at `node` answers. */
  async info(node, section) {
    const answer = await this.type(node, `INFO ${section}`);
    return Object.fromEntries([...answer.matchAll(/([a-z_0-9]+):([^\s\\"]*)/g)].map((m) => [m[1], m[2]]));
  }

  /** A saved run takes the place of the present world, at its end and standing still. */
  async load(log) {
    await this.at('load').click();
    await this.at('load-text').fill(typeof log === 'string' ? log : JSON.stringify(log));
    await this.at('load-go').click();
    await this.at('load-dialog').waitFor({ state: 'detached' });
    await expectSoon(
      () => this.isPlaying(),
      (playing) => !playing,
      'a loaded run stands still',
    );
  }

  /** Plays until `check` holds, and stops. */
  async playUntil(check, what) {
    await this.play();
    await expectSoon(check, Boolean, what);
    await this.pause();
  }

  /** Steps forward until `check` holds, and no further, however slow the machine is. */
  async stepUntil(check, what) {
    const step = async () => {
      if (await check()) return true;
      await this.at('step-forward').click();
      return false;
    };
    await expectSoon(step, Boolean, what);
  }

  async playUntilSays(id, wanted) {
    await this.play();
    await this.until(id, wanted);
    await this.pause();
  }

  /** Opens a wire's sheet and presses a button of it. */
  async wire(key, button) {
    await this.at(`wire-${key}`).click();
    await this.at('wire-sheet').getByTestId(button).click();
    await this.page.keyboard.press('Escape');
    await this.at('wire-sheet').waitFor({ state: 'detached' });
  }

  /** Opens a node's menu and chooses from it. */
  async menu(node, item) {
    await this.at(`menu-${node}`).click();
    await this.at('node-menu').getByTestId(item).click();
  }

  /** Full identities behind a card's two chips, with the offset at which the second ends. */
  async history(node) {
    const title = async (id) => ((await this.at(id).count()) ? this.at(id).getAttribute('title') : null);
    const id = (text) => /[0-9a-f]{40}/.exec(text ?? '')?.[0] ?? null;
    const second = await title(`node-${node}-replid2`);
    return {
      replid: id(await title(`node-${node}-replid`)),
      replid2: id(second),
      second: second === null ? null : Number(/byte (\d+)/.exec(second)?.[1]),
      offset: Number(await this.says(`node-${node}-offset`)),
    };
  }

  /** What the ring of the selected node holds: its bytes by offset, and where each lies. */
  async ring() {
    const { idx, off, size, bytes } = await this.page.evaluate(() => ({
      ...document.querySelector('[data-testid=ring]').dataset,
    }));
    const held = Buffer.from(bytes, 'hex');
    const cells = [...held].map((byte, nth) => ({
      index: (Number(idx) - held.length + nth + Number(size)) % Number(size),
      offset: Number(off) + nth,
      byte,
    }));
    return { cells, text: held.toString('latin1') };
  }

  /** The handshake panel: every rung's status and words. */
  async ladder() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('[data-testid^=ladder-]')].map((rung) => ({
        state: rung.dataset.testid.slice('ladder-'.length),
        status: rung.dataset.status,
        sent: [...rung.querySelectorAll('.rung-sent code')].map((c) => c.textContent),
        received: [...rung.querySelectorAll('.rung-received code')].map((c) => c.textContent),
      })),
    );
  }

  /** No part of the page is wider than the window. */
  async assertFits() {
    const { needs, has } = await this.page.evaluate(() => ({
      needs: document.scrollingElement.scrollWidth,
      has: window.innerWidth,
    }));
    assert.ok(needs <= has, `the page needs ${needs} px of ${has}`);
  }
}

/** A RESP array of bulk strings. */
export const resp = (...words) =>
  `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;

/** Runs in the page: the number of the newest line of the console shown, -1 if it has none. */
function newestLine() {
  const lines = [...document.querySelectorAll('[data-testid=console-output] p[data-line]')];
  return Math.max(-1, ...lines.map((p) => Number(p.dataset.line)));
}

/**
 * Runs in the page: what was answered to the newest `command` after the line `before`; null if it was not given. Only
 * the lines in view are in the document: the console is scrolled back to the command, and to its end again.
 */
async function readAnswer({ command, before }) {
  const list = document.querySelector('[data-testid=console-output]');
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const lines = new Map();
  // By its words and its number, not by its place: an action of the run itself may be due at the same instant.
  const isIt = ([, { given, text }]) => given && text.trim().endsWith(`> ${command}`);
  for (;;) {
    for (const p of list.querySelectorAll('p[data-line]')) {
      const number = Number(p.dataset.line);
      const given = p.classList.contains('console-command');
      if (number > before) lines.set(number, { given, text: p.textContent });
    }
    if (lines.size === 0 || [...lines].some(isIt) || list.scrollTop === 0 || lines.has(before + 1)) break;
    list.scrollTop -= list.clientHeight;
    await drawn();
  }
  list.scrollTop = list.scrollHeight;
  const all = [...lines].sort(([a], [b]) => a - b);
  const from = all.findLastIndex(isIt);
  if (from < 0) return null;
  const after = all.slice(from + 1);
  const end = after.findIndex(([, { given }]) => given);
  return (end < 0 ? after : after.slice(0, end)).map(([, { text }]) => text).join('\n');
}
