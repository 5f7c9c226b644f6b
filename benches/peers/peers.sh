#!/usr/bin/env bash
# Faultline beside simcore, nexosim (crates.io), SimPy and Ciw (PyPI): the same jobs in one go, as a table of ratios.
#
#   benches/peers/peers.sh [jobs per round]
#
# Ratios matter, not times: both columns say how many times faster Faultline is. Needs Rust and Python 3 with venv; installs
# the Python packages into a venv in this folder.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$folder"
[ ! -f ../../scripts/env.sh ] || . ../../scripts/env.sh
jobs=${1:-1000000}
if [ ! -x venv/bin/python ]; then
  python3 -m venv venv >&2
  venv/bin/pip install --quiet 'simpy==4.1.*' 'ciw==3.2.*' >&2
fi
cargo build --quiet --release
program=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/faultline-peers
{ "$program" "$jobs"; venv/bin/python peers.py "$((jobs / 5))"; } | awk -F '\t' '
  { events[$1, $2] = $3; jobs[$1, $2] = $4; line[NR] = $1 SUBSEP $2 }
  END {
    printf "%-8s %-10s %12s %12s %22s %20s\n", "job", "engine", "M events/s", "M jobs/s", "Faultline, by events", "Faultline, by jobs"
    for (i = 1; i <= NR; i++) {
      split(line[i], at, SUBSEP)
      printf "%-8s %-10s %12.3f %12.3f %20.2f x %18.2f x\n", at[1], at[2], events[line[i]], jobs[line[i]], \
        events[at[1], "Faultline"] / events[line[i]], jobs[at[1], "Faultline"] / jobs[line[i]]
    }
  }'
