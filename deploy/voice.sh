#!/bin/sh
# Makes the placeholder voice packs of the demonstration with espeak-ng: a
# robot's voice in Mandarin and English, labelled so, not to be used in a hall.
# For a hall, record a speaker: hallctl voice record --help.
#
#   sh deploy/voice.sh [FOLDER]     FOLDER/zh-CN and FOLDER/en; .run/voice without
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

folder=${1:-$root/.run/voice}
need_go
need_packages espeak-ng
mkdir -p "$bin" "$folder"
(cd "$root" && go build -o "$bin/" ./cmd/hallctl)
"$bin/hallctl" voice make --lang zh-CN --out "$folder/zh-CN" --word 综合
"$bin/hallctl" voice make --lang en --out "$folder/en"
