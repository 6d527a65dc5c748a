// The stage at every size: everything in view, nothing over anything else, and a view that can be moved.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, typed, world } from './steps.mjs';

const SIZES = [
  [1440, 900],
  [1024, 768],
  [768, 1024],
  [844, 390],
  [390, 844],
  [360, 640],
];

const open = async (t, options) => {
  const { page } = await openPage(t, options);
  return new Reader(page).opened();
};

/** A chain a - b - d - e and one more replica c of a, in sync, with a write under way. */
async function chain(t, options) {
  const reader = await open(t, options);
  const follow = (at, node, master) => typed(at, node, `REPLICAOF ${master} 6379`);
  const actions = [
    follow(3_000_000, 'd', 'b'),
    follow(6_000_000, 'e', 'd'),
    typed(12_000_000, 'a', 'SET user:1 lovelace'),
  ];
  await reader.load(world({ names: ['a', 'b', 'c', 'd', 'e'], actions, endUs: 12_080_000 }));
  await reader.until('node-e-role', 'replica of d');
  return reader;
}

/** In the page: the boxes of all visible elements that fit, with their test names or their text. */
const measure = (selector) => {
  const visible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  return [...document.querySelectorAll(selector)].filter(visible).map((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { name: element.dataset.testid ?? element.textContent, left, top, right, bottom };
  });
};
const boxes = (page, selector) => page.evaluate(measure, selector);

/** Steps back `count` times; the boxes of packets and wires' labels after each step. All of it in the page, for speed. */
const boxesOfSteps = (page, count) =>
  page.evaluate(`(async () => {
    const measure = ${measure};
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const steps = [];
    for (let step = 0; step < ${count}; step++) {
      document.querySelector('[data-testid=step-back]').click();
      // The second frame begins when what the click changed has been drawn.
      await frame();
      await frame();
      steps.push({ packets: measure('.packet'), labels: measure('.wire-label') });
    }
    return steps;
  })()`);

const overlap = (a, b) =>
  a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
const inside = (a, b) =>
  b.left - 0.5 <= a.left && a.right <= b.right + 0.5 && b.top - 0.5 <= a.top && a.bottom <= b.bottom + 0.5;

function assertApart(one, two) {
  for (const a of one)
    for (const b of two)
      assert.ok(a === b || !overlap(a, b), `${a.name} lies over ${b.name}: ${JSON.stringify([a, b])}`);
}

for (const [width, height] of SIZES) {
  test(`${width} by ${height}: a chain of four is in view, and no control lies over it`, async (t) => {
    const reader = await chain(t, { width, height });
    await reader.assertFits();
    const [stage] = await boxes(reader.page, '[data-testid=stage]');
    const cards = await boxes(reader.page, '.card');
    assert.equal(cards.length, 5);
    for (const card of cards)
      assert.ok(inside(card, stage), `${card.name} is on the stage: ${JSON.stringify([card, stage])}`);
    for (const [i, card] of cards.entries()) assertApart([card], cards.slice(i + 1));
    const controls = await boxes(reader.page, '.stage-tools > *, .caption, .notice, .topbar, .transport');
    assertApart(cards, controls);
    const labels = await boxes(reader.page, '.wire-label');
    assert.equal(labels.length, 4);
    assertApart(labels, cards);
    // Hit what is seen: the middle of each card is the card.
    for (const card of cards) {
      const hit = await reader.page.evaluate(
        ({ x, y }) => document.elementFromPoint(x, y)?.closest('.card')?.dataset.testid ?? null,
        { x: (card.left + card.right) / 2, y: (card.top + card.bottom) / 2 },
      );
      assert.equal(hit, card.name);
    }
  });
}

