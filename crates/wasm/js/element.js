// <psyncscope-lab>: the Psyncscope page in a frame, driven by attributes, methods and events.
//
//   <psyncscope-lab src="https://example.org/psyncscope/" link="#v1.…" panel="why"></psyncscope-lab>
//
// The page is in a frame of its own, wherever `src` has it; only the messages of docs/embed.md go in and out.

const VERSION = 1;

/** A refusal of the page: `code` is for programs, `message` for people, `at` is the place if there is one. */
export class PsyncscopeError extends Error {
  constructor({ code, message, at }) {
    super(message);
    this.name = 'PsyncscopeError';
    this.code = code;
    this.at = at;
  }
}

// Node.js has no elements: there this file can be imported, and does nothing.
const Element = globalThis.HTMLElement ?? class {};

/** The attributes that `show` passes on. */
const SHOWN = ['node', 'panel', 'lang'];

export class PsyncscopeLabElement extends Element {
  static observedAttributes = ['src', 'link', 'title', ...SHOWN];

  #frame = null;
  #origin = null;
  #isReady = false;
  // Messages that wait for the page, and those that wait for an answer.
  #waiting = [];
  #asked = new Map();
  #nextId = 1;
  #onmessage = (event) => this.#receive(event);

  connectedCallback() {
    if (!this.shadowRoot) {
      const shadow = this.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(':host { display: block; height: 480px; } iframe { display: block; width: 100%; height: 100%; border: 0; }');
      shadow.adoptedStyleSheets = [sheet];
    }
    addEventListener('message', this.#onmessage);
    this.#open();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#onmessage);
    this.#frame?.remove();
    this.#frame = null;
    this.#forget('the element was taken out of its document');
  }

  attributeChangedCallback(name, before, value) {
    // Attributes that are there from the start are read when the element comes into its document.
    if (before === value || !this.isConnected || !this.shadowRoot) return;
    if (!this.#frame && name !== 'src') return;
    if (name === 'src') this.#open();
    else if (name === 'title') this.#frame.title = this.#title();
    else if (value !== null) this.#tell(name === 'link' ? this.load(value) : this.show({ [name]: value }));
  }

  /** Opens a link, a saved session or a script; resolves to what is shown then. */
  load(text, name) {
    return this.#ask({ do: 'load', text, ...(name === undefined ? {} : { name }) });
  }

  /** Shows a moment: milliseconds, 'start' or 'now'. */
  seek(moment) {
    return this.#ask(typeof moment === 'number' ? { do: 'seek', at_ms: moment } : { do: 'seek', to: moment });
  }

  /** Lets time pass. */
  play() {
    return this.#ask({ do: 'play' });
  }

  /** Stops time. */
  pause() {
    return this.#ask({ do: 'pause' });
  }

  /** Does something at the moment shown: `{ do: 'exec', node: 'a', command: 'SET k v' }`. */
  act(action) {
    return this.#ask({ do: 'act', action });
  }

  /** Shows a node, a panel, a language. */
  show(view) {
    return this.#ask({ do: 'show', ...view });
  }

  /** What is shown. */
  state() {
    return this.#ask({ do: 'state' });
  }

  /** A link to what is shown: the part of an address behind the page's, `#v1.…`. */
  instant() {
    return this.#ask({ do: 'link' });
  }

  #title() {
    return this.getAttribute('title') ?? 'Psyncscope';
  }

  /** Puts the page into a new frame. */
  #open() {
    this.#frame?.remove();
    this.#frame = null;
    this.#forget('another page was opened');
    const src = this.getAttribute('src');
    if (src === null) return;
    let url;
    try {
      url = new URL(src, this.ownerDocument.baseURI);
    } catch {
      return this.#failed({ code: 'bad-value', message: `src: "${src}" is no address` });
    }
    if (!url.searchParams.has('embed')) url.search = url.search ? `${url.search}&embed` : '?embed';
    // Behind an address with the page's own fragment stands nothing else.
    const link = this.getAttribute('link');
    if (link !== null) url.hash = link.slice(link.indexOf('#') + 1);
    this.#origin = url.origin;
    const frame = this.ownerDocument.createElement('iframe');
    frame.title = this.#title();
    frame.allow = 'clipboard-write';
    frame.src = url.href;
    this.#frame = frame;
    this.shadowRoot.append(frame);
  }

  #receive({ source, origin, data }) {
    if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
    if (data?.psyncscope !== VERSION) return;
    if ('re' in data) {
      const asked = this.#asked.get(data.re);
      this.#asked.delete(data.re);
      if (data.ok) asked?.resolve(data.value);
      else asked?.reject(new PsyncscopeError(data.error));
    } else if (data.event === 'ready') {
      this.#ready();
    } else {
      this.dispatchEvent(new CustomEvent(`psyncscope-${data.event}`, { detail: data.value }));
    }
  }

  /** The page in the frame has started; it may have been loaded again. */
  #ready() {
    if (this.#isReady) this.#forget('the page was loaded again');
    this.#isReady = true;
    this.#post({ do: 'subscribe', events: ['state', 'notes'], id: 0 });
    const view = Object.fromEntries(SHOWN.filter((name) => this.hasAttribute(name)).map((name) => [name, this.getAttribute(name)]));
    if (Object.keys(view).length > 0) this.#tell(this.show(view));
    for (const message of this.#waiting.splice(0)) this.#post(message);
    this.dispatchEvent(new CustomEvent('psyncscope-ready'));
  }

  #ask(request) {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    const message = { ...request, id };
    if (this.#isReady) this.#post(message);
    else this.#waiting.push(message);
    return answer;
  }

  #post(message) {
    this.#frame.contentWindow.postMessage({ psyncscope: VERSION, ...message }, this.#origin);
  }

  /** Nobody awaits what an attribute asked for: a refusal is an event. */
  #tell(answer) {
    answer.catch((error) => this.#failed(error));
  }

  #failed({ code, message, at }) {
    this.dispatchEvent(new CustomEvent('psyncscope-error', { detail: { code, message, at } }));
  }

  /** Gives up what waits. */
  #forget(message) {
    this.#isReady = false;
    this.#waiting = [];
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(new PsyncscopeError({ code: 'gone', message }));
  }
}

if (globalThis.customElements && !customElements.get('psyncscope-lab')) {
  customElements.define('psyncscope-lab', PsyncscopeLabElement);
}
