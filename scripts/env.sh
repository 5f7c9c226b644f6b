# Sourced by the other scripts: puts the tools that setup.sh installed first on PATH, where there are any.
FAULTLINE_TOOLS=${FAULTLINE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/faultline-tools}
[ -d "$FAULTLINE_TOOLS/rust" ] && PATH="$FAULTLINE_TOOLS/rust:$PATH"
PATH="$FAULTLINE_TOOLS/bin:$PATH"
# wasm-bindgen's version is pinned in Cargo.toml; Trunk must neither download another nor look for news of itself.
export TRUNK_SKIP_VERSION_CHECK=true
export FAULTLINE_TOOLS PATH
