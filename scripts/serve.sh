#!/usr/bin/env bash
# Builds Faultline and serves it on this machine; sets up what is missing first.
#
#   scripts/serve.sh [--dev] [--port N] [trunk's own arguments]
#
# Serves the optimised build, which loads fast and simulates at full speed, and rebuilds on every change.
# --dev serves the unoptimised build, quicker to rebuild: what a plain `trunk serve` does.
# PORT, or --port, says where (default 8080).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
port=${PORT:-8080}
mode=--release
rest=()
while [ $# -gt 0 ]; do
  case $1 in
    --dev) mode= ;;
    --port) port=${2:?--port needs a number}; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) rest+=("$1") ;;
  esac
  shift
done

"$root/scripts/setup.sh"
. "$root/scripts/env.sh"
cd "$root"
printf 'Faultline will be at http://127.0.0.1:%s/ once it is built (minutes the first time, seconds after); Ctrl+C stops it\n' "$port"
exec trunk serve $mode --address 127.0.0.1 --port "$port" ${rest[@]+"${rest[@]}"}
