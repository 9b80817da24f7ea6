#!/bin/sh
# Kills the hall controller, the kiosks, the printers and the centre at random
# points of a running morning and cuts the cables between them, again and again,
# and then looks for numbers given twice, tickets lost, ghosts called and events
# that are missing or doubled at the centre.
#
#   sh deploy/chaos.sh [rounds]      20 rounds of about a minute and a half
#
# HALLWARD_CHAOS is how many seconds the faults go on in each round (45). What a
# round that failed has said is kept; HALLWARD_SEED, which stands in it, makes
# the same faults again.
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

rounds=${1:-20}
case $rounds in
'' | *[!0-9]* | 0) say "usage: sh deploy/chaos.sh [rounds]"; exit 2 ;;
esac

need_go
out=$root/.run/chaos
mkdir -p "$out"
rm -f "$out"/round-*.log
say "Building"
(cd "$root" && go test -race -c -o "$out/e2e.test" ./deploy/e2e)

test=
trap '[ -z "$test" ] || kill "$test" 2>/dev/null; exit 130' INT TERM
failed=0
round=1
while [ "$round" -le "$rounds" ]; do
	log=$out/round-$round.log
	(cd "$root/deploy/e2e" && exec "$out/e2e.test" -test.run '^TestKilledAtRandomPoints$' -test.v -test.timeout 10m) >"$log" 2>&1 &
	test=$!
	if wait "$test"; then
		printf 'round %s: %s\n' "$round" "$(sed -n 's/^ *chaos_test.go:[0-9]*: seed /seed /p' "$log")"
		rm -f "$log"
	else
		failed=$((failed + 1))
		printf 'round %s FAILED, see %s: %s\n' "$round" "$log" "$(grep -m 3 'chaos_test.go' "$log" | tr -s ' \n' ' ')"
	fi
	test=
	round=$((round + 1))
done
printf '%s rounds, %s failed\n' "$rounds" "$failed"
[ "$failed" -eq 0 ]
