#!/bin/sh
# Proves that every call reaches every display, strip and voice, once, right, in
# order and as fast at the end as at the beginning, with the
# real programs; writes the figures to deploy/CONVERGENCE.md. Leave the machine
# alone meanwhile: twenty windows are drawn without a graphics card.
#
#   sh deploy/converge.sh [CALLS] [DISPLAYS]      5000 20: half an hour on two cores
set -eu
. "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/setup.sh"

calls=${1:-5000}
displays=${2:-20}
need_go
# shellcheck disable=SC2086
need_packages espeak-ng $build_packages $screen_packages
cd "$root"
out=$root/.run/converge
mkdir -p "$out"
load=$(cut -d' ' -f1 /proc/loadavg)
begin=$(date +%s)
go build -o "$out/" ./cmd/hall ./cmd/hallsim ./cmd/hallctl ./cmd/display
say "$calls calls on $displays displays: see .run/converge/log"
HALLWARD_PROGRAMS=$out HALLWARD_CALLS=$calls HALLWARD_DISPLAYS=$displays \
	go test -count 1 -timeout 3h -v -run '^TestConvergence$' ./deploy/e2e >"$out/log" 2>&1 || {
	grep -E '_test.go:[0-9]+: ' "$out/log" | head -n 40 >&2
	say "Calls did not reach everything: see .run/converge/log"
	exit 1
}
minutes=$((($(date +%s) - begin + 59) / 60))
rm -f "$out/hall" "$out/hallsim" "$out/hallctl" "$out/display"

of() { sed -n "s/.*result:.* $1=\([^ ]*\).*/\1/p" "$out/log"; }
verdict="$(of calls) calls and $(of recalls) recalls on $(of displays) displays, $(of drawn) times drawn, $(of spoken) times spoken, without a complaint; last ÷ first $(of flat)"
say "$verdict"
[ "$(of calls)" -ge 1000 ] && [ "$(of displays)" -ge 20 ] || exit 0

report=$root/deploy/CONVERGENCE.md
{
	cat <<TEXT
# Every call, everywhere, once

\`sh deploy/converge.sh $calls $displays\` on $(date -u +%F): $minutes minutes, $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n1), $(nproc) cores, $(go env GOVERSION), load average $load before the run, $(cut -d' ' -f1 /proc/loadavg) at its end.

Ten windows press *next* at the same moment; when every call has arrived everywhere, their citizens are served, and all ten press again. An eleventh window calls one ticket three times, every second ticket without a voice. All programs are the real ones, as processes: the hall controller with its broker, $displays displays in windows on one virtual screen, drawn in software, and simulated strips and poles behind pseudo-terminals and a socket. Labels of windows have one to three characters, numbers four and five: the hall writes no shorter ones, \`TestEverySizeOnEveryStrip\` tries them.

| what took part | |
|---|---|
| displays | $(of displays): $(of boards) boards of the whole hall, $(of zones) of one zone, $(of windows) displays of a window |
| strips | 4 Onbon BX cards on a serial line and 1 on TCP, 2 CD5220 and 1 Epson pole display, 2 Modbus panels, a strip and a number panel by frame templates |
| voices | recorded clips into a WAV file, which takes no time, in one zone; in the other a SYN6288 chip, whose simulator takes 1 ms for a syllable |

| what was compared | |
|---|---|
| calls and recalls on the hall's disk, numbered without a gap, each ticket called once | **$(of calls)** and **$(of recalls)** |
| drawn by a display, each with its number and window; none is missing but while the display was away | $(of drawn) |
| announced by flashing, in order, none old and none twice | $(of announced) |
| number and window whole on the window's strip, before the next call | $(of whole) |
| spoken in the right zone and words, once, in order | $(of spoken) |
| texts that the chip was sent once more, since its answer was lost; a chip at its usual speed would still be speaking and not be sent them | $(of resent) |
| heard although the hall noted that no voice spoke them: the chip's answers were lost | $(of doubted) |
| not spoken, with the reason on the hall's disk | $(of unspoken) |
| silent calls, which no voice spoke | $(of silent) |
| **missing, doubled, wrong, out of order or old** | **0** |

That the judge sees is proved in the same run: with a call missing on a display, another number or window there, an old or strange call, an announcement missing, doubled, in other words, out of order, in the other zone or of a silent call, it complained each time.

Time from the answer that the window gets until the call is drawn, which is when it has been laid out and handed to the graphics library, by the displays' own clocks, which are this machine's. *All* is the slowest of all displays that show the call. With so many windows on so few processors the drawing itself is what takes the time; what counts is that the last row is like the first: last ÷ first, p50, is **$(of flat)**. How fast the hall alone is stands in BENCHMARKS.md.

| calls | a display, p50 | p99 | all displays, p50 | p99 | all strips right, p50 |
|---|---|---|---|---|---|
TEXT
	sed -n 's/^.*_test.go:[0-9]*: row: //p' "$out/log"
	cat <<'TEXT'

What went wrong meanwhile, on purpose. Nobody waited for those who were away; each was right when it came back, and announced nothing that was more than a minute old.

| when | what |
|---|---|
TEXT
	sed -n 's/^.*_test.go:[0-9]*: fault: *\([0-9.]*s\) batch \([0-9]*\): \(.*\)/| \1, batch \2 | \3 |/p' "$out/log"
} >"$report.new"
mv "$report.new" "$report"
