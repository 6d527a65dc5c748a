// Registers the service worker (worker.js). That a new version waits is said to the app by an attribute of <html> and
// an event, and asked for by an event of the app's.
(function () {
  var version = document.querySelector('meta[name="psyncscope-version"]');
  // Not in `cargo xtask serve`, not in a frame, and not where browsers have none: files, origins without https.
  var workers = navigator.serviceWorker;
  if (!version || !workers || new URLSearchParams(location.search).has('embed')) return;

  var registration;
  var replacing = false;
  function tell(state) {
    document.documentElement.dataset.update = state;
    dispatchEvent(new Event('psyncscope-update'));
  }
  function look() {
    if (registration.waiting && workers.controller) tell('ready');
    if (registration.active && !workers.controller) {
      registration.active.postMessage({ ask: 'claim', version: version.content });
    }
  }
  function follow() {
    if (registration.installing) registration.installing.addEventListener('statechange', look);
    look();
  }

  workers.addEventListener('message', function (event) {
    if (event.data === 'elsewhere') tell('elsewhere');
  });
  workers.addEventListener('controllerchange', function () {
    if (replacing) location.reload();
  });
  addEventListener('psyncscope-replace', function () {
    replacing = true;
    if (registration.waiting) registration.waiting.postMessage({ ask: 'replace' });
    else location.reload();
  });
  // What cannot be registered, as with storage forbidden, is as if there were none.
  addEventListener('load', function () {
    workers.register('sw.js').then(function (found) {
      if (!found) return;
      registration = found;
      registration.addEventListener('updatefound', follow);
      follow();
    }, function () {});
  });
})();
