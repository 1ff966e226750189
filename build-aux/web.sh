# Private web servers for ./quickstart and tests/e2e, made from the files in contrib/ so that these are what is tried.
# The caller has set `top` to the source tree.
# shellcheck shell=bash disable=SC2154

# web_nginx DIR LISTEN SOCKET [OTHER]: writes DIR/nginx.conf for one server on LISTEN (address:port). OTHER, when given, is
# the name of a second virtual host, which stands first in the file.
web_nginx() {
	local dir=$1 listen=$2 sock=$3 other=${4-} snippets=$top/contrib/nginx/snippets

	mkdir -p "$dir/snippets" "$dir/tmp"
	cp "$snippets/scepd-device.conf" "$snippets/scepd-management.conf" "$dir/snippets/"
	sed "s,unix:/run/scepd/scepd.sock,unix:$sock," "$snippets/scepd-fastcgi.conf" >"$dir/snippets/scepd-fastcgi.conf"
	{
		[ "$(id -u)" != 0 ] || echo "user root;" # the folder may lie where no other user reaches
		cat <<-CONF
		worker_processes 1;
		pid $dir/nginx.pid;
		error_log $dir/error.log;
		events { worker_connections 2048; }
		http {
			access_log $dir/access.log;
			client_body_temp_path $dir/tmp/body;
			proxy_temp_path $dir/tmp/proxy;
			fastcgi_temp_path $dir/tmp/fastcgi;
			uwsgi_temp_path $dir/tmp/uwsgi;
			scgi_temp_path $dir/tmp/scgi;
		CONF
		[ -z "$other" ] || echo "	server { listen $listen; server_name $other; location / { return 418; } }"
		cat <<-CONF
			server {
				listen $listen default_server;
				server_name _;
				include snippets/scepd-management.conf;
				include snippets/scepd-device.conf;
			}
		}
		CONF
	} >"$dir/nginx.conf"
}

# web_lighttpd DIR LISTEN SOCKET [OTHER]: the same for lighttpd, in DIR/lighttpd.conf.
web_lighttpd() {
	local dir=$1 listen=$2 sock=$3 other=${4-} available=$top/contrib/lighttpd/conf-available

	mkdir -p "$dir/tmp" "$dir/html"
	sed "s,/run/scepd/scepd.sock,$sock," "$available/19-scepd-socket.conf" >"$dir/19-scepd-socket.conf"
	cp "$available/20-scepd.conf" "$dir/"
	{
		cat <<-CONF
		server.modules = ( "mod_access", "mod_fastcgi", "mod_accesslog" )
		server.bind = "${listen%:*}"
		server.port = ${listen##*:}
		server.document-root = "$dir/html"
		server.upload-dirs = ( "$dir/tmp" )
		server.errorlog = "$dir/error.log"
		accesslog.filename = "$dir/access.log"
		server.pid-file = "$dir/lighttpd.pid"
		include "$dir/19-scepd-socket.conf"
		include "$dir/20-scepd.conf"
		\$HTTP["url"] =~ "^/(scep/[^/]+/challenge|metrics|health|ready)$" {
			fastcgi.server = ( "" => ( var.scepd_backend ) )
		}
		CONF
		[ -z "$other" ] || echo "\$HTTP[\"host\"] == \"$other\" { server.document-root = \"$dir/tmp\" }"
	} >"$dir/lighttpd.conf"
}

# web_start nginx|lighttpd DIR: starts it as a daemon; fails, with the reason in DIR/start.log or DIR/error.log, when it
# cannot listen.
web_start() (
	PATH=$PATH:/usr/sbin
	case $1 in
	nginx) nginx -p "$2/" -c "$2/nginx.conf" -e "$2/error.log" ;;
	lighttpd) lighttpd -f "$2/lighttpd.conf" ;;
	esac </dev/null >"$2/start.log" 2>&1
)

# Whether something accepts connections on that TCP port of the loopback.
port_busy() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
