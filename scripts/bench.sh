#!/usr/bin/env bash
# Measures speed: the engine's jobs, how cost grows, other engines beside this one, wasm beside native code, drawing.
#
#   scripts/bench.sh                 all
#   scripts/bench.sh peers wasm      only these, of: engine growth peers wasm drawing
#
# Let the machine be quiet meanwhile. What counts are ratios within one run, not times.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. scripts/env.sh

engine() { cargo bench --bench engine; }
growth() { cargo bench --bench growth; }
peers() { benches/peers/peers.sh; }
wasm() { node scripts/bench-wasm.mjs; }
drawing() {
  scripts/setup.sh --tests
  . scripts/env.sh
  trunk build --release
  # The table is standard output; what goes wrong is standard error.
  node --test-reporter=spec --test-reporter-destination=stderr scripts/bench-drawing.mjs
}

[ $# -gt 0 ] || set -- engine growth peers wasm drawing
for what in "$@"; do
  case $what in engine | growth | peers | wasm | drawing) ;; *) echo "bench: there is no $what; there are engine, growth, peers, wasm, drawing" >&2; exit 2 ;; esac
done
for what in "$@"; do
  printf '\n== %s\n' "$what"
  "$what"
done
