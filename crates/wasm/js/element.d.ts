import type { Action, ErrorAt, Panel } from './psyncscope.js';

/** What the page in the frame shows. */
export interface PageState {
  /** The time shown, in milliseconds. */
  at_ms: number;
  /** The present of the branch. */
  now_ms: number;
  /** Whether time passes. */
  playing: boolean;
  /** The names of the nodes. */
  nodes: string[];
  /** The one that is selected. */
  node: string | null;
  /** The panel. */
  panel: Panel;
  /** The language. */
  lang: 'en' | 'zh-CN';
  /** The current branch. */
  branch: string;
}

/** A sentence about what happened. */
export interface PageNote {
  /** When, in milliseconds. */
  at_ms: number;
  /** The sentence, in the language of the page. */
  text: string;
}

/** A refusal of the page. */
export class PsyncscopeError extends Error {
  /** Why, for programs; `gone` if the page went away before it answered. */
  readonly code: string;
  /** Where, if there is a where. */
  readonly at?: ErrorAt;
}

/** The events of the element, by their names. */
export interface PsyncscopeLabEventMap extends HTMLElementEventMap {
  /** The page has started. */
  'psyncscope-ready': CustomEvent<null>;
  /** What is shown has changed. */
  'psyncscope-state': CustomEvent<PageState>;
  /** Something happened that a sentence tells of. */
  'psyncscope-note': CustomEvent<PageNote>;
  /** What an attribute asks for was refused. */
  'psyncscope-error': CustomEvent<{ code: string; message: string; at?: ErrorAt }>;
}

/**
 * `<psyncscope-lab>`: the page in a frame.
 *
 * Attributes: `src` (the page's address, required), `link` (`#v1.…`), `node`, `panel`, `lang`, `title` (the frame's name for
 * screen readers). What is asked for before the page has started waits for it.
 */
export class PsyncscopeLabElement extends HTMLElement {
  /** Opens a link, a saved session or a script. */
  load(text: string, name?: string): Promise<PageState>;
  /** Shows a moment. */
  seek(moment: number | 'start' | 'now'): Promise<PageState>;
  /** Lets time pass. */
  play(): Promise<PageState>;
  /** Stops time. */
  pause(): Promise<PageState>;
  /** Does something at the moment shown; in the past, on a branch. */
  act(action: Action): Promise<PageState>;
  /** Shows a node, a panel, a language. */
  show(view: { node?: string; panel?: Panel; lang?: 'en' | 'zh-CN' }): Promise<PageState>;
  /** What is shown. */
  state(): Promise<PageState>;
  /** A link to what is shown, `#v1.…`. */
  instant(): Promise<string>;
  addEventListener<K extends keyof PsyncscopeLabEventMap>(
    type: K,
    listener: (this: PsyncscopeLabElement, event: PsyncscopeLabEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'psyncscope-lab': PsyncscopeLabElement;
  }
}
