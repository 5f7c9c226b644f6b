// Serves the built site as a static host would, from a sub-path; knows nothing of the app.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the built site. */
export const dist = process.env.FAULTLINE_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Where the site stands: a page that works here works under any path of a static host. */
export const subPath = '/some/sub/path/';

/** Starts a server of a folder on a free port; resolves to `{ url, close }`. Anything outside the site is a plain 404. */
export async function serve(folder = dist) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://host').pathname);
    try {
      if (!path.startsWith(subPath)) throw new Error('outside the site');
      const inside = normalize(path.slice(subPath.length) || 'index.html');
      if (inside.startsWith('..')) throw new Error('outside the site');
      const body = await readFile(join(folder, inside));
      response.writeHead(200, { 'content-type': types[extname(inside)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('not found');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${subPath}`,
    close: () => {
      server.closeAllConnections?.();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
