# Debian packages for ./quickstart and ./check: what they need, and how it is installed without any service starting.
# Sourced by both; speaks through `say` and `die` of the caller.
# shellcheck shell=bash disable=SC2034,SC2046,SC2086

BUILD_PACKAGES="gcc libc6-dev make autoconf automake pkg-config
	libssl-dev libfcgi-dev libconfig-dev libjansson-dev libcurl4-openssl-dev libhiredis-dev"
UNIT_PACKAGES="libcunit1-dev mandoc redis-server softhsm2"
E2E_PACKAGES="nginx lighttpd lighttpd-mod-openssl spawn-fcgi curl openssl dbus xz-utils
	certmonger strongswan-pki
	libstrongswan-standard-plugins libstrongswan-extra-plugins scep"
# What only some Debian has (Valkey: 13), and what is done without elsewhere.
OPTIONAL_PACKAGES="valkey-server"

# Services of those packages that would otherwise run from the next boot on.
PACKAGE_SERVICES="nginx lighttpd certmonger redis-server valkey-server"

policy=/usr/sbin/policy-rc.d
policy_mark="# placed by scepd while it installs packages"

# The names among the arguments that are not installed.
packages_missing() {
	local name
	for name; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
	done
}

# The names among the arguments that this Debian has.
packages_offered() {
	local name
	for name; do
		! apt-cache show "$name" >/dev/null 2>&1 || printf '%s\n' "$name"
	done
}

# Debian asks this program before it starts a service; 101 means no. One that already says so stays.
policy_forbid() {
	local rc=0
	if [ -e "$policy" ] && ! grep -qF "$policy_mark" "$policy"; then
		"$policy" scepd start >/dev/null 2>&1 || rc=$?
		[ "$rc" != 101 ] || return 0
		mv "$policy" "$policy.scepd-kept"
	fi
	trap policy_restore EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
	chmod 755 "$policy"
}

policy_restore() {
	! grep -qsF "$policy_mark" "$policy" || rm -f "$policy"
	[ ! -e "$policy.scepd-kept" ] || mv "$policy.scepd-kept" "$policy"
}

apt_install() {
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@"
}

# packages_install LOG NAME...: installs what is missing, with apt's own output in LOG. A subshell, so that the traps and
# the policy end with it.
packages_install() (
	log=$1
	shift
	set -- $(packages_missing "$@")
	[ $# -gt 0 ] || exit 0
	[ "$(id -u)" = 0 ] || die "packages are missing, and only root can install them: apt-get install $*"
	policy_forbid
	say "installing $# packages: $*"
	if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || ! apt_install "$@" >"$log" 2>&1; then
		say "refreshing the package lists"
		apt-get update -q >"$log" 2>&1 || die "apt-get update failed: see $log"
		apt_install "$@" >>"$log" 2>&1 || { tail -n 15 "$log" >&2; die "apt-get install failed: see $log"; }
	fi
	for name in $PACKAGE_SERVICES; do
		case " $* " in
		*" $name "*) deb-systemd-helper disable "$name.service" >>"$log" 2>&1 || : ;;
		esac
	done
)
