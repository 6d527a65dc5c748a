// Takes the place of a service worker that an earlier page at this address left, and removes it with what it kept.
// `cargo xtask serve` serves this: there a page has to be what was built last.

addEventListener('install', () => skipWaiting());

addEventListener('activate', (event) => {
  const ours = (name) => name.startsWith(`psyncscope ${registration.scope} `);
  const emptied = caches.keys().then((names) => Promise.all(names.filter(ours).map((name) => caches.delete(name))));
  event.waitUntil(emptied.then(() => registration.unregister()));
});
