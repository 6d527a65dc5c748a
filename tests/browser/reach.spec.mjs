// For every reader: by keyboard, on a phone, in Chinese, in the dark, and without motion.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

const open = async (t, options) => {
  const { page } = await openPage(t, options);
  return new Reader(page).opened();
};

const focused = (page) => page.evaluate(() => document.activeElement?.dataset?.testid ?? null);

test('Tab reaches everything, and Escape leads out again', async (t) => {
  const reader = await open(t);
  await reader.pause();
  const { page } = reader;
  await page.evaluate(() => document.activeElement?.blur());
  const reached = new Set();
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    if (here !== null) reached.add(here);
    const outlined = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return document.activeElement === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    });
    if (here !== null && !here.startsWith('console-input')) assert.ok(outlined, `${here} shows that it has the focus`);
  }
  const wanted = [
    'new',
    'load',
    'save',
    'share',
    'lang',
    'theme',
    'help',
    'node-a',
    'menu-a',
    'plug-b',
    'wire-a-b',
    'add-node',
    'tab-backlog',
    'console-input',
    'console-tab-a',
    'rewind',
    'step-back',
    'play',
    'step-forward',
    'step-by',
    'scrubber',
    'speed',
  ];
  assert.deepEqual(
    wanted.filter((id) => !reached.has(id)),
    [],
    `reached: ${[...reached].join(' ')}`,
  );
});

test('shortcuts play, step, select, help and type; keys typed into a field are letters', async (t) => {
  const reader = await open(t);
  const { page } = reader;
  await reader.pause();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('Space');
  await expectSoon(() => reader.isPlaying(), Boolean, 'space plays');
  await expectSoon(
    () => reader.now(),
    (now) => now > 3_100_000,
    'a write has begun to travel',
  );
  await page.keyboard.press('Space');
  await expectSoon(
    () => reader.isPlaying(),
    (playing) => !playing,
    'space pauses',
  );

  const at = await reader.shown();
  await page.keyboard.press('ArrowLeft');
  await expectSoon(
    () => reader.shown(),
    (shown) => shown < at,
    'a step back',
  );
  const back = await reader.shown();
  await page.keyboard.press('ArrowRight');
  await expectSoon(
    () => reader.shown(),
    (shown) => shown > back,
    'a step forward',
  );
  await page.keyboard.press('Home');
  await expectSoon(
    () => reader.shown(),
    (shown) => shown === 0,
    'the start',
  );
  await page.keyboard.press('End');
  await expectSoon(
    async () => reader.at('live').getAttribute('aria-pressed'),
    (live) => live === 'true',
    'the present',
  );

  await page.keyboard.press('2');
  await expectSoon(
    () => reader.at('node-b').getAttribute('aria-current'),
    (on) => on === 'true',
    'b is selected',
  );
  await page.keyboard.press('?');
  await reader.at('help-dialog').waitFor();
  await page.keyboard.press('Escape');
  await reader.at('help-dialog').waitFor({ state: 'detached' });

  await page.keyboard.press('c');
  await expectSoon(
    () => focused(page),
    (here) => here === 'console-input',
    'the command line has the focus',
  );
  await page.keyboard.type('GET user:1 ?2c');
  assert.equal(await reader.at('console-input').inputValue(), 'GET user:1 ?2c');
  assert.equal(await reader.isPlaying(), false, 'a space in a command is a space');
  assert.equal(await reader.at('help-dialog').count(), 0);
});

