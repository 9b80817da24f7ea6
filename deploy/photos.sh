#!/bin/sh
# Draws the photos of the sample hall: three figures that are nobody, in the
# proportions of a badge photo (3:4). Put photos of the staff in their place.
# Needs ImageMagick. Usage: sh deploy/photos.sh
set -eu
cd "$(dirname "$0")/halls/luotian/photos"

# portrait NUMBER BACKGROUND HAIR SKIN COAT TIE HAIRSTYLE
portrait() {
	case $7 in
	short) hair="path 'M 104,190 C 96,84 264,84 256,190 C 246,150 226,134 180,134 C 134,134 114,150 104,190 Z'" ;;
	long) hair="path 'M 96,306 C 70,46 290,46 264,306 C 240,318 236,250 240,196 C 222,146 138,146 120,196 C 124,250 120,318 96,306 Z'" ;;
	tied) hair="circle 180,92 180,66 path 'M 102,204 C 92,76 268,76 258,204 C 250,164 222,140 150,150 C 126,158 108,178 102,204 Z'" ;;
	esac
	convert -size 360x480 "xc:$2" -fill "$5" \
		-draw "path 'M 30,480 C 32,372 92,346 140,330 L 180,372 L 220,330 C 268,346 328,372 330,480 Z'" \
		-fill "$4" -draw "path 'M 146,262 L 146,334 L 180,374 L 214,334 L 214,262 Z'" \
		-fill white -draw "path 'M 140,328 L 180,384 L 156,404 L 128,338 Z' path 'M 220,328 L 180,384 L 204,404 L 232,338 Z'" \
		-fill "$6" -draw "path 'M 170,384 L 190,384 L 198,480 L 162,480 Z'" \
		-fill "$4" -draw "ellipse 180,212 74,92 0,360" \
		-fill "$3" -draw "$hair" \
		+dither -colors 32 -define png:compression-level=9 -strip "$1.png"
}

portrait 1001 '#c9dced' '#2b2622' '#e9c3a3' '#24405c' '#8b2f2f' short
portrait 1003 '#d6e4dc' '#1f1b1a' '#f0cdb0' '#33475b' '#5a6f85' long
portrait 1004 '#dcd9ea' '#3a2f2a' '#dfb592' '#2f3b35' '#3f6a55' tied
