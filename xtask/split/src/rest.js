// The second part of the page's code: fetched as soon as the reader touches the page, or at once if it is called before
// that has come.
const restUrl = new URL('REST', import.meta.url);
let restOnItsWay;
function restIsHere() {
  wasm.rest.value = 1;
}
function fetchRest() {
  if (wasm === undefined || wasm.rest.value) return;
  restOnItsWay ??= WebAssembly.instantiateStreaming(fetch(restUrl), { core: wasm }).then(restIsHere, () => {
    // Offline, or a server without the right type: the next touch tries again, and a call fetches it for itself.
    restOnItsWay = undefined;
  });
}
function needRest() {
  const request = new XMLHttpRequest();
  request.open('GET', restUrl, false);
  // The one way to have bytes at once: as characters, of which the low eight bits count.
  request.overrideMimeType('text/plain; charset=x-user-defined');
  request.send();
  if (request.status !== 200) throw new Error(`${restUrl}: ${request.status}`);
  const bytes = Uint8Array.from(request.responseText, (char) => char.charCodeAt(0));
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { core: wasm });
  restIsHere();
}
for (const touch of ['pointerdown', 'keydown', 'focusin']) addEventListener(touch, fetchRest, { capture: true, passive: true });
