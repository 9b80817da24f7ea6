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
# shellcheck disable=SC2086
need_packages mosquitto $build_packages $screen_packages
cd "$root"
export LIBGL_ALWAYS_SOFTWARE=1
load=$(cut -d' ' -f1 /proc/loadavg)
out=$root/.run/bench.txt
mkdir -p "$root/.run"
: >"$out"

measure() { # TIMES PACKAGE PATTERN [RUNS]
	say "Measuring $3"
	go test -run '^$' -bench "$3" -benchtime "$1" -count "${4:-1}" -timeout 20m "./$2" >>"$out" || { tail -n 20 "$out" >&2; exit 1; }
}
measure 1000x kiosk/station '^BenchmarkTapToByte$'
measure 1000x kiosk/station '^BenchmarkLentTapToByte$'
measure 5000x devices/controller '^BenchmarkNextToBoards$'
measure 10000x devices/controller '^BenchmarkCommands$' 3
measure 5x devices/controller '^BenchmarkStart$'
measure 100x devices/driver/printer/escpos '^BenchmarkStandardSlip$'
measure 2000x devices/journal '^BenchmarkDurable$'
measure 10000x devices/journal '^BenchmarkCallers$'
measure 2000x devices/journal '^BenchmarkWritten$'
measure 3x devices/node '^BenchmarkDrain$'
measure 300x devices/hall '^BenchmarkDecide$'
measure 300x devices/hall '^BenchmarkQueueView$'
measure 300x devices/hall/queue '^BenchmarkChoose$'
measure 100x devices/hall/forecast '^BenchmarkSimulate$'
measure 1x deploy/e2e '^BenchmarkControllerMemory$'
measure 10x deploy/e2e '^BenchmarkStartAlone$'
measure 3x deploy/e2e '^BenchmarkWindowStart$'

# of NAME UNIT: a figure, the median of several runs, rounded to what can be read
of() {
	awk -v name="$1" -v unit="$2" '
		$1 ~ "^" name "(-[0-9]+)?$" { for (i = 3; i < NF; i += 2) if ($(i + 1) == unit) v[n++] = $i }
		END { if (n == 0) { print "a figure is missing: " name " " unit > "/dev/stderr"; exit 1 }
			for (i = 1; i < n; i++) for (k = i; k > 0 && v[k] + 0 < v[k - 1] + 0; k--) { t = v[k]; v[k] = v[k - 1]; v[k - 1] = t }
			m = v[int(n / 2)]
			printf m < 10 ? "%.2f" : m < 100 ? "%.1f" : "%.0f", m }' "$out"
}
ms() { # NAME UNIT(µs or ns): milliseconds
	awk -v v="$(of "$1" "$2")" -v unit="$2" 'BEGIN { printf "%.1f", v / (unit ~ /^ns/ ? 1e6 : 1e3) }'
}

us() { # NAME: microseconds
	awk -v v="$(of "$1" ns/op)" 'BEGIN { printf v < 1e4 ? "%.1f" : "%.0f", v / 1e3 }'
}
ratio() { # NAME NAME UNIT
	awk -v a="$(of "$1" "$3")" -v b="$(of "$2" "$3")" 'BEGIN { printf "%.1f", a / b }'
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
	n=BenchmarkLentTapToByte
	echo "| the same while cut off from the hall: a lent number | $(ms $n p50-µs) ms | $(ms $n p99-µs) ms | $(ms $n floor-p50-µs) ms | $(of $n p50/floor) | $(of $n p99/floor) | |"
	for boards in 1 20; do
		n=BenchmarkNextToBoards/boards=$boards
		case $boards in 1) what="one board has it" budget="p50 ≤ 10 × floor" ;; *) what="all of 20 boards have it" budget="p99 ≤ 50 ms" ;; esac
		echo "| \`next\` → $what | $(ms $n p50-µs) ms | $(ms $n p99-µs) ms | $(ms $n floor-µs) ms | $(of $n p50/floor) | | $budget |"
	done
	for callers in 1 8 32; do
		n=BenchmarkCommands/callers=$callers
		case $callers in 1) budget="p50 ≤ 3 × floor" ;; 8) budget="" ;; *) budget="5,000 a second, p99 ≤ 20 ms" ;; esac
		echo "| durable commands, $callers at a time: $(of $n commands/s) a second | $(ms $n p50-µs) ms | $(ms $n p99-µs) ms | $(ms $n floor-µs) ms | $(of $n p50/floor) | | $budget |"
	done
	cat <<TEXT

