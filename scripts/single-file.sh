#!/usr/bin/env bash
# Makes one HTML file that holds all of Faultline and opens without a server, from a USB stick say (file://).
#
#   scripts/single-file.sh [-o faultline.html] [folder of a built site]
#
# Without a folder it builds the site first, as `trunk build --release` does. Plain shell, awk, gzip, base64.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=faultline.html
dist=
while [ $# -gt 0 ]; do
  case $1 in
    -o | --output) out=${2:?$1 needs a file}; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) echo "single-file: unknown argument $1; see scripts/single-file.sh --help" >&2; exit 2 ;;
    *) dist=$1 ;;
  esac
  shift
done

if [ -z "$dist" ]; then
  "$root/scripts/setup.sh"
  . "$root/scripts/env.sh"
  dist=$(mktemp -d)
  trap 'rm -rf "$dist"' EXIT
  (cd "$root" && trunk build --release --dist "$dist" >&2)
fi
[ -f "$dist/index.html" ] || { echo "single-file: $dist holds no built site" >&2; exit 1; }

one() {
  set -- "$dist"/$1
  [ $# = 1 ] && [ -f "$1" ] || { echo "single-file: $dist holds not exactly one $(basename "$1")" >&2; exit 1; }
  printf '%s' "$1"
}
wasm=$(one 'faultline-web-*_bg.wasm')
glue=$(one 'faultline-web-*.js')
encoded() { base64 < "$1" | tr -d '\n'; }

# The page without what it would fetch: style sheets, preloads, manifest, icons and Trunk's own start.
page=$(awk '
  /<script type="module">/ { skip = 1 }
  !skip {
    gsub(/<link rel="(stylesheet|modulepreload|preload|manifest|apple-touch-icon)"[^>]*>/, "")
    print
  }
  skip && /<\/script>/ { skip = 0; sub(/.*<\/script>/, ""); gsub(/<link rel="(modulepreload|preload)"[^>]*>/, ""); print }
' "$dist/index.html" | sed 's/name="faultline-version" content="[^"]*"/name="faultline-version" content="none"/')
head=${page%%</head>*}
rest=${page#*</head>}

{
  printf '%s\n' "$head"
  # In the order in which the page names them.
  sed -n 's/.*<link rel="stylesheet" href="\.\/\([^"]*\)".*/\1/p' "$dist/index.html" | while read -r sheet; do
    printf '<style>\n'; cat "$dist/$sheet"; printf '</style>\n'
  done
  # There is nothing beside the file.
  printf '<style>.beside-site { display: none }</style>\n'
  printf '<script type="text/plain" id="packed">'; gzip -9 -c "$wasm" | base64 | tr -d '\n'; printf '</script>\n'
  printf '<script type="text/plain" id="glue">'; encoded "$glue"; printf '</script>\n'
  for text in "$dist"/words/*.json; do
    printf '<script type="application/json" id="text:words/%s">' "$(basename "$text")"; sed 's#</#<\\/#g' "$text"; printf '</script>\n'
  done
  # These hold no tags (tests/kinds.rs).
  for text in "$dist"/kinds/*.md; do
    printf '<script type="text/markdown" id="text:kinds/%s">\n' "$(basename "$text")"; cat "$text"; printf '</script>\n'
  done
  cat <<'SCRIPT'
<script type="module">
// The module and its glue, packed into the page: nothing is fetched.
const packed = document.getElementById("packed");
const glue = document.getElementById("glue");
const bytes = Uint8Array.from(atob(packed.textContent), (c) => c.charCodeAt(0));
const unpacked = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
const { default: init, ...bindings } = await import(`data:text/javascript;base64,${glue.textContent}`);
packed.remove();
glue.remove();
const wasm = await init({ module_or_path: await unpacked });
window.wasmBindings = bindings;
dispatchEvent(new CustomEvent("TrunkApplicationStarted", { detail: { wasm } }));
</script>
SCRIPT
  printf '</head>%s\n' "$rest"
} > "$out.part"
mv "$out.part" "$out"
printf 'single-file: %s, %s bytes\n' "$out" "$(wc -c < "$out" | tr -d ' ')" >&2
