#!/usr/bin/env bash
# Makes this machine able to build and test Faultline, and does nothing where the tools are already there.
#
#   scripts/setup.sh            what building and serving need
#   scripts/setup.sh --tests    the above, plus a browser, Node and the packages of tests/browser
#
# With the compiler's wasm32 target, trunk, wasm-bindgen and wasm-opt on PATH it only checks.
# On a bare Debian machine that reaches package registries but not rustup's server, it takes Debian's
# rustc-web (whose standard-library source is packaged) and compiles the wasm32 standard library once.
#
#   FAULTLINE_TOOLS      where tools go (default ~/.cache/faultline-tools); never into the checkout
#   FAULTLINE_COMPILER   auto (default): whatever has the target, else rustup, else Debian's
#                        rustup: never Debian's          debian: Debian's, even beside rustup's
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/env.sh"
compiler=${FAULTLINE_COMPILER:-auto}
wasm=wasm32-unknown-unknown
trunk_version=0.21.14
binaryen_version=132.0.0
# The command-line tool must be of the very version that Cargo.toml pins.
bindgen_version=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' "$root/Cargo.toml")

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

tests=no
for argument in "$@"; do
  case $argument in
    --tests) tests=yes ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown argument $argument; see scripts/setup.sh --help" ;;
  esac
done
case $compiler in auto | rustup | debian) ;; *) die "FAULTLINE_COMPILER is $compiler; it must be auto, rustup or debian" ;; esac
[ -n "$bindgen_version" ] || die "Cargo.toml does not pin wasm-bindgen to one version"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "needs root, or sudo, for: $*"
  fi
}

apt_updated=no
apt_install() {
  have apt-get || die "no apt-get here; please install by hand: $*"
  if [ $apt_updated = no ]; then
    # A stale list is worth a try: what matters is whether the installation works.
    as_root apt-get update -qq >&2 || say "apt-get update failed; going on with the lists as they are"
    apt_updated=yes
  fi
  say "installing Debian's $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# ---- compiler -------------------------------------------------------------------------------------------------

wasm_libraries() { rustc --print target-libdir --target $wasm 2>/dev/null; }
has_wasm_std() {
  local found
  found=$(find "$(wasm_libraries)/" -maxdepth 1 -name 'libstd-*.rlib' -print -quit 2>/dev/null) && [ -n "$found" ]
}

# Debian's packages share files with its plain rustc and stand beside rustup's, which keeps its place on PATH;
# links in a folder of ours put Debian's first for this project only.
debian_compiler() {
  local tool missing=()
  for tool in rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-19; do
    dpkg-query -W -f '${Status}' "$tool" 2>/dev/null | grep -q 'ok installed' || missing+=("$tool")
  done
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
  mkdir -p "$FAULTLINE_TOOLS/rust"
  for tool in rustc cargo clippy-driver cargo-clippy rustfmt cargo-fmt rustdoc; do
    [ -x "/usr/bin/$tool" ] && ln -sf "/usr/bin/$tool" "$FAULTLINE_TOOLS/rust/$tool"
  done
  . "$root/scripts/env.sh"
  hash -r
  link_linker
  has_wasm_std || build_wasm_std
}

# Debian leaves out the linker that rustc calls for wasm.
link_linker() {
  local host folder
  host=$(rustc -vV | sed -n 's/^host: //p')
  folder=$(rustc --print sysroot)/lib/rustlib/$host/bin
  [ -e "$folder/rust-lld" ] && return
  as_root mkdir -p "$folder"
  as_root ln -sf "$(command -v lld-19)" "$folder/rust-lld"
}

build_wasm_std() {
  say "compiling the standard library for $wasm (about a minute, once)"
  local scratch libraries
  scratch=$(mktemp -d)
  libraries=$(wasm_libraries)
  mkdir -p "$scratch/src" "$scratch/rlibs"
  printf '[package]\nname = "wasm_std"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n' >"$scratch/Cargo.toml"
  : >"$scratch/src/lib.rs"
  # Bitcode is what the link-time optimisation of the release build reads. build-std is a nightly flag of a released compiler.
  (
    cd "$scratch"
    env -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR="$scratch/target" RUSTC_BOOTSTRAP=1 \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes \
      cargo build --quiet --release --target $wasm -Zbuild-std=std,panic_abort
  ) || { rm -rf "$scratch"; die "the standard library for $wasm did not compile"; }
  find "$scratch/target/$wasm/release/deps" -name '*.rlib' ! -name 'libwasm_std*' -exec cp {} "$scratch/rlibs" \;
  # Through a neighbour, so that an interrupted copy is never mistaken for the whole.
  as_root mkdir -p "$(dirname "$libraries")"
  as_root rm -rf "$libraries.new" "$libraries"
  as_root cp -r "$scratch/rlibs" "$libraries.new"
  as_root mv "$libraries.new" "$libraries"
  rm -rf "$scratch"
  has_wasm_std || die "the standard library for $wasm was built, but rustc does not find it"
}

ensure_compiler() {
  case $compiler in
    debian) debian_compiler; return ;;
    auto | rustup) if have cargo && has_wasm_std; then return; fi ;;
  esac
  if have rustup; then
    say "asking rustup for $wasm"
    # Where rustup's server cannot be reached it may hang instead of failing.
    if timeout 300 rustup target add $wasm </dev/null >/dev/null 2>&1 && has_wasm_std; then return; fi
  fi
  [ "$compiler" = auto ] || die "rustup cannot add $wasm"
  have apt-get || die "this needs a Rust compiler with the target $wasm: install rustup (https://rustup.rs), then rustup target add $wasm"
  say "no compiler here has $wasm and rustup cannot add it; taking Debian's"
  debian_compiler
}

