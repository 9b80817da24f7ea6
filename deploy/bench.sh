#!/bin/sh
# Measures the paths that have a budget (design §7, reliability §6), prints a
# table and writes it to deploy/BENCHMARKS.md. Each figure stands beside a floor
# that was taken in the same run. Takes some minutes; leave the machine alone
# meanwhile.
#
#   sh deploy/bench.sh
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

need_go
need_packages mosquitto
cd "$root"
load=$(cut -d' ' -f1 /proc/loadavg)
out=$root/.run/bench.txt
mkdir -p "$root/.run"
: >"$out"

measure() { # TIMES PACKAGE PATTERN
	say "Measuring $3"
	go test -run '^$' -bench "$3" -benchtime "$1" -timeout 20m "./$2" >>"$out" || { tail -n 20 "$out" >&2; exit 1; }
}
measure 1000x kiosk/station '^BenchmarkTapToByte$'
measure 1000x devices/controller '^BenchmarkNextToBoards$'
measure 10000x devices/controller '^BenchmarkCommands$'
measure 5x devices/controller '^BenchmarkStart$'
measure 100x devices/driver/printer/escpos '^BenchmarkStandardSlip$'
measure 3x devices/node '^BenchmarkDrain$'

# of NAME UNIT: a figure, rounded to what can be read
of() {
	awk -v name="$1" -v unit="$2" '
		$1 ~ "^" name "(-[0-9]+)?$" { for (i = 3; i < NF; i += 2) if ($(i + 1) == unit) v = $i }
		END { if (v == "") { print "a figure is missing: " name " " unit > "/dev/stderr"; exit 1 }
			printf v < 10 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v }' "$out"
}
ms() { # NAME UNIT(µs or ns): milliseconds
	awk -v v="$(of "$1" "$2")" -v unit="$2" 'BEGIN { printf "%.1f", v / (unit ~ /^ns/ ? 1e6 : 1e3) }'
}

report=$root/deploy/BENCHMARKS.md
{
	cat <<TEXT
# Benchmarks

Measured with \`sh deploy/bench.sh\` on $(date -u +%F): $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n1), $(nproc) cores, $(go env GOOS)/$(go env GOARCH), $(go env GOVERSION), load average $load at the beginning and $(cut -d' ' -f1 /proc/loadavg) at the end. Times depend on the machine and on what else it does; the ratios to the floor of the same run are what to compare. The floor of a path is a bare write and fdatasync, plus what a message costs that carries nothing.

| path | p50 | p99 | floor p50 | ÷ floor p50 | ÷ floor p99 | budget |
|---|---|---|---|---|---|---|
TEXT
	for way in in_process TLS; do
		n=BenchmarkTapToByte/$way
		echo "| tap → first byte at the printer, kiosk $(echo "$way" | sed 's/in_process/in process/; s/TLS/over TLS/') | $(ms $n p50-µs) ms | $(ms $n p99-µs) ms | $(ms $n floor-p50-µs) ms | $(of $n p50/floor) | $(of $n p99/floor) | p99 ≤ 30 ms and ≤ 3 × floor |"
	done
	for boards in 1 20; do
		n=BenchmarkNextToBoards/boards=$boards
		case $boards in 1) what="one board has it" budget="p50 ≤ 10 × floor" ;; *) what="all of 20 boards have it" budget="p99 ≤ 50 ms" ;; esac
		echo "| \`next\` → $what | $(ms $n p50-µs) ms | $(ms $n p99-µs) ms | $(ms $n floor-µs) ms | $(of $n p50/floor) | | $budget |"
	done
	for callers in 1 8 32; do
		n=BenchmarkCommands/callers=$callers
		case $callers in 1) budget="p50 ≤ 3 × floor" ;; 8) budget="twice the rate of one" ;; *) budget="5,000 a second, p99 ≤ 20 ms" ;; esac
		echo "| durable commands, $callers at a time: $(of $n commands/s) a second | $(ms $n p50-µs) ms | $(ms $n p99-µs) ms | $(ms $n floor-µs) ms | $(of $n p50/floor) | | $budget |"
	done
	cat <<TEXT

| what | figure | budget |
|---|---|---|
| ticket slip on the wire, with its QR code | $(of BenchmarkStandardSlip bytes/slip) bytes | ≤ 300 bytes |
| start of the controller with 500,000 events, after a stop | $(ms BenchmarkStart/after_a_stop ns/op) ms | ≤ 3 s |
| the same after a crash, 20,000 events behind the snapshot | $(ms BenchmarkStart/after_a_crash ns/op) ms | ≤ 3 s |
TEXT
	for kind in embedded mosquitto nats; do
		n=BenchmarkDrain/$kind
		echo "| 10,000 events drained end to end ÷ the raw QoS 1 rate, broker $kind ($(of $n drained/s) a second) | $(of $n drain÷raw) | ≥ 0.3 |"
	done
} >"$report.new"
mv "$report.new" "$report"
cat "$report"
