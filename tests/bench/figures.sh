# What the scripts of this folder share on top of lib.sh, which is sourced before: runs of the load generator, and figures out
# of the lines that they print.
# shellcheck shell=bash disable=SC2034,SC2154

# cpu_of SERVER: the options by which the processor time of scepd, store and web server is taken.
cpu_of() { printf -- '--cpu scepd=%s --cpu redis=%s --cpu %s=%s' "$SCEPD" "$REDIS" "$1" "$(cat "$T/$1/$1.pid")"; }

# fire NAME OPTION...: one run of the load generator; its line is printed and kept for spent and fastest. Fails when a request
# has failed.
fire() {
	local name=$1 rc=0
	shift
	"$SCEPD_BUILD/bench_load" "$@" >"$T/$name.out" || rc=1
	sed "s/^/$name /" "$T/$name.out" | tee -a "$T/$name.lines"
	return $rc
}

# spent NAME: milliseconds a request of all programs but the generator together, the least of the runs of that name.
spent() {
	awk '{ sum = 0
		for (i = 1; i <= NF; i++)
			if ($i ~ /^[a-z]+=[0-9.]+$/ && $i !~ /^(c|n|failed|p50|p95|p99|load|cores)=/) sum += substr($i, index($i, "=") + 1)
		if (NR == 1 || sum < least) least = sum } END { print least }' "$T/$1.lines"
}

# fastest NAME: requests a second, the most of the runs of that name.
fastest() {
	awk '{ for (i = 1; i <= NF; i++) if ($i ~ /\/s$/ && $i + 0 > most) most = $i + 0 } END { print most }' "$T/$1.lines"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", a / b }'; }

memory() { # PID: its private memory in KiB
	awk '/^Private/ { sum += $2 } END { print sum }' "/proc/$1/smaps_rollup"
}
