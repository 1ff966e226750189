# Web server files: installed beside the documentation, to be copied from there.
nobase_dist_doc_DATA = \
	contrib/nginx/snippets/scepd-fastcgi.conf \
	contrib/nginx/snippets/scepd-device.conf \
	contrib/nginx/snippets/scepd-management.conf \
	contrib/nginx/sites-available/scepd \
	contrib/nginx/sites-available/scepd-management \
	contrib/lighttpd/conf-available/19-scepd-socket.conf \
	contrib/lighttpd/conf-available/19-scepd-spawn.conf \
	contrib/lighttpd/conf-available/20-scepd.conf \
	contrib/lighttpd/conf-available/21-scepd-https.conf \
	contrib/lighttpd/conf-available/22-scepd-management.conf
