# A private Redis, or Valkey where that is what is installed, for ./quickstart and tests/e2e.
# shellcheck shell=bash

# store_program [cli]: the name of the server (of its command line client); nothing when there is none.
store_program() {
	local name
	for name in redis valkey; do
		command -v "$name-${1:-server}" && return
	done | sed 's,.*/,,'
}

# store_conf DIR SOCKET: the configuration of a server that keeps its data in DIR, listens on SOCKET alone, writes every
# change to the disk before it answers, and never gives up one record for another.
store_conf() {
	cat <<-CONF
	port 0
	unixsocket $2
	unixsocketperm 700
	dir $1
	pidfile $1/redis.pid
	daemonize no
	save ""
	appendonly yes
	appendfsync always
	maxmemory-policy noeviction
	CONF
}