test("a node's menu by keyboard: opened, walked through, left, and the focus is back", async (t) => {
  const reader = await open(t);
  await reader.pause();
  const { page } = reader;
  await reader.at('menu-b').focus();
  await page.keyboard.press('Enter');
  const menu = reader.at('node-menu');
  await menu.waitFor();
  const inMenu = () => page.evaluate(() => document.activeElement?.closest('[data-testid=node-menu]') !== null);
  assert.ok(await inMenu(), 'the focus is in the menu');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  assert.ok(await inMenu(), 'and stays there');
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  await expectSoon(
    () => focused(page),
    (here) => here === 'menu-b',
    'the focus is where it was',
  );

  await page.keyboard.press('Enter');
  await menu.waitFor();
  await menu.getByTestId('pause-node').focus();
  await page.keyboard.press('Enter');
  await expectSoon(
    () => reader.at('node-b').getAttribute('data-power'),
    (power) => power === 'paused',
    'b is paused',
  );

  await reader.at('node-a').focus();
  await page.keyboard.press('m');
  await menu.waitFor();
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
});

test("a wire's sheet by keyboard: cut, mend, out", async (t) => {
  const reader = await open(t);
  await reader.play();
  await reader.at('wire-a-b').waitFor();
  await reader.pause();
  const { page } = reader;
  await reader.at('wire-a-b').focus();
  await page.keyboard.press('Enter');
  const sheet = reader.at('wire-sheet');
  await sheet.waitFor();
  await sheet.getByTestId('cut').focus();
  await page.keyboard.press('Enter');
  await sheet.getByTestId('heal').waitFor();
  await expectSoon(
    () => focused(page),
    (here) => here === 'heal',
    'the button keeps the focus with its other meaning',
  );
  await page.keyboard.press('Enter');
  await sheet.getByTestId('cut').waitFor();
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await expectSoon(
    () => focused(page),
    (here) => here === 'wire-a-b',
    'the focus is back at the wire',
  );
});

test('on a phone: one column, nothing sticks out, everything within reach', async (t) => {
  const reader = await open(t, { width: 390, height: 844, hasTouch: true, isMobile: true });
  const { page } = reader;
  await reader.assertFits();
  for (const id of ['play', 'step-back', 'step-forward', 'scrubber']) {
    const box = await reader.at(id).boundingBox();
    assert.ok(
      box && box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 844,
      `${id} is in view: ${JSON.stringify(box)}`,
    );
  }
  for (const id of ['play', 'step-back', 'step-forward', 'menu-a', 'tab-backlog']) {
    const box = await reader.at(id).boundingBox();
    assert.ok(box.width >= 24 && box.height >= 24, `${id} is large enough for a finger: ${box.width} by ${box.height}`);
  }
  for (const tab of ['handshake', 'info', 'log', 'ruler', 'console', 'backlog']) {
    await reader.at(`tab-${tab}`).tap();
    await expectSoon(
      () => reader.at(`tab-${tab}`).getAttribute('aria-selected'),
      (on) => on === 'true',
      `${tab} is shown`,
    );
    await reader.assertFits();
  }
  await reader.at('tab-console').tap();
  await reader.pause();
  assert.match(await reader.type('a', 'PING'), /PONG/);
  await reader.at('menu-b').tap();
  await reader.at('node-menu').waitFor();
  await reader.assertFits();
  const box = await reader.at('node-menu').boundingBox();
  assert.ok(
    box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844,
    `the menu is in view: ${JSON.stringify(box)}`,
  );
  await page.keyboard.press('Escape');
  for (const button of ['new', 'load', 'help']) {
    await reader.at(button).tap();
    await reader.at(`${button}-dialog`).waitFor();
    await reader.assertFits();
    await page.keyboard.press('Escape');
    await reader.at(`${button}-dialog`).waitFor({ state: 'detached' });
  }
});

for (const [width, height] of [
  [1024, 768],
  [1440, 900],
  [360, 640],
  [768, 1024],
]) {
  test(`${width} by ${height}: nothing sticks out`, async (t) => {
    const reader = await open(t, { width, height });
    await reader.play();
    await reader.until('node-b-state', 'CONNECTED');
    await reader.pause();
    await reader.assertFits();
    for (const id of ['play', 'scrubber', 'node-a', 'node-b', 'node-c']) {
      const box = await reader.at(id).boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= width + 0.5, `${id}: ${JSON.stringify(box)}`);
    }
    // Cards do not cover one another.
    const cards = await Promise.all(['a', 'b', 'c'].map((node) => reader.at(`node-${node}`).boundingBox()));
    for (const [i, one] of cards.entries()) {
      for (const two of cards.slice(i + 1)) {
        const apart =
          one.x + one.width <= two.x ||
          two.x + two.width <= one.x ||
          one.y + one.height <= two.y ||
          two.y + two.height <= one.y;
        assert.ok(apart, `cards overlap: ${JSON.stringify([one, two])}`);
      }
    }
  });
}

