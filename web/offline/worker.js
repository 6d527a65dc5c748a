// The service worker: it keeps one version of the page whole and answers from that alone, with or without a network.
// `cargo xtask finish` puts in the version and the files when Trunk has built the page. Another version is installed
// beside this one and waits, until no page of this one is open or the reader asks for it.

const VERSION = '@VERSION@';
// Each file's path below the page's folder, and its hash as Subresource Integrity writes it.
const FILES = @FILES@;

const urlOf = (path) => new URL(path, registration.scope).href;
const PAGE = urlOf('./');
const URLS = new Map(FILES.map(([path, integrity]) => [urlOf(path), integrity]));
// Caches belong to an origin, which may have this page in several folders.
const CACHES = `psyncscope ${registration.scope} `;
const CACHE = CACHES + VERSION;

// The hashes refuse a file of another version, as a server has it while it is being updated. Then nothing is installed.
const requestOf = (url) => new Request(url, { cache: 'no-cache', integrity: URLS.get(url) });

addEventListener('install', (event) => {
  const requests = [...URLS.keys()].map(requestOf);
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith(CACHES) && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

/** The file that an address means, whatever stands behind it; null if it is none of the page's. */
function fileOf(address) {
  const { origin, pathname } = new URL(address);
  const url = origin + pathname === urlOf('index.html') ? PAGE : origin + pathname;
  return URLS.has(url) ? url : null;
}

addEventListener('fetch', (event) => {
  const url = event.request.method === 'GET' ? fileOf(event.request.url) : null;
  if (url) event.respondWith(answer(url, event.request));
});

async function answer(url, request) {
  const held = await caches.match(url, { cacheName: CACHE, ignoreVary: true });
  if (held) return held;
  // The browser has dropped what was kept. The page comes from the network as if there were no worker, and registers
  // one again; anything else still has to be of this version.
  if (request.mode !== 'navigate') return fetch(requestOf(url));
  await registration.unregister();
  return fetch(request);
}

// What the page asks for: to be served by this worker without being loaded again, or to replace the worker before this
// one. Neither happens while the page is open elsewhere too: that one may be of another version.
addEventListener('message', (event) => event.waitUntil(asked(event.data, event.source)));

async function asked({ ask, version }, page) {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const elsewhere = windows.some((window) => window.id !== page.id && fileOf(window.url) === PAGE);
  if (ask === 'claim' && version === VERSION && !elsewhere) await clients.claim();
  if (ask === 'replace' && !elsewhere) await skipWaiting();
  if (ask === 'replace' && elsewhere) page.postMessage('elsewhere');
}