test('the page is filled at every size, and a phone on its side gives the stage half of its height', async (t) => {
  for (const [width, height] of SIZES) {
    const { page, close } = await openPage(t, { width, height });
    const reader = await new Reader(page).opened();
    // What stands above the page at the first visit goes once a choice is made.
    await reader.at('landing-sandbox').click();
    await reader.at('landing').waitFor({ state: 'detached' });
    const [stage] = await boxes(reader.page, '[data-testid=stage]');
    const [right] = await boxes(reader.page, '.right');
    const [transport] = await boxes(reader.page, '.transport');
    const wide = Math.max(stage.right, right.right) - Math.min(stage.left, right.left);
    assert.ok(wide >= width - 1, `${width} by ${height}: stage and panels are as wide as the window: ${wide}`);
    assert.ok(right.bottom >= transport.top - 1, `${width} by ${height}: panels reach down to the time bar`);
    const share = (stage.bottom - stage.top) / height;
    assert.ok(
      share >= (width > 2 * height ? 0.45 : 0.25),
      `${width} by ${height}: the stage has ${share} of the height`,
    );
    // Beside the stage or below it: no empty quarter of the page.
    const area = (box) => (box.right - box.left) * (Math.min(box.bottom, height) - Math.max(box.top, 0));
    const covered = (await boxes(reader.page, '.topbar, .left > *, .right, .transport'))
      .map(area)
      .reduce((sum, a) => sum + a);
    assert.ok(
      covered >= 0.97 * width * height,
      `${width} by ${height}: ${covered / (width * height)} of the page is used`,
    );
    await close();
  }
});

for (const [width, height] of [
  [390, 844],
  [844, 390],
  [1440, 900],
]) {
  test(`${width} by ${height}: packets lie neither over each other nor over a wire's label`, async (t) => {
    const reader = await open(t, { width, height });
    // Writes that meet the acknowledgements of earlier ones, some of them close together.
    const actions = [];
    for (let i = 0; i < 12; i++)
      actions.push(typed(4_000_000 + i * 45_000 + (i % 3) * 9_000, 'a', `SET user:${i} lovelace`));
    await reader.load(world({ actions, endUs: 4_650_000 }));
    await reader.at('segments').check();
    await reader.at('step-by').selectOption({ index: 0 });
    const end = await reader.shown();
    let seen = 0;
    let most = 0;
    for (const { packets, labels } of await boxesOfSteps(reader.page, 60)) {
      seen += packets.length;
      most = Math.max(most, packets.length);
      for (const [i, packet] of packets.entries()) assertApart([packet], packets.slice(i + 1));
      assertApart(packets, labels);
    }
    assert.ok((await reader.shown()) < end, 'the steps led back');
    assert.ok(seen > 60 && most >= 3, `packets were under way: ${seen}, at most ${most} at once`);
  });
}

test("the press that closes a wire's sheet does what it is for", async (t) => {
  const reader = await chain(t);
  await reader.at('wire-a-b').click();
  await reader.at('wire-sheet').getByTestId('cut').click();
  await expectSoon(
    () => reader.at('wire-a-b').getAttribute('data-cut'),
    (cut) => cut === 'true',
    'the wire is cut',
  );
  // One press: the sheet goes, the menu comes.
  await reader.at('menu-e').click();
  await reader.at('node-menu').waitFor();
  assert.equal(await reader.at('wire-sheet').count(), 0);
  // One press: the menu goes, the node is selected.
  await reader.at('node-d').click({ position: { x: 20, y: 60 } });
  await expectSoon(
    () => reader.at('node-d').getAttribute('aria-current'),
    (on) => on === 'true',
    'd is selected',
  );
  assert.equal(await reader.at('node-menu').count(), 0);
  // What opened a sheet closes it.
  await reader.at('menu-b').click();
  await reader.at('node-menu').waitFor();
  await reader.at('menu-b').click();
  await reader.at('node-menu').waitFor({ state: 'detached' });
});

