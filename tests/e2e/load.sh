# Clients that enrol without a pause, each challenge once with each of the hosts, what they write down of it, and the verdict
# of the ledger (tests/ledger/check.awk) over that, the logs of the signers and the records of the store. After lib.sh.
# CLIENTS of them, with KEYS keys between them, in phases of EACH rounds; JOURNALS are the logs of issued certificates.
# shellcheck shell=bash disable=SC2034,SC2154
: "${CLIENTS:=3}" "${KEYS:=3}" "${JOURNALS:=$T/issued.log}"
LOAD=

# load_prepare: once the service is made, with the profile d.
load_prepare() {
	local key
	scepctl token create load >"$T/token" 2>"$T/token.err" || die "token create"
	printf 'Authorization: Bearer %s\n' "$(cat "$T/token")" >"$T/token.h"
	for ((key = 0; key < KEYS; key++)); do openssl genrsa -out "$T/key.$key" 2048 2>/dev/null; done
	mkdir "$T/load"
	: >"$T/notes"
}

# load_start: client 1, client 2 and so on, a function of the script, until $T/stop is there.
load_start() {
	local self
	for ((self = 1; self <= CLIENTS; self++)); do
		: >"$T/done.$self"
		client $self &
		LOAD="$! $LOAD"
	done
	PIDS="$LOAD $PIDS"
}

load_end() { # those that had to be killed have failed
	local pid
	touch "$T/stop"
	for pid in $LOAD; do await 60 gone "$pid" || return 1; done
}

note() { printf '%s\n' "$*" >>"$T/notes"; }

mint() { # BASE NAME
	curl -sS --max-time 30 -f -o "$T/load/$2" -d '' -H "@$T/token.h" "$1/scep/d/challenge" 2>>"$T/lost" ||
		echo "no challenge $2" >>"$T/lost"
}

# explained LOG: whether this failure is the client's own; for a script to say.
explained() { false; }

# offer BASE NAME KEY: enrols with the challenge NAME and one of the keys. 0 issued, 3 pending, 4 refused, 1 failed.
offer() {
	local rc=0 out
	while out=$T/load/$2.$RANDOM && [ -e "$out.log" ]; do :; done
	note "offer $2 $3 -"
	scepctl enroll --url "$1/scep/d/pkiclient.exe" --subject "CN=$2,O=Test" --key-file "$T/key.$3" \
		--challenge-file "$T/load/$2" --out "$out" >"$out.log" 2>&1 || rc=$?
	case $rc in
	0) note "receipt $2 $3 - $out.pem" ;;
	3) note "refused $2 $3 - pending" ;;
	4) note "refused $2 $3 - refused" ;;
	*)
		note "lost $2 $3 -"
		explained "$out.log" || { echo "$2 $3:" && cat "$out.log"; } >>"$T/lost"
		rc=1 ;;
	esac
	return $rc
}
must() { # RC BASE NAME KEY
	local rc=0
	offer "$2" "$3" "$4" || rc=$?
	[ $rc = "$1" ] || echo "$3 with key $4: exit status $rc, not $1" >>"$T/lost"
}

rounds() { wc -l <"$T/done.$1"; }
all_past() { # ROUNDS...: of each client
	local i=0 past
	for past; do
		i=$((i + 1))
		[ "$(rounds $i)" -ge $((past + EACH)) ] || return 1
	done
}
none_lost() { [ ! -s "$T/lost" ] || { cat "$T/lost"; return 1; }; }

load_phase() { # until every client has had EACH more challenges
	local i past=
	for i in $(seq "$CLIENTS"); do past="$past $(rounds "$i")"; done
	# shellcheck disable=SC2086
	POLL=0.5 await 300 all_past $past && none_lost
}

# --- the ledger

