// Says how large the built site is, as files and as a browser fetches them: node scripts/size.mjs [dist]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = process.argv[2] ?? new URL('../dist', import.meta.url).pathname;

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`.padStart(12);
const total = [0, 0, 0];
console.log(`${'raw'.padStart(12)}${'gzip'.padStart(12)}${'brotli'.padStart(12)}  file`);
for (const path of files(dist)) {
  const bytes = readFileSync(path);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli.length];
  sizes.forEach((size, i) => (total[i] += size));
  console.log(`${sizes.map(kib).join('')}  ${relative(dist, path)}`);
}
console.log(`${total.map(kib).join('')}  all`);