test('the view is zoomed by wheel, buttons and keys, moved by dragging, and fitted again', async (t) => {
  const reader = await chain(t, { width: 1440, height: 900 });
  const { page } = reader;
  const card = () => reader.at('node-a').boundingBox();
  const [stage] = await boxes(page, '[data-testid=stage]');
  const fitted = await card();
  await page.mouse.move(stage.left + 20, stage.top + 20);
  await page.mouse.wheel(0, -200);
  await expectSoon(card, (box) => box.width > fitted.width * 1.2, 'the wheel magnifies');
  const large = await card();
  await page.mouse.down();
  await page.mouse.move(stage.left + 140, stage.top + 80, { steps: 4 });
  await page.mouse.up();
  const moved = await card();
  assert.ok(
    Math.abs(moved.x - large.x - 120) < 2 && Math.abs(moved.y - large.y - 60) < 2,
    'the stage goes with the pointer',
  );
  await reader.at('zoom-out').click();
  await expectSoon(card, (box) => box.width < moved.width * 0.85, 'the button makes it smaller');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('0');
  await expectSoon(
    card,
    (box) => Math.abs(box.width - fitted.width) < 1 && Math.abs(box.x - fitted.x) < 2,
    'a key shows everything',
  );
  await page.keyboard.press('+');
  await expectSoon(card, (box) => box.width > fitted.width * 1.2, 'a key magnifies');
  // What has the focus comes into view.
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  for (const node of ['e', 'c', 'a']) {
    await reader.at(`node-${node}`).evaluate((element) => element.focus({ focusVisible: true }));
    await expectSoon(
      () => boxes(page, `[data-testid=node-${node}]`),
      ([box]) => box.right > stage.left + 40 && box.left < stage.right - 40,
      `${node} is in view`,
    );
  }
  await reader.at('fit').click();
  await expectSoon(card, (box) => Math.abs(box.width - fitted.width) < 1, 'the button shows everything');
  // And a new node finds a place on the stage.
  await reader.at('add-node').click();
  await reader.at('node-f').waitFor();
  await expectSoon(
    () => boxes(page, '.card'),
    (cards) => cards.length === 6 && cards.every((c) => inside(c, stage)),
    'six nodes are in view',
  );
});

test('a card that was dragged stays where it was put, also on a stage of another size', async (t) => {
  const reader = await chain(t, { width: 1440, height: 900 });
  const { page } = reader;
  const box = await reader.at('node-c').boundingBox();
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 10, box.y - 20, { steps: 5 });
  await page.mouse.up();
  await expectSoon(
    () => reader.at('node-c').boundingBox(),
    (now) => Math.abs(now.x - box.x + 50) < 2 && Math.abs(now.y - box.y + 80) < 2,
    'c is where it was put',
  );
  await page.setViewportSize({ width: 1024, height: 768 });
  await expectSoon(
    async () => {
      const [stage] = await boxes(page, '[data-testid=stage]');
      return (await boxes(page, '.card')).every((card) => inside(card, stage));
    },
    Boolean,
    'everything is on the smaller stage',
  );
});