ensure_lints() {
  cargo clippy --version >/dev/null 2>&1 || timeout 300 rustup component add clippy </dev/null >/dev/null 2>&1 || die "please install clippy"
  cargo fmt --version >/dev/null 2>&1 || timeout 300 rustup component add rustfmt </dev/null >/dev/null 2>&1 || die "please install rustfmt"
}

# ---- Trunk and what it calls ----------------------------------------------------------------------------------

# They only orchestrate, so an unoptimised build of them is quick to make and fast enough; one target folder serves both.
cargo_install() {
  have cc || apt_install gcc libc6-dev
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$FAULTLINE_TOOLS/build" \
    cargo install --quiet --debug --force --root "$FAULTLINE_TOOLS" "$@" </dev/null
}

ensure_trunk() {
  have trunk && return
  say "building trunk $trunk_version (about five minutes, once)"
  cargo_install trunk --version $trunk_version --locked --no-default-features --features rustls
}

ensure_bindgen() {
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $bindgen_version" ] && return
  say "building wasm-bindgen $bindgen_version (about a minute, once)"
  # Without --locked: the lock file it was published with may name a version that is no longer served.
  cargo_install wasm-bindgen-cli --version "$bindgen_version"
}

# Old ones, such as Debian's 108, do not know what today's compiler emits.
has_wasm_opt() {
  local version
  version=$(wasm-opt --version 2>/dev/null | sed -n 's/^wasm-opt version \([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 120 ]
}

ensure_optimiser() {
  has_wasm_opt && return
  ensure_node
  say "installing wasm-opt (binaryen $binaryen_version)"
  mkdir -p "$FAULTLINE_TOOLS/node"
  npm install --loglevel=error --no-audit --no-fund --prefix "$FAULTLINE_TOOLS/node" "binaryen@$binaryen_version" </dev/null >&2
  ln -sf "$FAULTLINE_TOOLS/node/node_modules/.bin/wasm-opt" "$FAULTLINE_TOOLS/bin/wasm-opt"
  hash -r
  has_wasm_opt || die "wasm-opt was installed but does not run"
}

# ---- browser tests --------------------------------------------------------------------------------------------

ensure_node() {
  local missing=()
  have node || missing+=(nodejs)
  have npm || missing+=(npm)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
  [ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ] || die "Node $(node --version) is too old; 18 or newer is needed"
}

ensure_browser() {
  [ -n "${CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome || apt_install chromium
  ensure_node
  local folder=$root/tests/browser
  [ -e "$folder/package-lock.json" ] || return 0
  [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && return
  say "installing the packages of tests/browser"
  npm ci --loglevel=error --no-audit --no-fund --prefix "$folder" </dev/null >&2
}

mkdir -p "$FAULTLINE_TOOLS/bin"
ensure_compiler
ensure_trunk
ensure_bindgen
ensure_optimiser
# Half a gigabyte and more that nothing needs again.
rm -rf "$FAULTLINE_TOOLS/build"
if [ $tests = yes ]; then
  ensure_lints
  ensure_browser
fi
