#!/usr/bin/env bash
# Runs every test: format, lints, documentation, native tests, the release build, browser tests.
#
#   scripts/test.sh                all stages; sets up what is missing first
#   scripts/test.sh lint native    only these stages, in this order
#
# A stage that fails ends the run. Nothing is compiled in more ways than it must be: native code once for checking
# (lint, docs) and once for running (profile `fast`: optimised, assertions and overflow checks on; one test `unoptimised` too), wasm once for
# checking and once for the release build, both in the site's profile so that they share what runs at build time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. scripts/env.sh
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never
# The same random cases each time, so that what was green stays green; another seed looks further.
export PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-1905}"
web="--package faultline-web --target wasm32-unknown-unknown"

stage_setup() { scripts/setup.sh --tests; . scripts/env.sh; }
stage_format() { cargo fmt --check; }
stage_lint() {
  cargo clippy --quiet --profile fast --all-targets -- -D warnings
  # shellcheck disable=SC2086 # several arguments
  cargo clippy --quiet --profile web $web -- -D warnings
}
stage_docs() {
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet --profile fast --no-deps --lib
  # shellcheck disable=SC2086
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet --profile web $web --no-deps
}
stage_native() {
  cargo test --profile fast
  # An unoptimised build runs the same systems to the same hashes.
  local cases; cases="$(target_folder)/tmp/cases"
  cp "$cases/list.json" "$cases/optimised.json"
  FAULTLINE_HASHES="$cases/optimised.json" cargo test --profile unoptimised --test determinism
  # The pure parts of the application (figures, scales, typed numbers) need no browser.
  cargo test --profile fast --package faultline-web
}
stage_build() { trunk build --release && node scripts/size.mjs; }
stage_browser() {
  cargo build --quiet --profile fast
  # It leaves the cases that the browser must run alike.
  cargo test --quiet --profile fast --test determinism
  FAULTLINE_CASES="$(target_folder)/tmp/cases" FAULTLINE_CLI="$(target_folder)/fast/faultline" npm --silent --prefix tests/browser test
}
target_folder() { cargo metadata --format-version 1 --no-deps | node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory'; }

all=(setup format lint docs native build browser)
wanted=("$@")
[ $# -gt 0 ] || wanted=("${all[@]}")
for stage in "${wanted[@]}"; do
  case " ${all[*]} " in *" $stage "*) ;; *) echo "test: there is no stage $stage; there are ${all[*]}" >&2; exit 2 ;; esac
done

current='' started=0
summary=()
finish() {
  local status=$?
  [ $status = 0 ] || printf '\ntest: FAILED in stage %s after %s s\n' "$current" $((SECONDS - started))
}
trap finish EXIT

for current in "${wanted[@]}"; do
  started=$SECONDS
  printf '\n== %s\n' "$current"
  "stage_$current"
  summary+=("$current $((SECONDS - started)) s")
  printf -- '-- %s\n' "${summary[-1]}"
done
printf '\ntest: all passed in %s s:' "$SECONDS"
printf ' %s,' "${summary[@]}" | sed 's/,$//'
echo
