# Installs what a fresh Debian 12 lacks. Sourced by demo.sh and test.sh, which
# name what they need: need_packages PACKAGE …, need_go, need_receiptio,
# need_modbus_serial.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
bin=$root/.bin

build_packages="gcc libc6-dev pkg-config libgl-dev libx11-dev libxrandr-dev libxxf86vm-dev libxi-dev libxcursor-dev libxinerama-dev ca-certificates"
screen_packages="xvfb libgl1-mesa-dri x11-utils xdotool imagemagick procps curl"
test_packages="mosquitto mosquitto-clients chromium zbar-tools nodejs npm fuse3 sqlite3 fonts-noto-cjk systemd espeak-ng sox alsa-utils"

say() { printf '%s\n' "$*" >&2; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"
	elif command -v sudo >/dev/null; then sudo "$@"
	else say "This needs root: $*"; exit 1
	fi
}

need_packages() {
	missing=
	for p in "$@"; do
		case $p in
		# A Node.js from elsewhere brings its own npm and conflicts with Debian's.
		nodejs) command -v node >/dev/null && continue ;;
		npm) command -v npm >/dev/null && continue ;;
		esac
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
	[ -z "$missing" ] && return
	say "Installing:$missing"
	as_root apt-get update -qq
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	# Debian starts a broker of its own; the tests start theirs by hand.
	case $missing in *mosquitto*) as_root sh -c 'command -v systemctl >/dev/null && systemctl disable --now mosquitto >/dev/null 2>&1 || true' ;; esac
}

need_go() {
	command -v go >/dev/null || { say "Go is missing: install Go 1.26 or newer (https://go.dev/dl) and try again."; exit 1; }
}

# The independent client of the printer tests, from npm.
receiptio_version=2.1.2
need_receiptio() {
	[ -x "$bin/npm/node_modules/.bin/receiptio" ] && return
	say "Installing receiptio $receiptio_version"
	mkdir -p "$bin/npm"
	npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix "$bin/npm" "receiptio@$receiptio_version" >/dev/null
}

# The independent unit of the Modbus tests, from npm.
modbus_serial_version=8.0.25
need_modbus_serial() {
	[ -d "$bin/modbus-serial/node_modules/modbus-serial" ] && return
	say "Installing modbus-serial $modbus_serial_version"
	mkdir -p "$bin/modbus-serial"
	npm install --silent --no-save --no-package-lock --no-audit --no-fund --prefix "$bin/modbus-serial" "modbus-serial@$modbus_serial_version" >/dev/null
}
