#!/usr/bin/env bash
# Makes this machine able to build and test Faultline, and does nothing where the tools are already there.
#
#   scripts/setup.sh            what building and serving need
#   scripts/setup.sh --tests    the above, plus a browser and its driver
#
# With rustup's ordinary `rustup target add wasm32-unknown-unknown` and `trunk` on PATH it only checks.
# On a bare Debian machine that reaches package registries but not rustup's server, it takes Debian's
# rustc-web (whose standard-library source is packaged) and compiles the wasm32 standard library once.
# Tools go to $FAULTLINE_TOOLS (default: ~/.cache/faultline-tools), never into the checkout.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/env.sh"
want_tests=${1:-}
wasm=wasm32-unknown-unknown
wasm_bindgen_version=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' "$here/../Cargo.toml")
trunk_version=0.21.14
binaryen_version=132.0.0

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else die "needs root or sudo for: $*"; fi; }
apt_install() {
  have apt-get || die "please install: $*"
  [ -n "${apt_updated:-}" ] || { as_root apt-get update -qq; apt_updated=1; }
  say "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
has_wasm_std() { ls "$(rustc --print target-libdir --target $wasm 2>/dev/null)"/libcore-*.rlib >/dev/null 2>&1; }

debian_compiler() {
  apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-19
  mkdir -p "$FAULTLINE_TOOLS/rust"
  for tool in rustc cargo clippy-driver cargo-clippy rustfmt cargo-fmt rustdoc; do
    ln -sf "/usr/bin/$tool" "$FAULTLINE_TOOLS/rust/$tool"
  done
  hash -r
  export PATH="$FAULTLINE_TOOLS/rust:$PATH"
  local sysroot; sysroot=$(rustc --print sysroot)
  # Debian leaves out the linker that rustc calls for wasm.
  local linker_dir="$sysroot/lib/rustlib/x86_64-unknown-linux-gnu/bin"
  [ -e "$linker_dir/rust-lld" ] || { as_root mkdir -p "$linker_dir"; as_root ln -sf "$(command -v lld-19)" "$linker_dir/rust-lld"; }
  has_wasm_std && return
  say "compiling the standard library for $wasm (about a minute)"
  local scratch; scratch=$(mktemp -d)
  mkdir -p "$scratch/src"
  printf '[package]\nname = "wasm_std"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n' >"$scratch/Cargo.toml"
  : >"$scratch/src/lib.rs"
  # Bitcode is what link-time optimisation of the release build reads.
  (cd "$scratch" && env -u CARGO_TARGET_DIR RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes \
    cargo build -q --release --target $wasm -Zbuild-std=std,panic_abort)
  local lib="$sysroot/lib/rustlib/$wasm/lib"
  as_root mkdir -p "$lib"
  find "$scratch/target/$wasm/release/deps" -name '*.rlib' ! -name 'libwasm_std*' -exec cp {} "$scratch" \;
  as_root cp "$scratch"/*.rlib "$lib/"
  rm -rf "$scratch"
  has_wasm_std || die "the wasm standard library was built but rustc does not find it"
}

ensure_compiler() {
  if have rustc && has_wasm_std; then return; fi
  if have rustup && rustup target add $wasm >/dev/null 2>&1 && has_wasm_std; then say "added $wasm"; return; fi
  say "rustup cannot add $wasm here; using Debian's compiler"
  debian_compiler
}

ensure_trunk() {
  have trunk && return
  say "installing trunk $trunk_version (about five minutes, once)"
  # Trunk only orchestrates: an unoptimised build of it is quick to make and fast enough.
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$FAULTLINE_TOOLS/build" cargo install -q trunk --version $trunk_version --locked --debug \
    --no-default-features --features rustls --root "$FAULTLINE_TOOLS"
}

ensure_bindgen() {
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $wasm_bindgen_version" ] && return
  say "installing wasm-bindgen $wasm_bindgen_version"
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$FAULTLINE_TOOLS/build" cargo install -q wasm-bindgen-cli --version "$wasm_bindgen_version" --debug --force --root "$FAULTLINE_TOOLS"
}

ensure_optimiser() {
  have wasm-opt && return
  have npm || { apt_install nodejs npm; }
  say "installing wasm-opt (binaryen $binaryen_version)"
  mkdir -p "$FAULTLINE_TOOLS/node" "$FAULTLINE_TOOLS/bin"
  npm install --silent --no-audit --no-fund --prefix "$FAULTLINE_TOOLS/node" "binaryen@$binaryen_version"
  ln -sf "$FAULTLINE_TOOLS/node/node_modules/.bin/wasm-opt" "$FAULTLINE_TOOLS/bin/wasm-opt"
}

ensure_browser() {
  have node || apt_install nodejs npm
  [ -n "${CHROMIUM:-}" ] || have chromium || have google-chrome || apt_install chromium
}

mkdir -p "$FAULTLINE_TOOLS/bin"
ensure_compiler
export PATH="$FAULTLINE_TOOLS/bin:$PATH"
ensure_trunk
ensure_bindgen
ensure_optimiser
if [ "$want_tests" = --tests ]; then ensure_browser; fi
