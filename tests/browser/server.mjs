// A static file server for the built site, like the simplest host: files below one sub-path, nothing else.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

// Not the root: a link that only works at the root of a host must break here, not on somebody's course page.
export const SUB_PATH = '/sub/path/';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * Serves `folder` under SUB_PATH on a free loopback port; resolves to `{ origin, base, close }`. With `compressed`,
 * files go out under brotli where `FILE.br` lies beside them and the browser takes it.
 */
export async function serve(folder, { compressed = false } = {}) {
  const server = createServer(async (request, response) => {
    const file = fileFor(folder, request.url);
    const takesBrotli = compressed && /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    const brotli = takesBrotli && file ? await readFile(`${file}.br`).catch(() => null) : null;
    const body = brotli ?? (file && (await readFile(file).catch(() => null)));
    if (!body) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    const headers = {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': body.length,
      'cache-control': 'no-store',
    };
    if (brotli) headers['content-encoding'] = 'br';
    response.writeHead(200, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin, base: origin + SUB_PATH, close };
}

/** The file that a request means, or null when it means none inside `folder`. */
function fileFor(folder, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://host').pathname);
  } catch {
    return null;
  }
  if (!path.startsWith(SUB_PATH)) return null;
  const inside = path.slice(SUB_PATH.length);
  const file = normalize(join(folder, inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside));
  return file.startsWith(normalize(folder + sep)) ? file : null;
}
