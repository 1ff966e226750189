# What the end-to-end scripts share: a CA, profiles and scepd under a temporary folder, real web servers on free ports, and
# the lines that say how it went. Sourced first by every script; whatever it starts is stopped when the script ends.
# shellcheck shell=bash disable=SC2034,SC2015,SC2031
set -u
umask 077
export LC_ALL=C

e2e=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$e2e/../.." && pwd)
: "${SCEPD_BUILD:=$top/build-check}"
. "$top/build-aux/web.sh"
. "$top/build-aux/store.sh"

SCRIPT=$(basename "$0")
T=$(mktemp -d "${TMPDIR:-/tmp}/scepd-e2e.XXXXXX") || exit 1
export T # so that everything the script starts can be told by its environment
CONF=$T/etc/scepd.conf
SOCKET=$T/scepd.sock
REDIS_SOCKET=$T/redis.sock
CHALLENGE='e2e-secret-42'
PIDS='' FAILED=0 POLL=0.05

# --- results

ok() { printf 'ok %s\n' "$1"; }
not_ok() {
	FAILED=1
	printf 'not ok %s: %s\n' "$1" "$2"
}
skip() { printf 'skip %s: %s\n' "$1" "$2"; }

# try NAME COMMAND...: one case; what the command printed is shown when it fails.
try() {
	local name=$1
	shift
	if "$@" >"$T/try.out" 2>&1; then
		ok "$name"
	else
		not_ok "$name" "$(tail -n 1 "$T/try.out" | cut -c1-200)"
		tail -n 20 "$T/try.out" | cut -c1-400 | sed 's/^/  | /'
	fi
}

# need PROGRAM...: skips the whole script where a program is not installed.
need() {
	local program
	for program; do
		(PATH=$PATH:/usr/sbin; command -v "$program" >/dev/null) || {
			skip "$SCRIPT" "$program is not installed"
			exit 0
		}
	done
}

# --- waiting and processes

# await SECONDS COMMAND...: until it succeeds; fails when the time is over.
await() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || {
			echo "waited in vain for: $*" >&2
			return 1
		}
		sleep $POLL
	done
}

alive() { [ -n "$(sed -n '/^[0-9]* (.*) [^ZX] /p' "/proc/$1/stat" 2>/dev/null)" ]; }
gone() { ! alive "$1"; }

children_of() { # PID: the process ids of its living children
	cat /proc/[0-9]*/stat 2>/dev/null | sed -n "s/^\([0-9]*\) (.*) [^ZX] $1 .*/\1/p"
}
has_children() { [ "$(children_of "$1" | wc -l)" -eq "$2" ]; }

# background LOG COMMAND...: starts it; its process id is then in BG.
background() {
	local log=$1
	shift
	setsid "$@" >>"$log" 2>&1 </dev/null &
	BG=$!
	PIDS="$BG $PIDS"
}

# Whether the process, if it still exists, is of this script: its command line or its environment names our folder.
ours() { grep -qa -- "$T" "/proc/$1/cmdline" "/proc/$1/environ" 2>/dev/null; }

# end_process PID: by SIGTERM; fails when that was not enough and it took SIGKILL.
end_process() {
	alive "$1" && ours "$1" || return 0
	kill "$1" 2>/dev/null
	await 15 gone "$1" 2>/dev/null || {
		kill -KILL "$1" 2>/dev/null
		return 1
	}
}

leftovers() { # what still runs of this script, apart from the shell itself
	local pid
	grep -la -- "$T" /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | sed 's/[^0-9]//g' | sort -u >"$T/pids"
	while read -r pid; do
		[ "$pid" = $$ ] || ! alive "$pid" || echo "$pid"
	done <"$T/pids"
}

no_leftovers() { [ -z "$(leftovers)" ]; }