test('in Chinese: chosen, remembered, and every word follows', async (t) => {
  const reader = await open(t);
  const { page } = reader;
  await reader.pause();
  assert.match(await page.locator('html').getAttribute('lang'), /^en/);
  await reader.at('lang').selectOption({ label: '简体中文' });
  await expectSoon(
    () => page.locator('html').getAttribute('lang'),
    (lang) => lang === 'zh-CN',
    'the page says that it is Chinese',
  );
  await expectSoon(
    () => reader.says('tab-handshake'),
    (words) => words === '握手',
    'the tab is called 握手',
  );
  assert.equal(await reader.says('add-node'), '添加节点');
  assert.match(await page.locator('.about').innerText(), /一个主节点带两个副本/);
  assert.equal(await reader.at('play').getAttribute('aria-label'), '播放');
  assert.match(await page.title(), /Redis 复制/);
  await reader.assertFits();
  await page.reload();
  await reader.opened();
  await reader.until('tab-handshake', '握手');
  assert.match(await reader.says('node-a-role'), /^主/);
  // Redis itself speaks English wherever it runs.
  await reader.pause();
  assert.match(await reader.type('a', 'NOSUCH'), /unknown command/);
});

test('a browser that asks for Chinese gets it', async (t) => {
  const reader = await open(t, { locale: 'zh-CN' });
  assert.equal(await reader.page.locator('html').getAttribute('lang'), 'zh-CN');
  await reader.until('tab-handshake', '握手');
});

/** How light the page's ground is, from 0 to 1. */
const ground = (page) =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d');
    const paint = (element) => {
      canvas.fillStyle = getComputedStyle(element).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
    };
    canvas.fillStyle = '#fff';
    canvas.fillRect(0, 0, 1, 1);
    paint(document.documentElement);
    paint(document.body);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return (r + g + b) / 765;
  });

test('dark when the system is dark, and when it is chosen', async (t) => {
  const dark = await open(t, { colorScheme: 'dark' });
  assert.ok((await ground(dark.page)) < 0.3, 'dark by the system');
  const reader = await open(t, { colorScheme: 'light' });
  const { page } = reader;
  assert.ok((await ground(page)) > 0.7, 'light by the system');
  await reader.at('theme').click();
  await expectSoon(
    () => page.locator('html').getAttribute('data-theme'),
    (theme) => theme === 'light',
    'light by choice',
  );
  await reader.at('theme').click();
  await expectSoon(
    () => page.locator('html').getAttribute('data-theme'),
    (theme) => theme === 'dark',
    'dark by choice',
  );
  await expectSoon(
    () => ground(page),
    (light) => light < 0.3,
    'a dark ground',
  );
  await page.reload();
  await reader.opened();
  await expectSoon(
    () => ground(page),
    (light) => light < 0.3,
    'remembered',
  );
});

test('with reduced motion time still passes, and nothing glides', async (t) => {
  const reader = await open(t, { reducedMotion: 'reduce' });
  await reader.play();
  await reader.until('node-b-state', 'CONNECTED');
  await reader.pause();
  const gliding = await reader.page.evaluate(() =>
    document
      .getAnimations()
      .filter((a) => (a.effect?.getComputedTiming().duration ?? 0) > 50)
      .map((a) => a.animationName ?? a.transitionProperty),
  );
  assert.deepEqual(gliding, []);
  assert.match(await reader.type('a', 'PING'), /PONG/);
});
