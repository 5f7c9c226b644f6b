# shellcheck shell=bash
# Sourced by the other scripts, and by a shell that wants the same tools: `. scripts/env.sh`.
# Puts the tools that setup.sh installed first on PATH, where there are any.
FAULTLINE_TOOLS=${FAULTLINE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/faultline-tools}
# There only where rustup could not add the wasm target; see setup.sh.
if [ "${FAULTLINE_COMPILER:-auto}" != rustup ] && [ -d "$FAULTLINE_TOOLS/rust" ]; then
  PATH="$FAULTLINE_TOOLS/rust:$PATH"
fi
PATH="$FAULTLINE_TOOLS/bin:$PATH"
# wasm-bindgen's version is pinned in Cargo.toml; Trunk must neither download another nor look for news of itself.
export TRUNK_SKIP_VERSION_CHECK=true
export FAULTLINE_TOOLS PATH