finish() {
	local rc=$? pid
	trap - EXIT
	for pid in $(cat "$T"/*/nginx.pid "$T"/*/lighttpd.pid 2>/dev/null) $PIDS; do
		end_process "$pid" || not_ok "$SCRIPT" "process $pid had to be killed"
	done
	await 5 no_leftovers 2>/dev/null # a helper may need a moment to see that its parent is gone
	for pid in $(leftovers); do
		not_ok "$SCRIPT" "process $pid was left behind: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
		kill -KILL "$pid" 2>/dev/null
	done
	if [ $FAILED != 0 ] && [ -s "$T/scepd.log" ]; then
		echo "  the last lines of scepd's log:"
		tail -n 15 "$T/scepd.log" | cut -c1-400 | sed 's/^/  | /'
	fi
	[ -n "${KEEP-}" ] || rm -rf "$T"
	[ $rc != 0 ] || rc=$FAILED
	exit $rc
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# die WHY: the script cannot go on.
die() {
	not_ok "$SCRIPT" "$1"
	exit 1
}

# --- the service

scepctl() { "$SCEPD_BUILD/scepctl" -c "$CONF" "$@"; }

# store_start: a private Redis (or Valkey) on $REDIS_SOCKET that keeps what it is told as a real one has to. Started again
# after store_stop or a SIGKILL it finds what it kept. Its process id is then in REDIS.
store_start() {
	[ -e "$T/redis/redis.conf" ] || {
		mkdir -p "$T/redis"
		store_conf "$T/redis" "$REDIS_SOCKET" >"$T/redis/redis.conf"
	}
	background "$T/redis/redis.log" "$(store_program)" "$T/redis/redis.conf"
	REDIS=$BG
	await 20 store_answers "$REDIS_SOCKET" || die "the store does not start: $(tail -n 1 "$T/redis/redis.log")"
}

store_stop() { end_process "$REDIS"; }

# make_service [CA-OPTION...]: a store, scepd.conf, the CA "ca" and the profile "p" with the static challenge $CHALLENGE. Its
# keys are EC unless the options say otherwise: they are made fastest.
make_service() {
	[ $# -gt 0 ] || set -- --key ec:P-256
	[ -n "$(store_program)" ] || { skip "$SCRIPT" "neither redis-server nor valkey-server is installed"; exit 0; }
	store_start
	mkdir -p "$T/etc/profiles.d"
	printf '%s\n' "$CHALLENGE" >"$T/challenge"
	cat >"$CONF" <<-CONF
	public_url = "http://127.0.0.1";
	listen = "$SOCKET";
	listen_mode = "0600";
	user = "";
	workers = 2;
	log_target = "$T/scepd.log";
	issued_log = "$T/issued.log";
	crl = { dir = "$T/crl"; };
	store = { server = "$REDIS_SOCKET"; };
	CONF
	scepctl store init >"$T/store.out" 2>&1 || die "store init: $(tail -n 1 "$T/store.out")"
	make_ca ca "$@"
	make_profile p ca
	set_conf default_profile '"p"'
}

make_ca() { # NAME [OPTION...]
	local name=$1
	shift
	scepctl ca create "$name" --subject "CN=Test CA $name,O=Test" "$@" >"$T/ca-$name.out" 2>&1 ||
		die "ca create $name: $(tail -n 1 "$T/ca-$name.out")"
}

make_profile() { # NAME CA [OPTION...]
	local name=$1 ca=$2
	shift 2
	scepctl profile create "$name" --ca "$ca" --challenge static --challenge-file "$T/challenge" "$@" \
		>"$T/profile-$name.out" 2>&1 || die "profile create $name: $(tail -n 1 "$T/profile-$name.out")"
}

# make_ca_of_each KEY-SPEC...: a CA with such a key and a profile for it, both named like ec-P-256; the names are in CAS.
make_ca_of_each() {
	local spec
	CAS=
	for spec; do
		make_ca "${spec/:/-}" --key "$spec"
		make_profile "${spec/:/-}" "${spec/:/-}"
		CAS="$CAS ${spec/:/-}"
	done
}

# set_conf KEY VALUE: replaces a line of scepd.conf, or adds it.
set_conf() {
	sed -i "/^$1 = /d" "$CONF"
	printf '%s = %s;\n' "$1" "$2" >>"$CONF"
}

# scepd_start [listen|spawn]: scepd with its own socket, or with spawn-fcgi's. The process id of its master is then in SCEPD.
scepd_start() {
	local workers
	workers=$(sed -n 's/^workers = \([0-9]*\);/\1/p' "$CONF")
	case ${1:-listen} in
	listen)
		background "$T/scepd.err" "$SCEPD_BUILD/scepd" -f -c "$CONF"
		SCEPD=$BG ;;
	spawn)
		rm -f "$SOCKET"
		spawn-fcgi -s "$SOCKET" -M 0600 -P "$T/spawn.pid" -- "$SCEPD_BUILD/scepd" -f -c "$CONF" \
			>>"$T/scepd.err" 2>&1 || die "spawn-fcgi: $(tail -n 1 "$T/scepd.err")"
		SCEPD=$(cat "$T/spawn.pid")
		PIDS="$SCEPD $PIDS" ;;
	esac
	await 20 has_children "$SCEPD" "$workers" || die "scepd does not start: $(tail -qn 2 "$T/scepd.err" "$T/scepd.log" 2>/dev/null)"
	await 20 test -S "$SOCKET" || die "scepd opens no socket"
}

scepd_stop() { end_process "$SCEPD"; }

