// Says how large the built site is, as files and as a browser fetches them: node scripts/size.mjs [--announce] [dist]
//
// What a first visit downloads (wasm, JavaScript, CSS) may grow by 5 % over the size in scripts/size.json before this fails:
// then make it smaller, or announce the new size with --announce and commit it with the reason.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const LARGER = 1.05;
const announced = new URL('size.json', import.meta.url);
const options = process.argv.slice(2);
const announce = options.includes('--announce');
const dist = options.find((o) => !o.startsWith('--')) ?? new URL('../dist', import.meta.url).pathname;

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

// What a static host keeps compressed: the highest quality, once per release.
const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const row = (sizes, name) => console.log(`${sizes.map((size) => kib(size).padStart(12)).join('')}  ${name}`);
const total = [0, 0, 0];
let download = 0;
console.log(`${'raw'.padStart(12)}${'gzip'.padStart(12)}${'brotli'.padStart(12)}  file`);
for (const path of files(dist)) {
  const bytes = readFileSync(path);
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli(bytes)];
  sizes.forEach((size, i) => (total[i] += size));
  if (['.wasm', '.js', '.css'].includes(extname(path))) download += sizes[2];
  row(sizes, relative(dist, path));
}
row(total, 'all');

if (announce) {
  writeFileSync(announced, `${JSON.stringify({ download_brotli_bytes: download }, null, 2)}\n`);
  console.log(`size: announced ${kib(download)} of wasm, JavaScript and CSS`);
} else {
  const before = JSON.parse(readFileSync(announced, 'utf8')).download_brotli_bytes;
  const change = `${((download / before - 1) * 100).toFixed(1)} %`;
  console.log(`size: ${kib(download)} of wasm, JavaScript and CSS; ${kib(before)} is announced (${change})`);
  if (download > before * LARGER) {
    console.error(`size: FAILED, the download grew by more than ${((LARGER - 1) * 100).toFixed(0)} %; see scripts/size.mjs`);
    process.exit(1);
  }
}
