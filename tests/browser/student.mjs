// A reader of lessons, as the specs need him.

import { expectSoon } from './soon.mjs';
import { Reader } from './steps.mjs';

/** Whoever reads a lesson. */
export class Student extends Reader {
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

  /** Presses a key that leads to a block. */
  async press(key, block) {
    await this.page.keyboard.press(key);
    await this.isAt(block);
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
    await this.enter(words);
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