# web_up nginx|lighttpd [OTHER-HOST]: that server on a free port; BASE is then http://127.0.0.1:PORT and URL the SCEP URL of
# the profile p.
web_up() {
	local server=$1 tries
	for tries in 1 2 3 4 5 6 7 8 9 10; do
		PORT=$((20000 + RANDOM % 30000))
		! port_busy "$PORT" || continue
		"web_$server" "$T/$server" "127.0.0.1:$PORT" "$SOCKET" "${2-}"
		web_start "$server" "$T/$server" || continue
		BASE=http://127.0.0.1:$PORT
		URL=$BASE/scep/p/pkiclient.exe
		await 10 test -s "$T/$server/$server.pid" || die "$server wrote no pid file"
		return 0
	done
	die "$server does not start: $(tail -qn 1 "$T/$server/start.log" "$T/$server/error.log" 2>/dev/null)"
}

web_down() { # nginx|lighttpd
	end_process "$(cat "$T/$1/$1.pid")"
	rm -f "$T/$1/$1.pid"
}

# behind_each FUNCTION [OTHER-HOST]: calls it with SERVER=nginx, scepd having opened its socket itself, and with
# SERVER=lighttpd, the socket being spawn-fcgi's.
behind_each() {
	local start
	for SERVER in nginx lighttpd; do
		[ $SERVER = nginx ] && start=listen || start=spawn
		scepd_start $start
		web_up $SERVER "${2-}"
		"$1"
		web_down $SERVER
		scepd_stop || not_ok "$SCRIPT" "scepd did not end on SIGTERM"
	done
}

# --- the operator

# approval manual|without_challenge: the profile p has requests wait.
approval() {
	sed -i '/^approval = /d' "$T/etc/profiles.d/p.conf"
	printf 'approval = "%s";\n' "$1" >>"$T/etc/profiles.d/p.conf"
}

waiting_id() { # CN: the ID of the request that waits for it
	scepctl request list | awk -v cn="$1" '$2 == "pending" && $0 ~ "CN=" cn "(,|$)" { print $1; found = 1 } END { exit !found }'
}
none_waits() { ! waiting_id "$1"; }

decide() { # approve|reject CN: once it waits
	await 20 waiting_id "$2" && scepctl request "$1" "$(waiting_id "$2")"
}

# --- a client

# enrol NAME [OPTION...]: scepctl enrols; $T/NAME.key, $T/NAME.pem, $T/NAME.ca.pem. URL may be set for the one call.
enrol() {
	local name=$1
	shift
	scepctl enroll --url "$URL" --subject "CN=$name,O=Test" --challenge-file "$T/challenge" --out "$T/$name" "$@" &&
		issued "$T/$name.pem"
}

certmonger_named() { # not asked with getcert: that would make D-Bus start a second one
	dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.NameHasOwner \
		string:org.fedorahosted.certmonger | grep -q 'boolean true'
}

# certmonger_up: certmonger's own daemon on a private D-Bus, nothing of the system's.
certmonger_up() {
	export HOME=$T/home TMPDIR=$T/tmp DBUS_SESSION_BUS_ADDRESS=unix:path=$T/bus
	export XDG_CONFIG_HOME=$HOME/.config
	mkdir -p "$XDG_CONFIG_HOME" "$TMPDIR"
	background "$T/dbus.log" dbus-daemon --session --nofork --nopidfile --address="$DBUS_SESSION_BUS_ADDRESS"
	await 10 test -S "$T/bus" || die "dbus-daemon does not start"
	background "$T/certmonger.log" /usr/lib/certmonger/certmonger-session -n
	await 20 certmonger_named || die "certmonger does not start"
}

# issued FILE [CA]: whether it holds a certificate of our CA.
issued() {
	scepctl ca export "${2:-ca}" --chain >"$T/chain.pem" && openssl verify -partial_chain -CAfile "$T/chain.pem" "$1"
}

# http STATUS CURL-ARGUMENT...: whether the answer has that status; head in $T/http.head, body in $T/http.body.
http() {
	local want=$1 got
	shift
	got=$(curl -sS --max-time 30 -D "$T/http.head" -o "$T/http.body" -w '%{http_code}' "$@")
	[ "$got" = "$want" ] || {
		echo "status $got, not $want"
		return 1
	}
}

# pki_status FILE: pkiStatus of a CertRep in DER, with failInfo after it where there is one ("0", "2 2", "3").
pki_status() {
	openssl asn1parse -inform DER -in "$1" 2>/dev/null | awk '
		/2\.16\.840\.1\.113733\.1\.9\.[34]$/ { want = 1; next }
		want && /PRINTABLESTRING/ { sub(/.*:/, ""); out = out sep $0; sep = " "; want = 0 }
		END { print out }'
}
