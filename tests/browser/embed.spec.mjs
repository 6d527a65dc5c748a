// The page in a frame of another one: what it shows, the messages that it answers, the example of the documentation, and the
// custom element of the npm package.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const EXAMPLE = readFileSync(join(ROOT, 'docs/embed/example.html'), 'utf8');
const ELEMENT = readFileSync(join(ROOT, 'crates/wasm/js/element.js'), 'utf8');

const HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><title>host</title><link rel="icon" href="data:,">';
const FRAME = `${HEAD}<style>html, body { margin: 0; height: 100% } iframe { display: block; width: 100%; height: 100%; border: 0 }</style>
  <iframe id="lab" title="Psyncscope" src="./?embed"></iframe>
  <script>
    const frame = document.getElementById('lab');
    window.heard = [];
    window.ready = new Promise((resolve) => {
      addEventListener('message', ({ source, data }) => {
        if (source !== frame.contentWindow) return;
        heard.push(data);
        if (data.event === 'ready') resolve();
      });
    });
    window.send = (message) => frame.contentWindow.postMessage(message, location.origin);
    window.ask = (request) => new Promise((resolve) => {
      const id = 'id-' + Math.random();
      addEventListener('message', function answered({ data }) {
        if (data.re !== id) return;
        removeEventListener('message', answered);
        resolve(data);
      });
      send({ psyncscope: 1, id, ...request });
    });
  </script>`;

const SCRIPT = 'seed 7\nnode a\n  repl-backlog-size 96\nnode b\n  replicaof a 6379\nat 3s a> SET k v\nend 4s';

