#!/bin/sh
# Kills the hall controller, the kiosks, the printers and the centre with
# kill -9 at random points of running mornings and cuts the cables between them,
# again and again, and then looks for numbers given twice, tickets lost, ghosts
# called, unfair order and events that are missing or doubled at the centre.
# Two controls must be caught first: a kiosk that says too early that something
# is on its disk, and a hall whose disk loses what it had confirmed.
#
#   sh deploy/chaos.sh [kills]      1000 kills: about half an hour
#
# A run of 1000 kills or more is written to deploy/CHAOS.md. What a morning that
# failed has said is kept in .run/chaos; HALLWARD_SEED, which stands in it, makes
# the same faults again:
#
#   HALLWARD_SEED=… go test -v -run TestKilledAtRandomPoints ./deploy/e2e
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

kills=${1:-1000}
case $kills in
'' | *[!0-9]* | 0) say "usage: sh deploy/chaos.sh [kills]"; exit 2 ;;
esac
mornings=$(((kills + 49) / 50)) # each of at most 50 kills
each=$(((kills + mornings - 1) / mornings))

need_go
out=$root/.run/chaos
mkdir -p "$out"
rm -f "$out"/*.log "$out"/*.pid
say "Building"
(cd "$root" && go test -c -o "$out/e2e.test" ./deploy/e2e &&
	go build -o "$out/programs/" ./cmd/hall ./cmd/hallctl ./cmd/hallsim ./cmd/centre)
export HALLWARD_PROGRAMS="$out/programs"

# run LOG KILLS TIMES FIRST_PORT [CONTROL]: mornings one after the other, with a
# line for each
run() {
	(cd "$root/deploy/e2e" && HALLWARD_KILLS=$2 HALLWARD_PORTS=$4 HALLWARD_CONTROL=${5:-} \
		exec sh -c 'echo $$ >"$0"; exec "$@"' "$out/$1.pid" "$out/e2e.test" -test.run '^TestKilledAtRandomPoints$' -test.v -test.count "$3" -test.timeout 5h) 2>&1 |
		tee "$out/$1.log" | sed -u -n "s/^.*_test.go:[0-9]*: result: /$1: /p; s/^--- FAIL.*/$1: FAILED, see .run\/chaos\/$1.log/p"
}
# sum NAME LOG…: a figure of all results
sum() {
	name=$1
	shift
	cat "$@" | awk -v name="$name" '/: result: / { for (i = 1; i <= NF; i++) if (index($i, name "=") == 1) n += substr($i, length(name) + 2) } END { print n + 0 }'
}

# shellcheck disable=SC2046
trap 'kill $(cat "$out"/*.pid 2>/dev/null) 2>/dev/null; exit 130' INT TERM
for control in kiosk hall; do
	run "control-$control" 15 1 10000 "$control"
	lost=$(sum lost "$out/control-$control.log")
	doubled=$(sum doubled "$out/control-$control.log")
	eval "control_$control='$lost lost, $doubled doubled'"
	if [ $((lost + doubled)) -eq 0 ]; then
		say "The control $control was not caught: the judge is blind, see .run/chaos/control-$control.log"
		exit 1
	fi
	say "The control $control is caught: $lost lost, $doubled doubled"
done

begin=$(date +%s)
first=$(((mornings + 1) / 2))
run house-1 "$each" "$first" 10000 &
[ "$mornings" -eq 1 ] || run house-2 "$each" $((mornings - first)) 15000 &
wait
minutes=$((($(date +%s) - begin + 59) / 60))
set -- "$out"/house-*.log
passed=$(cat "$@" | grep -c '^--- PASS: TestKilledAtRandomPoints' || true)
done=$(sum kills "$@")
verdict="$done kills in $passed of $mornings mornings without a complaint: lost $(sum lost "$@"), doubled $(sum doubled "$@"), ghosts $(sum ghosts "$@"), other complaints $(sum other "$@")"
say "$verdict"
[ "$passed" -eq "$mornings" ] || exit 1
[ "$done" -ge 1000 ] || exit 0

report=$root/deploy/CHAOS.md
{
	cat <<TEXT
# A thousand times kill -9

\`sh deploy/chaos.sh $kills\` on $(date -u +%F): $minutes minutes, $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n1), $(nproc) cores shared by two houses at a time, $(go env GOVERSION).

Each morning is a whole house of real processes: the hall controller with its broker, two kiosks (station, node, journal and printer driver; citizens touch them as fast as they answer), the simulated printers behind a pseudo-terminal and a socket, the centre, and four windows where clerks call, recall, hold, transfer and finish without pause. Processes are killed with SIGKILL at random points, cables are cut or fall silent, printers lose power, paper or sense. In half of its outages the hall, or the way to it, is away for 1.5 to 5.5 seconds: the kiosks give lent numbers meanwhile, and are killed over that.

| what was done | |
|---|---|
| processes killed | **$done** |
| the hall controller with its broker | $(sum hall "$@") |
| a kiosk | $(sum kiosks "$@"), of these $(sum alone "$@") while it was cut off |
| the printers | $(sum printers "$@") |
| the centre | $(sum centre "$@") |
| cables cut or silent | $(sum cables "$@") |
| troubles of a printer | $(sum troubles "$@") |

| what came of it | |
|---|---|
| tickets | $(sum tickets "$@"), of these $(sum offline "$@") lent numbers, given without the hall |
| papers | $(sum papers "$@") |
| calls | $(sum calls "$@") |
| confirmations that clerks were given | $(sum confirmed "$@") |
| events on the hall's disk and at the centre | $(sum events "$@") |
| **lost**: a number, a paper or a confirmation of which the hall's disk knows nothing | **$(sum lost "$@")** |
| **doubled**: a number on two tickets or papers, a ticket at two windows, an event twice | **$(sum doubled "$@")** |
| **ghosts**: a number that was called without paper or word | **$(sum ghosts "$@")** |
| **other** complaints: a number passed by in its queue, a gap, a step that cannot be | **$(sum other "$@")** |

What kiosks and clerks were told is noted outside of the programs at the moment at which they are told; after each morning the judge (\`deploy/e2e/judge\`), which knows only the words of the contract, holds the hall's disk, the centre, the papers and these notes against each other.

That the judge sees is proved by two controls in the same run. A kiosk that says that something is on its disk half a second before it is: $control_kiosk after 15 kills. A hall whose disk loses at each kill what SQLite had not yet moved out of its log, as a disk does that lies about syncing: $control_hall after 15 kills.

Kill -9 takes a process, not the disk's cache: power cuts with torn writes are tried by the tests of \`devices/journal\`, on a file system that forgets or tears what was not synced.

| morning | result |
|---|---|
TEXT
	cat "$@" | sed -n 's/^.*_test.go:[0-9]*: result: \(seed=[0-9]*\) /\1 | /p' | awk '{ print "| " NR ", " $0 " |" }'
} >"$report.new"
mv "$report.new" "$report"
