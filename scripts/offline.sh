#!/bin/sh
# After a build, run by Trunk (see Trunk.toml): gives the service worker its list of files and the page its version.
# Plain shell and the tools that every Unix has; a site built without it works, but not without network.
#
#   scripts/offline.sh [folder of the built site]
set -eu

folder=${1:-${TRUNK_STAGING_DIR:?no folder given}}
cd "$folder"
[ -f worker.js ] && [ -f index.html ] || { echo "offline: $folder holds no built site" >&2; exit 1; }

# Every file but the page and the worker. Names come from Trunk: letters, digits, - . _
files=$(find . -type f ! -name index.html ! -name worker.js | LC_ALL=C sort)
# The names hold hashes of what they name, and the page and the worker count too: anything new is a new version.
version=$( { echo "$files"; sed 's/name="faultline-version" content="[^"]*"//' index.html
             sed '/^const VERSION = /d;/^const FILES = /d' worker.js
             for file in $files; do cksum "$file"; done; } | cksum | tr ' ' '-')
list=$(printf '%s\n' "$files" | sed 's/.*/"&"/' | tr '\n' ',')

sed "s|^const VERSION = .*|const VERSION = \"$version\";|;s|^const FILES = .*|const FILES = [\"./\",$list];|" worker.js > worker.tmp
mv worker.tmp worker.js
sed "s|name=\"faultline-version\" content=\"[^\"]*\"|name=\"faultline-version\" content=\"$version\"|" index.html > index.tmp
mv index.tmp index.html