| what | figure | budget |
|---|---|---|
| ticket slip on the wire, with its QR code | $(of BenchmarkStandardSlip bytes/slip) bytes | ≤ 300 bytes |
| \`next\` → 20 boards over 5,000 tickets: median of the last 500 ÷ of the first 500 | $(of BenchmarkNextToBoards/boards=20 last/first) | flat |
| start of the controller with 500,000 events, after a stop | $(ms BenchmarkStart/after_a_stop ns/op) ms | ≤ 3 s |
| the same after a crash, 20,000 events behind the snapshot | $(ms BenchmarkStart/after_a_crash ns/op) ms | ≤ 3 s |
| a kiosk without window, switched on while the hall is away, until it gives lent numbers | $(of BenchmarkStartAlone ready-ms) ms | |
| the same, until the first number is on paper, with all touches | $(of BenchmarkStartAlone paper-ms) ms | ≤ 5 s |
| the kiosk's window on a virtual screen, drawn in software: first page | $(of BenchmarkWindowStart window-ms) ms | ≤ 5 s |
| memory of the controller, its broker included, with 300 boards over TLS | $(of BenchmarkControllerMemory MiB) MiB, at most $(of BenchmarkControllerMemory peak-MiB) MiB | ≤ 64 MiB |
| memory of the kiosk with its window, after the start | $(of BenchmarkWindowStart MiB) MiB | ≤ 250 MiB |

Bad bytes have no figure: every decoder has a fuzz target, and \`go test -run TestBadInput ./deploy/e2e\` sends noise, floods, forged and oversized messages to the running house and asserts that nothing panics, blocks, grows or comes out of it.

Ratios with both sides in the same run (reliability §6):

| ratio | figure | gate |
|---|---|---|
| an event on disk ÷ write and fdatasync, p50 | $(of BenchmarkDurable/event commit/floor) | ≤ 3 |
| a whole ticket (counter, answer, number, event) on disk ÷ write and fdatasync, p50 | $(of BenchmarkDurable/ticket commit/floor) | ≤ 3 |
| tickets a second in the journal, 8 writers ÷ 1 ($(of BenchmarkCallers/8 tickets/s) ÷ $(of BenchmarkCallers/1 tickets/s)) | $(ratio BenchmarkCallers/8 BenchmarkCallers/1 tickets/s) | ≥ 2 |
| commands a second through the rules, 8 callers ÷ 1 | $(ratio BenchmarkCommands/callers=8 BenchmarkCommands/callers=1 commands/s) | ≥ 2 |
| written to disk for each event ÷ a page of 4,096 bytes | $(of BenchmarkWritten pages/event) | ≤ 3 |
TEXT
	for kind in embedded mosquitto nats; do
		n=BenchmarkDrain/$kind
		echo "| 10,000 events drained end to end ÷ the raw QoS 1 rate, broker $kind ($(of $n drained/s) a second) | $(of $n drain÷raw) | ≥ 0.3 |"
	done
	cat <<TEXT

Rules alone, without disk and network, in a crowded hall (41 services, 300 waiting):

| what | time |
|---|---|
| decide "take a number", with the forecast on it | $(us BenchmarkDecide/take) µs |
| decide "next" | $(us BenchmarkDecide/next) µs |
| choose among 500 waiting by the rule of order | $(us BenchmarkChoose) µs |
| the view of all queues, with all forecasts and stops | $(us BenchmarkQueueView) µs |
| one simulation of the hall for a forecast: 300 persons, 12 windows | $(us BenchmarkSimulate) µs |

## Beside the peers

The peers' figures were measured on a machine like this one, over loopback, as their sources are; they publish none themselves. Ours are those above: a ticket is counter, number, answer and event in one transaction with fdatasync, through the rules of the hall.

| | a peer | here |
|---|---|---|
| issue a ticket, one caller, p50 / p99 | 2.2 / 3.5 ms (MADO-queue: SQLite) | $(ms BenchmarkCommands/callers=1 p50-µs) / $(ms BenchmarkCommands/callers=1 p99-µs) ms |
| 32 callers at once, p50 / p99 | 68 / 172 ms (MADO-queue) | $(ms BenchmarkCommands/callers=32 p50-µs) / $(ms BenchmarkCommands/callers=32 p99-µs) ms |
| tickets a second | about 430 (MADO-queue) | $(of BenchmarkCommands/callers=32 commands/s) commands, each of them a ticket taken or given back |
| from touch to the printer's first byte | nobody tells | $(ms BenchmarkTapToByte/TLS p50-µs) / $(ms BenchmarkTapToByte/TLS p99-µs) ms over TLS; cut off $(ms BenchmarkLentTapToByte p50-µs) / $(ms BenchmarkLentTapToByte p99-µs) ms |
| a call on 20 boards, first → after 1,000 tickets | 3.9 → 40 ms (F-Call: sends its whole history again) | $(ms BenchmarkNextToBoards/boards=20 p50-µs) ms, × $(of BenchmarkNextToBoards/boards=20 last/first) after 5,000 tickets, with disk and broker in it, without TLS |
| how a call reaches a board | boards ask every 3 s (MADO-queue) | it is pushed |
| five calls in a moment, A1 … A5 | announced as A4, A5, A5, A5, A5 (Novo SGA's panel) | each of $(of BenchmarkNextToBoards/boards=20 calls) calls arrived at each of 20 boards |
| kill -9 | everything is lost (F-Call) | a thousand times, nothing lost: [CHAOS.md](CHAOS.md) |
TEXT
} >"$report.new"
mv "$report.new" "$report"
cat "$report"
