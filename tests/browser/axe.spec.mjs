// Accessibility rules, checked by axe-core: the page, each tab, each sheet and dialog, in both themes, wide and narrow.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { openPage } from './harness.mjs';
import { Reader } from './steps.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every rule that is broken, with where. */
async function violations(page, what) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate(
    async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations,
  );
  return found.map(
    ({ id, nodes }) =>
      `${what}: ${id}: ${nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary})`).join('; ')}`,
  );
}

for (const [width, height] of [
  [1440, 900],
  [390, 844],
]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`no rule is broken at ${width} by ${height}, ${colorScheme}`, async (t) => {
      // Without a clipboard, a link that is shared is shown in a dialog.
      const init = () => Object.defineProperty(navigator, 'clipboard', { value: undefined });
      const { page } = await openPage(t, { width, height, colorScheme, reducedMotion: 'reduce', init });
      const reader = await new Reader(page).opened();
      await reader.play();
      await reader.until('node-b-state', 'CONNECTED');
      await reader.pause();
      const broken = await violations(page, 'the page');
      await reader.at('landing-sandbox').click();

      const tabs = ['handshake', 'diagram', 'info', 'log', 'why', 'backlog'];
      if (width < 760) tabs.push('console', 'ruler');
      for (const tab of tabs) {
        await reader.tab(tab);
        broken.push(...(await violations(page, `tab ${tab}`)));
      }
      // The steps: the list of functions, and a place among them.
      await reader.at(width < 760 ? 'tab-steps' : 'steps-toggle').click();
      broken.push(...(await violations(page, 'the functions')));
      await reader.at('step-into').click();
      await reader.at('step-lines').waitFor();
      await reader.at('step-into').click();
      broken.push(...(await violations(page, 'a step')));
      if (width >= 760) await reader.at('steps-close').click();

      await reader.at('script').click();
      const script = await reader.at('script-text').inputValue();
      broken.push(...(await violations(page, 'the script')));
      await reader.at('script-text').fill(`${script}crash`);
      await reader.at('script-error').waitFor();
      broken.push(...(await violations(page, 'a script with an error')));
      await reader.at('script-text').fill(script);
      await reader.at('script-error').waitFor({ state: 'detached' });
      if (width < 760) await reader.tab('backlog');

      for (const [button, overlay] of [
        ['menu-b', 'node-menu'],
        ['wire-a-b', 'wire-sheet'],
        ['new', 'new-dialog'],
        ['load', 'load-dialog'],
        ['save', 'save-dialog'],
        ['share', 'share-dialog'],
        ['help', 'help-dialog'],
        ['run-until', 'until-dialog'],
      ]) {
        await reader.at(button).focus();
        await page.keyboard.press('Enter');
        await reader.at(overlay).waitFor();
        broken.push(...(await violations(page, overlay)));
        await page.keyboard.press('Escape');
        await reader.at(overlay).waitFor({ state: 'detached' });
      }

      // A new version of the page, as web/offline/page.js says it.
      await page.evaluate(() => {
        document.documentElement.dataset.update = 'ready';
        dispatchEvent(new Event('psyncscope-update'));
      });
      await reader.at('update').waitFor();
      broken.push(...(await violations(page, 'a new version')));
      await reader.at('update').getByRole('button', { name: 'Dismiss' }).click();

      // In the past: the notice. An action there starts a branch: the tree, the dialog, and the two side by side.
      await reader.at('scrubber').press('Home');
      broken.push(...(await violations(page, 'in the past')));
      await reader.at('menu-a').focus();
      await page.keyboard.press('Enter');
      await reader.at('node-menu').getByTestId('pause-node').click();
      await reader.at('branches').waitFor();
      broken.push(...(await violations(page, 'two branches')));
      await reader.at('branches').click();
      await reader.at('branch-1').waitFor();
      await reader.at('branch-rename-1').click();
      broken.push(...(await violations(page, 'branches-dialog')));
      await page.keyboard.press('Escape');
      await reader.at('branch-compare-0').click();
      await reader.at('compare').waitFor();
      broken.push(...(await violations(page, 'compare')));
      assert.deepEqual([...new Set(broken)], []);
    });

    test(`no rule is broken in a lesson at ${width} by ${height}, ${colorScheme}`, async (t) => {
      const { page } = await openPage(t, { width, height, colorScheme, reducedMotion: 'reduce', query: '?lesson=first-sync' });
      const reader = new Reader(page);
      await reader.at('lesson-next').waitFor();
      const broken = await violations(page, 'a step');
      await reader.at('term-master').click();
      await reader.at('term-meaning').first().waitFor();
      broken.push(...(await violations(page, 'a term')));
      await page.keyboard.press('Escape');
      await reader.at('lesson-progress').click();
      broken.push(...(await violations(page, 'its parts')));
      await reader.at('lesson-edit').click();
      await reader.at('lesson-editor').waitFor();
      broken.push(...(await violations(page, 'its text')));
      await reader.at('lesson-edit-close').click();
      await reader.at('lesson-next').click();
      await reader.at('lesson-hint').click();
      await reader.at('hint-0').waitFor();
      broken.push(...(await violations(page, 'a task')));
      await reader.enter('SET greeting hello');
      await reader.at('task-met').waitFor({ state: 'attached' });
      await reader.at('lesson-next').click();
      await reader.at('choice-0').click();
      broken.push(...(await violations(page, 'a question')));
      await reader.at('lesson-answer').click();
      await reader.at('lesson-because').waitFor();
      broken.push(...(await violations(page, 'an answer')));
      await reader.openCourse();
      await reader.at('course-challenge-safe-write').locator('b').waitFor();
      broken.push(...(await violations(page, 'the course')));
      await reader.at('course-report').click();
      await reader.until('report-first-sync-worth', /Tasks done/);
      broken.push(...(await violations(page, 'the report')));
      assert.deepEqual([...new Set(broken)], []);
    });
  }
}
