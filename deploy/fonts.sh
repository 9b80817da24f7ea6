#!/bin/sh
# Makes the embedded fonts of kiosk/theme/fonts: Noto Sans SC, Regular and Bold,
# reduced to the GBK repertoire (21,886 characters: GB 2312 and the rare
# characters of names) plus the signs that the screens use, without hints.
# Needs Debian's fonttools and fonts-noto-cjk. The result is committed; run this
# again only when the repertoire or the upstream font changes.
set -eu
cd "$(dirname "$0")/../kiosk/theme/fonts"
src=${NOTO_DIR:-/usr/share/fonts/opentype/noto}

command -v pyftsubset >/dev/null || { echo "fonts.sh: pyftsubset is not there: apt-get install fonttools" >&2; exit 1; }

chars=$(mktemp)
trap 'rm -f "$chars"' EXIT
python3 - "$chars" <<'PY'
import sys
have = set(range(0x20, 0x7f)) | set(range(0xa0, 0x180))
for hi in range(0x81, 0xff):
    for lo in range(0x40, 0xff):
        try:
            have.add(ord(bytes((hi, lo)).decode("gbk")))
        except (UnicodeDecodeError, TypeError):
            pass
have |= {0x2022, 0x2013, 0x2014, 0x2018, 0x2019, 0x201c, 0x201d, 0x2026, 0x20ac,
         0x2190, 0x2191, 0x2192, 0x2193, 0x2713, 0x2715, 0x25a1, 0x3007, 0xfffd}
with open(sys.argv[1], "w", encoding="utf-8") as f:
    f.write("".join(chr(c) for c in sorted(have) if not 0xd800 <= c <= 0xdfff))
PY

for weight in Regular Bold; do
	ttc=$src/NotoSansCJK-$weight.ttc
	[ -r "$ttc" ] || { echo "fonts.sh: $ttc is not there: apt-get install fonts-noto-cjk" >&2; exit 1; }
	# Font number 2 of the collection is Noto Sans CJK SC.
	pyftsubset "$ttc" --font-number=2 --text-file="$chars" --output-file="NotoSansSC-$weight.otf" \
		--no-hinting --layout-features='' --name-IDs='0,1,2,4,6,13,14' \
		--drop-tables+=vhea,vmtx,VORG,BASE,DSIG,GSUB,GPOS --notdef-outline
	ls -l "NotoSansSC-$weight.otf"
done