# A certificate is called by its base64 here: no process for each of them.
certs_of() { # PEM-FILE: serial number and base64 of each certificate
	openssl crl2pkcs7 -nocrl -certfile "$1" | openssl pkcs7 -print_certs -text | awk '
		/Serial Number:$/ { getline; gsub(/[ :]/, ""); serial = $0 }
		/^-----BEGIN/ { text = "" }
		/^-----END/ { print serial, text }
		!/^-----/ { text = text $0 }'
}

# What the clients wrote down, with the certificates instead of their files.
clients() {
	awk 'FNR == 1 { n = 0 }
		/^-----BEGIN/ { n++ }
		n == 1 && /^-----END/ { print FILENAME, text[FILENAME] }
		n == 1 && !/^-----/ { text[FILENAME] = text[FILENAME] $0 }' "$T"/load/*.pem >"$T/files"
	awk '!seen[$2]++ {
		print "-----BEGIN CERTIFICATE-----"
		for (i = 1; i <= length($2); i += 64) print substr($2, i, 64)
		print "-----END CERTIFICATE-----" }' "$T/files" >"$T/files.pem"
	certs_of "$T/files.pem" >"$T/certs"
	awk 'FILENAME ~ /certs$/ { serial[$2] = $1; next }
		FILENAME ~ /files$/ { of[$1] = serial[$2] " " $2; next }
		$1 == "receipt" { $5 = of[$5] } { print }' "$T/certs" "$T/files" "$T/notes" >"$T/clients"
}

# Of a line of JSON its strings, by name; then what is printed of them.
json() { awk -F '"' "{ split(\"\", v); for (i = 2; i < NF; i += 2) if (\$(i + 1) ~ /^: *\$/) v[\$i] = \$(i + 2) } $1"; }

signers() {
	# shellcheck disable=SC2016,SC2086
	json 'v["by"] ~ /^(static|renewal):/ { next } # of another profile
		v["what"] == "intent" { print "granted", v["by"], v["request"]
			print "intent", v["request"], v["serial"], v["tbs"], "unknown"
			tbs[v["request"], v["serial"]] = v["tbs"] }
		v["what"] == "issued" { print "signed", v["request"], v["serial"], tbs[v["request"], v["serial"]], v["cert"] }' \
		< <(cat $JOURNALS)
}
records() {
	scepctl cert export --profile d >"$T/records.pem" && certs_of "$T/records.pem" >"$T/records" || return 1
	# shellcheck disable=SC2016
	scepctl cert list --profile d --json | tr -d '\n' | sed 's/}, *{/}\n{/g' |
		json '{ print v["serial"], v["request"] }' >"$T/requests"
	awk 'FILENAME ~ /requests$/ { request[$1] = $2; next } { print "record", request[$1], $1, $2 }' "$T/requests" "$T/records"
}
verdict() { # CLIENTS-FILE: row challenges offers signatures certificates P1 P2 P3
	awk -v row="$SCRIPT" -f "$top/tests/ledger/check.awk" "$1" "$T/signers" "$T/store"
}
# ledger LEAST: clean, with more challenges than that.
ledger() {
	local least=$1
	clients && signers >"$T/signers" && records >"$T/store" || return 1
	# shellcheck disable=SC2046
	set -- $(verdict "$T/clients")
	echo "$2 challenges, $3 offers, $4 signatures, $5 certificates, $(wc -l <"$T/store") records; broken: P1 $6, P2 $7, P3 $8"
	[ $(($6 + $7 + $8)) = 0 ] && [ "$2" -gt "$least" ] && [ "$5" = "$2" ] && [ "$(wc -l <"$T/store")" = "$2" ] &&
		[ "$4" = "$2" ] && scepctl store status | grep -q '^intents: 0$'
}
# The same with one line more: the checker sees what it is there for.
control() {
	mkdir -p "$T/control" && cp "$T/clients" "$T/control/" && echo "receipt c1-1 $1 - 00 $2" >>"$T/control/clients" || return 1
	# shellcheck disable=SC2046
	set -- $(verdict "$T/control/clients" 2>/dev/null)
	[ "$6" -gt 0 ] && [ "$7" -gt 0 ]
}
