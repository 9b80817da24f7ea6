#!/bin/sh
# The whole house on one machine: installs what is missing, builds, makes
# certificates, starts the centre, the simulated devices, the hall controller,
# the kiosk, the board and the display of a window, and says what to try. Without a display it uses
# virtual screens and leaves pictures of them.
#
#   sh deploy/demo.sh           until Ctrl-C
#   sh deploy/demo.sh --day     a simulated morning, then a summary
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

day=
case ${1-} in
'') ;;
--day) day=1 ;;
*) say "usage: sh deploy/demo.sh [--day]"; exit 2 ;;
esac

need_go
# shellcheck disable=SC2086
need_packages $build_packages $screen_packages
say "Building"
(cd "$root" && go build -o "$bin/" ./cmd/...)

run=$root/.run/demo
mkdir -p "$run"
cd "$run"
if [ -f pids ] && kill -0 "$(head -n1 pids)" 2>/dev/null; then
	say "The demonstration is running already in $run (process $(head -n1 pids))."
	exit 1
fi
echo $$ >pids
rm -rf data sim logs pictures hall
mkdir -p data sim logs pictures

# What was started, the newest first: stopped in that order.
started=
stop() {
	trap '' INT TERM
	for p in $started; do
		kill "$p" 2>/dev/null || continue
		wait "$p" 2>/dev/null || true
	done
	rm -f pids
}
trap stop EXIT
trap 'exit 130' INT TERM

launch() { # NAME COMMAND …: in the background, its output in logs/NAME
	name=$1
	shift
	"$@" >"logs/$name" 2>&1 &
	started="$! $started"
	echo $! >>pids
	eval "pid_$name=$!"
}

ready() { # NAME URL: waits until the program says that it is well
	n=0
	until curl -fs -o /dev/null "$2/healthz"; do
		n=$((n + 1))
		eval "p=\$pid_$1"
		if [ $n -gt 150 ] || ! kill -0 "$p" 2>/dev/null; then
			say "$1 did not start:"
			tail -n 5 "logs/$1" >&2
			exit 1
		fi
		sleep 0.2
	done
}

# The sample hall, open today at all hours: an exception for these dates, and a
# business day that begins at midnight.
cp -r "$root/deploy/halls/luotian" hall
always='{segments: [{from: "00:00", to: "24:00"}], reason: {zh: 演示, en: Demonstration}}'
dates=
for offset in -1 0 1; do
	dates="$dates    \"$(TZ=Asia/Shanghai date -d "$offset day" +%F)\": $always\\n"
done
sed -i "s|^hours:|hours:\n  overrides:\n$dates|" hall/hall.yaml
sed -i 's|day_start: "04:00"|day_start: "00:00"|' hall/hall.yaml
sed -i "s|/dev/hallward/|$run/sim/|; s|/var/lib/hallward/|$run/sim/|" hall/*.yaml

if [ ! -f pki/ca.crt ]; then
	say "Making certificates"
	"$bin/hallctl" pki init --dir pki --name "Hallward demo"
	"$bin/hallctl" pki issue --dir pki --host 127.0.0.1 --host localhost luotian/hall luotian/centre
	"$bin/hallctl" pki issue --dir pki luotian/kiosk-1 luotian/board-1 luotian/desk-1
fi
[ -f pki/window-3.crt ] || "$bin/hallctl" pki issue --dir pki luotian/window-3
[ -f voice/en/pack.yaml ] || sh "$root/deploy/voice.sh" "$run/voice"
[ -f pki/person.key ] || "$bin/hallctl" personkey pki/person.key

# A display of the person's own, or virtual ones.
kiosk_display=${DISPLAY-}
board_display=${DISPLAY-}
window_display=${DISPLAY-}
virtual() { # SIZE: starts a virtual screen and sets $display
	mkfifo "screen-$1"
	Xvfb -displayfd 3 -screen 0 "$1x24" -nolisten tcp 3>"screen-$1" >"logs/xvfb-$1" 2>&1 &
	started="$! $started"
	echo $! >>pids
	read -r display <"screen-$1"
	rm -f "screen-$1"
	display=:$display
}
if [ -z "${DISPLAY-}" ]; then
	rm -f screen-*
	virtual 1080x1920 && kiosk_display=$display
	virtual 1920x1080 && board_display=$display
	virtual 1024x600 && window_display=$display
	export LIBGL_ALWAYS_SOFTWARE=1
fi

launch centre "$bin/centre" --config hall/centre.yaml
launch hallsim "$bin/hallsim" --config hall/sim.yaml
ready centre http://127.0.0.1:9102
ready hallsim http://127.0.0.1:9105
launch hall "$bin/hall" --config hall/controller.yaml
ready hall http://127.0.0.1:9101
windowed=
[ -z "${DISPLAY-}" ] || windowed=--windowed
# shellcheck disable=SC2086
DISPLAY=$kiosk_display launch kiosk "$bin/kiosk" --config hall/kiosk-1.yaml $windowed
# shellcheck disable=SC2086
DISPLAY=$board_display launch board "$bin/display" --config hall/board-1.yaml $windowed
# shellcheck disable=SC2086
DISPLAY=$window_display launch window "$bin/display" --config hall/window-3.yaml $windowed
ready kiosk http://127.0.0.1:9111
ready board http://127.0.0.1:9104
ready window http://127.0.0.1:9106

people() {
	"$bin/hallsim" "$@" --hall hall --certificates pki --display "$kiosk_display" --board-display "$board_display" --window-display "$window_display" --pictures pictures
}
if [ -n "$day" ]; then
	people day
	exit
fi
if [ -z "${DISPLAY-}" ]; then
	people tour
	say "Pictures of every screen: $run/pictures"
fi
cat >&2 <<TEXT

Running, with logs in $run/logs:
  hall controller  http://127.0.0.1:8080/      the staff's console: staff number 1003, PIN 1003, window 2
                   http://127.0.0.1:9101/healthz   health and /metrics; the others at 9102, 9104, 9105, 9106, 9111
  kiosk and board  $([ -n "${DISPLAY-}" ] && echo "in their windows" || echo "on virtual screens $kiosk_display and $board_display")
  window 3         $([ -n "${DISPLAY-}" ] && echo "in its window" || echo "on virtual screen $window_display"); strips, pole and panels at the devices' page
  voice            $run/sim/announcements.wav   what was spoken on the ground floor
  devices          http://127.0.0.1:8090/      take the paper away, press keypads, punch in
  centre           http://127.0.0.1:8091/      what has arrived

Try:
  cd $run
  echo 1003 | $bin/hallctl window sign-in w02 1003
  $bin/hallctl window next w02
  $bin/hallctl window list
Ctrl-C ends everything.
TEXT
while kill -0 "$pid_hall" 2>/dev/null; do sleep 1; done
say "The hall controller has ended:"
tail -n 5 logs/hall >&2
exit 1