test('cards and wires show one moment from the first drawing on', async (t) => {
  const { page } = await openPage(t);
  await page.addInitScript(() => {
    window.contradictions = [];
    window.drawings = 0;
    const look = () => {
      const states = Object.fromEntries(
        [...document.querySelectorAll('[data-testid$=-state]')].map((e) => [e.dataset.testid, e.textContent]),
      );
      const packets = [...document.querySelectorAll('.packet:not([hidden])')].map((e) => e.textContent).filter(Boolean);
      if (Object.keys(states).length > 0) window.drawings++;
      const streams = packets.filter((text) => /^(SET|REPLCONF ACK|ACK)/.test(text));
      const climbing = Object.values(states).filter((text) => /^(NONE|CONNECT|CONNECTING)$/.test(text));
      if (streams.length > 0 && climbing.length >= 2) window.contradictions.push({ states, packets });
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.reload();
  await new Reader(page).opened();
  await expectSoon(
    () => page.evaluate(() => window.drawings),
    (count) => count > 60,
    'a second of drawings',
  );
  assert.deepEqual(await page.evaluate(() => window.contradictions), []);
});

test('two fingers zoom and move the stage; one scrolls the page of a phone', async (t) => {
  const reader = await chain(t, { width: 390, height: 844, hasTouch: true, isMobile: true });
  const { page } = reader;
  const card = () => reader.at('node-a').boundingBox();
  const fitted = await card();
  const [stage] = await boxes(page, '[data-testid=stage]');
  const middle = { x: (stage.left + stage.right) / 2, y: (stage.top + stage.bottom) / 2 };
  const cdp = await page.context().newCDPSession(page);
  const touch = (type, apart) =>
    cdp.send('Input.dispatchTouchEvent', {
      type,
      touchPoints:
        type === 'touchEnd' ? [] : [-1, 1].map((side, id) => ({ x: middle.x + side * apart, y: middle.y, id })),
    });
  await touch('touchStart', 30);
  for (const apart of [40, 55, 70, 90]) await touch('touchMove', apart);
  await touch('touchEnd');
  await expectSoon(card, (box) => box.width > fitted.width * 1.5, 'the stage is magnified');
  assert.equal(await page.evaluate(() => window.scrollY), 0, 'and the page has not moved');
  await reader.at('fit').tap();
  await expectSoon(card, (box) => Math.abs(box.width - fitted.width) < 1, 'everything is in view again');
});

test('a line drawn from a plug to a card makes a replica, also on a stage that is zoomed', async (t) => {
  const reader = await chain(t, { width: 1440, height: 900 });
  const { page } = reader;
  await reader.at('zoom-out').click();
  const middle = async (id) => {
    const box = await reader.at(id).boundingBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  await expectSoon(
    () => middle('node-c'),
    (at) => at.x > 0,
    'c is there',
  );
  await page.getByTestId('node-c').hover();
  const [from, to] = [await middle('plug-c'), await middle('node-e')];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
  assert.match(await page.locator('.plug-line').getAttribute('d'), /^M.*L/, 'a line follows the pointer');
  await page.mouse.up();
  await reader.until('node-c-role', 'replica of e');
  // A plug that is only pressed lets a master be chosen.
  await reader.at('plug-c').click();
  await page.getByRole('status').filter({ hasText: 'Choose the master' }).waitFor();
  await reader.at('node-b').click({ position: { x: 15, y: 40 } });
  await reader.until('node-c-role', 'replica of b');
});

test('a wire that is cut one way shows each direction', async (t) => {
  const { page } = await openPage(t, { width: 1440, height: 900 });
  const reader = await new Reader(page).opened();
  await reader.load(world({ names: ['a', 'b'], endUs: 4_000_000 }));
  /** What is drawn of the wire: the colour and dashes of each line, and how many arrows. */
  const drawn = () =>
    page.evaluate(() => {
      const wire = document.querySelector('g.wire');
      const lines = [...wire.querySelectorAll('.wire-line')].map((line) => {
        const { stroke, strokeDasharray } = getComputedStyle(line);
        return { stroke, dashed: strokeDasharray !== 'none', d: line.getAttribute('d') };
      });
      return { lines, arrows: wire.querySelectorAll('.wire-arrow').length };
    });
  const whole = await drawn();
  assert.equal(whole.lines.length, 1);
  assert.equal(whole.lines[0].dashed, false);
  const oneWay = {};
  for (const way of ['cut-ab', 'cut-ba']) {
    await reader.wire('a-b', way);
    const now = await expectSoon(drawn, ({ lines }) => lines.length === 2 && lines.every(({ d }) => d), 'two lines');
    assert.equal(now.arrows, 2);
    assert.deepEqual(
      now.lines.map(({ dashed }) => dashed),
      [way === 'cut-ab', way === 'cut-ba'],
    );
    assert.notEqual(now.lines[0].stroke, now.lines[1].stroke);
    assert.notEqual(now.lines[0].d, now.lines[1].d);
    oneWay[way] = now;
    await reader.wire('a-b', 'heal');
    await expectSoon(drawn, ({ lines, arrows }) => lines.length === 1 && arrows === 0 && !lines[0].dashed, 'mended');
  }
  // The direction that still works looks like the wire did.
  assert.equal(oneWay['cut-ab'].lines[1].stroke, whole.lines[0].stroke);
  await reader.wire('a-b', 'cut');
  await expectSoon(drawn, ({ lines, arrows }) => lines.length === 1 && arrows === 0 && lines[0].dashed, 'cut both ways');
});
