// Says how large the built site is, as files and as a browser fetches them: node scripts/size.mjs [dist]
// Fails when what must be fetched before the page lives (wasm, scripts, styles; Brotli) has grown by over 5 % beyond the figure in
// scripts/size.json. Whoever wants it to grow changes that figure in the same commit: node scripts/size.mjs --accept [dist]
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const accept = process.argv.includes('--accept');
const known = new URL('size.json', import.meta.url);
const dist = process.argv.slice(2).find((a) => !a.startsWith('--')) ?? new URL('../dist', import.meta.url).pathname;

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
const total = [0, 0, 0];
let start = 0;
console.log(`${'raw'.padStart(12)}${'gzip'.padStart(12)}${'brotli'.padStart(12)}  file`);
for (const path of files(dist)) {
  const bytes = readFileSync(path);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli.length];
  sizes.forEach((size, i) => (total[i] += size));
  // The service worker is fetched later, in the background.
  if (/\.(wasm|js|css)$/.test(path) && !path.endsWith('worker.js')) start += brotli.length;
  console.log(`${sizes.map(kib).join('')}  ${relative(dist, path)}`);
}
console.log(`${total.map(kib).join('')}  all`);

const figure = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const { start_brotli: agreed } = JSON.parse(readFileSync(known, 'utf8'));
console.log(`${kib(start).padStart(36)}  wasm, scripts and styles; agreed: ${figure(agreed)}`);
if (accept) {
  writeFileSync(known, `${JSON.stringify({ start_brotli: start }, null, 1)}\n`);
} else if (start > agreed * 1.05) {
  console.error(`size: ${figure(start)} is over 5 % more than the agreed ${figure(agreed)}; node scripts/size.mjs --accept agrees to it`);
  process.exit(1);
}