/** A page of the site's own folder that has this in it. */
async function host(t, html, options) {
  const { page, url, ...rest } = await openPage(t, options);
  await page.route('**/host.html', (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.route('**/element.js', (route) => route.fulfill({ contentType: 'text/javascript', body: ELEMENT }));
  await page.goto(`${url}host.html`);
  return { page, url, ...rest };
}

/** A frame that has started, with the script loaded. */
async function framed(t, options) {
  const opened = await host(t, FRAME, options);
  await opened.page.evaluate(() => window.ready);
  const ask = (request) => opened.page.evaluate((request) => window.ask(request), request);
  const loaded = await ask({ do: 'load', text: SCRIPT });
  assert.ok(loaded.ok && loaded.value.at_ms === 0 && !loaded.value.playing, JSON.stringify(loaded));
  await ask({ do: 'seek', to: 'now' });
  return { ...opened, frame: opened.page.frameLocator('#lab'), ask };
}

test('a frame shows stage, one panel and transport', async (t) => {
  for (const [width, height] of [[1000, 560], [640, 420], [390, 700]]) {
    const { page, frame, ask } = await framed(t, { width, height });
    await frame.locator('.card').first().waitFor();
    for (const testid of ['open-in-page', 'play', 'scrubber']) await frame.getByTestId(testid).waitFor();
    assert.equal(await frame.locator('.topbar, .tabs, .console-below').count(), 0, `${width}x${height}`);
    assert.equal(await frame.locator('.panel').count(), 1);
    for (const panel of ['why', 'console', 'ruler', 'steps', 'diagram', 'backlog']) {
      assert.ok((await ask({ do: 'show', panel })).ok);
      await frame.locator(`#panel[data-panel=${panel}]`).waitFor();
    }
    assert.equal(await frame.locator('#panel').getAttribute('aria-label'), 'Backlog');
    const sizes = await page.frames()[1].evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(sizes[0] <= sizes[1], `nothing is wider than the frame: ${sizes}`);
    const inside = page.frames()[1];
    const cut = await inside.evaluate(() => {
      const controls = [...document.querySelectorAll('.transport button, .transport select')];
      return controls.filter((control) => control.getBoundingClientRect().right > innerWidth).map(({ dataset }) => dataset.testid);
    });
    assert.deepEqual(cut, [], 'every control is within the frame');
    await inside.evaluate(AXE);
    const broken = await inside.evaluate(async () => (await window.axe.run(document)).violations);
    assert.deepEqual(broken.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`), []);
  }
});

test('what is asked is answered', async (t) => {
  const { page, frame, ask } = await framed(t);
  const loaded = (await ask({ do: 'state' })).value;
  const shown = { playing: false, nodes: ['a', 'b'], lang: 'en', branch: 'main' };
  assert.deepEqual({ ...loaded, ...shown, at_ms: 4000, now_ms: 4000 }, loaded);

  const sought = await ask({ do: 'seek', at_ms: 1500 });
  assert.equal(sought.value.at_ms, 1500);
  assert.equal(await frame.getByTestId('scrubber').getAttribute('aria-valuenow'), '1500');
  assert.equal((await ask({ do: 'seek', to: 'start' })).value.at_ms, 0);
  assert.equal((await ask({ do: 'seek', to: 'now' })).value.at_ms, 4000);

  const view = await ask({ do: 'show', node: 'b', panel: 'handshake', lang: 'zh-CN' });
  assert.deepEqual([view.value.node, view.value.panel, view.value.lang], ['b', 'handshake', 'zh-CN']);
  assert.match(await frame.getByTestId('open-in-page').innerText(), /打开/);
  await ask({ do: 'show', lang: 'en' });

  // In the past it starts a branch; the answer comes once that is made.
  await ask({ do: 'seek', at_ms: 2000 });
  const acted = await ask({ do: 'act', action: { do: 'crash', node: 'a' } });
  assert.ok(acted.ok && acted.value.branch !== 'main', JSON.stringify(acted));
  const link = await ask({ do: 'link' });
  assert.match(link.value, /^#v1\./);
  const again = await ask({ do: 'load', text: link.value });
  assert.equal(again.value.branch, acted.value.branch);

  assert.equal((await ask({ do: 'play' })).value.playing, true);
  assert.equal((await ask({ do: 'pause' })).value.playing, false);
  // Several at once are answered in order.
  const order = await page.evaluate(async (script) => {
    const before = heard.length;
    ['one', 'two', 'three'].forEach((id, at) => {
      send(at === 1 ? { psyncscope: 1, id, do: 'load', text: script } : { psyncscope: 1, id, do: 'state' });
    });
    await ask({ do: 'state' });
    return heard.slice(before).map(({ re }) => re).slice(0, 3);
  }, SCRIPT);
  assert.deepEqual(order, ['one', 'two', 'three']);
});

test('an answer comes when the frame shows what was asked for, also where it is not drawn', async (t) => {
  const { page, frame } = await framed(t);
  await frame.locator('.card').first().waitFor();
  const seen = await page.evaluate(async () => {
    const element = document.getElementById('lab');
    const inside = (id) => element.contentDocument.querySelector(`[data-testid=${id}]`);
    const moment = () => Number(inside('scrubber').getAttribute('aria-valuenow'));
    const moments = [];
    // Looked at before anything else can happen.
    for (const at_ms of [1500, 500, 3000]) moments.push([(await ask({ do: 'seek', at_ms })).value.at_ms, moment()]);
    await ask({ do: 'show', lang: 'zh-CN' });
    const words = inside('open-in-page').innerText;
    // A frame that is not drawn has no animation frames.
    element.style.display = 'none';
    moments.push([(await ask({ do: 'seek', at_ms: 2000 })).value.at_ms, moment()]);
    return { moments, words };
  });
  assert.deepEqual(seen.moments, [1500, 500, 3000, 2000].map((at) => [at, at]));
  assert.match(seen.words, /打开/);
});

test('events come to whoever subscribed', async (t) => {
  const { page, ask } = await framed(t);
  const events = () => page.evaluate(() => heard.filter(({ event }) => event));
  assert.deepEqual(await events(), [{ psyncscope: 1, event: 'ready', value: null }], 'nobody has subscribed');
  await ask({ do: 'subscribe', events: ['state', 'notes'] });
  await ask({ do: 'seek', at_ms: 2500 });
  await ask({ do: 'play' });
  const states = (all) => all.filter(({ event }) => event === 'state');
  const enough = (all) => all.some(({ event }) => event === 'note') && states(all).length > 3;
  const told = await expectSoon(events, enough, 'a note, and some states');
  const note = told.find(({ event }) => event === 'note').value;
  assert.ok(note.at_ms >= 2500 && note.text.length > 10, JSON.stringify(note));
  const times = states(told).map(({ value }) => value.at_ms);
  assert.ok(times.every((at, nth) => nth === 0 || at >= times[nth - 1]), `${times}`);
  await ask({ do: 'pause' });
  await ask({ do: 'subscribe', events: [] });
  const count = (await events()).length;
  await ask({ do: 'seek', to: 'start' });
  assert.equal((await events()).length, count, 'nothing more is told');
});

test('a bad message is refused with why and where, and changes nothing', async (t) => {
  const { page, ask } = await framed(t);
  const before = (await ask({ do: 'state' })).value;
  for (const [request, code, field] of [
    [{ psyncscope: 2, do: 'state' }, 'unsupported-version', 'message.psyncscope'],
    [{ psyncscope: 'one', do: 'state' }, 'unsupported-version', 'message.psyncscope'],
    [{}, 'missing-field', 'message.do'],
    [{ do: 'dance' }, 'bad-value', 'message.do'],
    [{ do: 'seek', at_ms: 'soon' }, 'bad-value', 'message.at_ms'],
    [{ do: 'seek', at_ms: 4001 }, 'bad-time', 'message.at_ms'],
    [{ do: 'seek', at_ms: 1, to: 'now' }, 'bad-value', 'message.to'],
    [{ do: 'play', loud: true }, 'unknown-field', 'message.loud'],
    [{ do: 'act', action: { do: 'crash' } }, 'missing-field', 'message.action'],
    [{ do: 'act', action: { do: 'crash', node: 'z' } }, 'unknown-node', undefined],
    [{ do: 'show', node: 'z' }, 'unknown-node', undefined],
    [{ do: 'show', panel: 'moon' }, 'bad-value', 'message.panel'],
    [{ do: 'subscribe', events: ['weather'] }, 'bad-value', 'message.events[0]'],
    [{ do: 'load', text: '#v1.abcd$efg' }, 'bad-link', undefined],
    [{ do: 'load', text: '{"version": 1' }, 'bad-json', undefined],
    [{ do: 'load', text: 'nodw a' }, 'bad-script', undefined],
  ]) {
    const { ok, error } = await ask(request);
    const words = `${JSON.stringify(request)}: ${JSON.stringify(error)}`;
    assert.deepEqual([ok, error?.code, error?.at?.field], [false, code, field], words);
    assert.ok(error.message.length > 10, words);
  }
  assert.equal((await ask({ do: 'load', text: 'nodw a' })).error.at.line, 1);
  // What JSON has no word for.
  const odd = await page.evaluate(async () => {
    const cycle = { psyncscope: 1, id: 'cycle', do: 'state' };
    cycle.self = cycle;
    const before = heard.length;
    send(cycle);
    send({ psyncscope: 1, id: 'big', do: 'seek', at_ms: 1n });
    // Not ours: not answered.
    for (const other of [null, 7, 'hello', [1], { type: 'webpack' }]) send(other);
    await ask({ do: 'state' });
    return heard.slice(before).map(({ re, ok, error }) => [re, ok, error?.code]);
  });
  assert.deepEqual(odd.slice(0, 2), [['cycle', false, 'bad-value'], ['big', false, 'bad-value']]);
  assert.equal(odd.length, 3, JSON.stringify(odd));
  assert.deepEqual((await ask({ do: 'state' })).value, before);
});

test('only the window around the frame is answered', async (t) => {
  const { page, ask } = await framed(t);
  const outcome = await page.evaluate(async () => {
    const sibling = document.createElement('iframe');
    sibling.srcdoc = '<!doctype html><title>sibling</title>';
    const loaded = new Promise((resolve) => { sibling.onload = resolve; });
    document.body.append(sibling);
    await loaded;
    const answers = [];
    sibling.contentWindow.addEventListener('message', ({ data }) => answers.push(data));
    // Sent by a function of the sibling's: it is the source.
    sibling.contentWindow.eval(`parent.frames[0].postMessage({ psyncscope: 1, id: 'x', do: 'seek', to: 'start' }, '*')`);
    const state = await ask({ do: 'state' });
    return { answers, at: state.value.at_ms, heard: heard.filter(({ re }) => re === 'x').length };
  });
  assert.deepEqual(outcome, { answers: [], at: 4000, heard: 0 });
  // A page that is not in a frame is its own parent, and does not talk to itself.
  const { page: alone } = await openPage(t);
  await alone.goto(`${alone.url()}?embed`);
  await alone.getByTestId('open-in-page').waitFor();
  await alone.evaluate(() => {
    window.said = 0;
    addEventListener('message', () => { window.said += 1; });
    postMessage({ psyncscope: 1, do: 'state' }, '*');
  });
  await expectSoon(() => alone.evaluate(() => window.said), (said) => said > 0, 'the message');
  assert.equal(await alone.evaluate(() => window.said), 1);
  assert.ok((await ask({ do: 'state' })).ok);
});

test('the link opens what is shown in a window of its own', async (t) => {
  const { page, frame, ask, url } = await framed(t);
  await ask({ do: 'show', node: 'b', panel: 'log' });
  await ask({ do: 'seek', at_ms: 3100 });
  const opens = page.waitForEvent('popup');
  await frame.getByTestId('open-in-page').click();
  const popup = await opens;
  await popup.locator('.card').first().waitFor();
  assert.ok(popup.url().startsWith(`${url}#v1.`), popup.url());
  await popup.locator('.topbar').waitFor();
  const moment = () => popup.getByTestId('scrubber').getAttribute('aria-valuenow');
  await expectSoon(moment, (now) => now === '3100', 'the same moment');
  assert.equal(await popup.locator('#panel').getAttribute('data-panel'), 'log');
});

test('the example of the documentation works', async (t) => {
  const { page } = await host(t, EXAMPLE);
  const write = page.locator('#write');
  await expectSoon(() => write.isEnabled(), Boolean, 'it has begun');
  await write.click();
  await expectSoon(() => page.locator('#moment').innerText(), (text) => Number.parseFloat(text) > 3, 'time passes');
  await page.locator('#cut').click();
  await expectSoon(() => page.locator('#notes').innerText(), (text) => /cut/.test(text), 'a sentence');
  await page.locator('#back').click();
  await expectSoon(() => page.locator('#moment').innerText(), (text) => text === '0.0 s', 'the beginning');
});

test('the custom element makes the frame and passes messages', async (t) => {
  const html = `${HEAD}<script type="module" src="./element.js"></script>
    <psyncscope-lab src="./" panel="handshake" node="b" lang="zh-CN" title="my lab"></psyncscope-lab>`;
  const { page } = await host(t, html);
  const frame = page.frameLocator('iframe');
  // Asked before the page is there: it waits.
  const loaded = await page.evaluate(async (script) => {
    await customElements.whenDefined('psyncscope-lab');
    window.lab = document.querySelector('psyncscope-lab');
    window.told = { states: [], notes: [], errors: [] };
    lab.addEventListener('psyncscope-state', ({ detail }) => told.states.push(detail));
    lab.addEventListener('psyncscope-note', ({ detail }) => told.notes.push(detail));
    lab.addEventListener('psyncscope-error', ({ detail }) => told.errors.push(detail));
    return lab.load(script, 'mine');
  }, SCRIPT);
  assert.deepEqual([loaded.nodes, loaded.lang, loaded.now_ms, loaded.playing], [['a', 'b'], 'zh-CN', 4000, false]);
  assert.equal(await page.locator('iframe').getAttribute('title'), 'my lab');
  assert.match(await page.locator('iframe').getAttribute('src'), /\/\?embed$/);

  await page.evaluate(() => lab.setAttribute('panel', 'why'));
  await frame.locator('#panel[data-panel=why]').waitFor();
  const acted = await page.evaluate(async () => {
    await lab.seek('now');
    await lab.act({ do: 'cut', from: 'a', to: 'b' });
    return lab.play();
  });
  assert.equal(acted.playing, true);
  await expectSoon(() => page.evaluate(() => told.notes.length), (count) => count > 0, 'a note');
  const link = await page.evaluate(async () => { await lab.pause(); return lab.instant(); });
  await page.evaluate((link) => lab.setAttribute('link', link), link);
  assert.ok(await page.evaluate(() => told.states.length > 0));

  const refused = await page.evaluate(() => lab.act({ do: 'crash', node: 'z' }).catch(({ name, code, message }) => [name, code, message]));
  assert.deepEqual(refused.slice(0, 2), ['PsyncscopeError', 'unknown-node']);
  assert.match(refused[2], /no node z/);
  await page.evaluate(() => lab.setAttribute('panel', 'moon'));
  const error = await expectSoon(() => page.evaluate(() => told.errors.at(-1)), Boolean, 'the attribute is refused');
  assert.deepEqual([error.code, error.at.field], ['bad-value', 'message.panel']);

  const gone = await page.evaluate(() => {
    const waits = lab.state().catch(({ code }) => code);
    lab.remove();
    return waits;
  });
  assert.equal(gone, 'gone');
  // Put back, it starts again.
  await page.evaluate(() => document.body.append(lab));
  assert.equal(await page.evaluate(async () => (await lab.seek('start')).at_ms), 0);
});
