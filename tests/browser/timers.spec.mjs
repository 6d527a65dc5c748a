// A quiet stretch: the timers that run count down, and one control goes to the next event.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { expectSoon } from './soon.mjs';
import { Reader, world } from './steps.mjs';

/** A wire was cut some seconds ago; `repl-timeout` is Redis's own minute. */
const silent = () =>
  world({
    names: ['a', 'b'],
    actions: [{ at_us: 4_000_000, do: 'cut', from: 'a', to: 'b' }],
    endUs: 20_000_000,
    latencyUs: 1_000,
  });

const left = async (reader, words) => Number(words.exec(await reader.says('timers'))?.[1]);

for (const [width, height] of [
  [1440, 900],
  [390, 844],
]) {
  test(`${width} by ${height}: a silence counts down, and one press leads to its end`, async (t) => {
    const { page } = await openPage(t, { width, height });
    const reader = await new Reader(page).opened();
    await reader.load(silent());
    const link = /b gives up on a in (\d+) s/;
    const first = await left(reader, link);
    assert.ok(first > 20 && first < 60, `${first} s`);
    const shown = await reader.shown();
    await reader.play();
    await expectSoon(
      () => left(reader, link),
      (now) => now < first,
      'the seconds become fewer',
    );
    await reader.pause();
    // TCP sends its bytes again meanwhile: those are events, too.
    for (let events = 0; !/b has lost the link/.test(await reader.says('caption')); events += 1) {
      assert.ok(events < 20, await reader.says('caption'));
      const before = await reader.shown();
      await reader.at('skip').click();
      await expectSoon(
        () => reader.shown(),
        (now) => now > before,
        'time goes on',
      );
    }
    const passed = ((await reader.shown()) - shown) / 1000;
    assert.ok(Math.abs(passed - first) <= 2, `${first} s were left, and ${passed} s passed`);
    assert.equal(await reader.isPlaying(), false, 'time stands still as before');
    await reader.assertFits();
  });
}

test('in Chinese, and what has no end is said', async (t) => {
  const { page } = await openPage(t, { locale: 'zh-CN' });
  const reader = await new Reader(page).opened();
  await reader.load(silent());
  await reader.until('timers', /b 还有 \d+ 秒放弃 a/);
  await reader.load(world({ names: ['a'], endUs: 4_000_000 }));
  await reader.until('timers', '没有计时器快到时限。');
  await reader.at('skip').click();
  await reader.until('notice', /十分钟之内没有发生什么/);
});
