// The engine in wasm beside the same engine in native code, in one run: node scripts/bench-wasm.mjs [events per round]
// Builds benches/speed for both, as the site is built (its profile, then wasm-opt), runs the jobs by turns in this
// Node and natively, checks that both end with the same hash of the run, and prints millions of events a second and their ratio.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const events = Number(process.argv[2] ?? 1_000_000);
const folder = new URL('../benches/speed', import.meta.url).pathname;
const page = readFileSync(new URL('../index.html', import.meta.url), 'utf8');
const cargo = (...args) => execFileSync('cargo', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const target = JSON.parse(cargo('metadata', '--format-version', '1', '--no-deps')).target_directory;
cargo('build', '--quiet', '--release');
cargo('build', '--quiet', '--profile', 'web', '--lib', '--target', 'wasm32-unknown-unknown');

// As Trunk calls it for the site.
const level = page.match(/data-wasm-opt="(\w+)"/)[1];
const features = page.match(/data-wasm-opt-params="([^"]*)"/)[1].split(' ');
const raw = join(target, 'wasm32-unknown-unknown/web/faultline_speed.wasm');
const optimised = join(mkdtempSync(join(tmpdir(), 'faultline-')), 'speed.wasm');
execFileSync('wasm-opt', [`-O${level}`, ...features, raw, '-o', optimised], { stdio: 'inherit' });

const native = (name) => {
  const [, speed, hash] = execFileSync(join(target, 'release/faultline-speed'), [String(events), name], { encoding: 'utf8' }).trim().split('\t');
  return { speed: Number(speed), hash };
};
const wasm = (job) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(optimised)), {});
  // As the native half does it: warm, then the best of three rounds.
  exports.prepare(job, events / 4);
  let best = Infinity;
  let hash = 0;
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    hash = exports.run(events);
    best = Math.min(best, performance.now() - began);
  }
  return { speed: events / best / 1e3, hash: (hash >>> 0).toString(16).padStart(8, '0') };
};

const names = execFileSync(join(target, 'release/faultline-speed'), ['names'], { encoding: 'utf8' }).trim().split('\n');
console.log(`${'job'.padEnd(24)}${'native'.padStart(10)}${'wasm'.padStart(10)}${'ratio'.padStart(8)}   M events/s`);
for (const [job, name] of names.entries()) {
  const rounds = [0, 1].map(() => [native(name), wasm(job)]);
  const hashes = new Set(rounds.flat().map((r) => r.hash));
  if (hashes.size !== 1) throw new Error(`${name}: the runs differ: ${[...hashes].join(', ')}`);
  const [a, b] = [0, 1].map((i) => Math.max(...rounds.map((r) => r[i].speed)));
  console.log(`${name.padEnd(24)}${a.toFixed(2).padStart(10)}${b.toFixed(2).padStart(10)}${(b / a).toFixed(2).padStart(8)}`);
}
