// The page draws what a click, a key or a message changed in its next animation frame (ARCHITECTURE.md, invariant 9), and
// a long replay over several of them. Whoever reads it at once reads what it showed before. So everything that is read of
// a page in a spec waits for these frames; what is done to it does not wait, as a quick reader would not.
//
// What comes later than that (files, answers of the network, what time brings) a spec waits for by `expectSoon`.

const LOCATOR = [
  ...['allInnerTexts', 'allTextContents', 'boundingBox', 'count', 'evaluate', 'evaluateAll', 'getAttribute', 'innerText'],
  ...['inputValue', 'isChecked', 'isEnabled', 'isVisible', 'textContent'],
];

/** Resolves once the page has drawn what was done to it. */
export async function drawn(page) {
  try {
    await page.mainFrame().evaluate(nothingIsLeft);
  } catch {
    // Another page is being loaded or this one is closed: whoever reads it is told.
  }
}

/** Runs in the page: waits until no replay is under way and what came before the first of two frames is drawn. */
async function nothingIsLeft() {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  do {
    await frame();
    // Frames within the page may draw after the page itself.
    await frame();
  } while (document.querySelector('.working'));
}

/** From now on, whatever is read of any page waits until that is drawn. */
export function readsAreDrawn(page) {
  const [ofPages, ofLocators] = [page, page.locator('html')].map((one) => Object.getPrototypeOf(one));
  waitFirst(ofPages, ['evaluate'], (page) => page);
  waitFirst(ofLocators, LOCATOR, (locator) => locator.page());
}

const WAITS = Symbol('waits until the page is drawn');

function waitFirst(prototype, names, pageOf) {
  if (prototype[WAITS]) return;
  prototype[WAITS] = true;
  for (const name of names) {
    const read = prototype[name];
    prototype[name] = async function (...args) {
      await drawn(pageOf(this));
      return read.apply(this, args);
    };
  }
}
