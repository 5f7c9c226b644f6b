// The command-line tool, natively built: what the browser's results are compared with.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const tool = process.env.FAULTLINE_CLI ?? fileURLToPath(new URL('../../target/fast/faultline', import.meta.url));

/** Runs the tool and returns what it prints. */
export const faultline = (...args) => execFileSync(tool, args, { encoding: 'utf8', maxBuffer: 64 << 20 });

/** How `faultline check` ends on a file: 0 is fine, 1 that something in it cannot work as it is drawn, 2 that it cannot be read. */
export const check = (file) => spawnSync(tool, ['check', file]).status;

/** `faultline run --json` on a file or scenario. */
export const run = (what, ...args) => JSON.parse(faultline('run', what, '--json', ...args));

/** Runs the command that the share sheet offers, on the file as it was saved; `--json` added. */
export function follow(command, file) {
  const [name, verb, , ...rest] = command.split(' ');
  if (name !== 'faultline' || verb !== 'run') throw new Error(`not a run: ${command}`);
  return run(file, ...rest);
}

/** The starters: `[{ id, title, … }]`. */
export const scenarios = () => JSON.parse(faultline('list', 'scenarios', '--json'));
