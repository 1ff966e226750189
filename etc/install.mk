# What a system needs around the programs. A configuration that is there already is never touched.
EXTRA_DIST += \
	etc/profiles.d/README \
	etc/scepd.conf \
	etc/scepd.logrotate \
	etc/scepd.sysusers \
	etc/scepd.tmpfiles \
	etc/systemd/scepd-spawn-fcgi.service.in \
	etc/systemd/scepd.service.in \
	etc/systemd/scepd.socket

systemdsystemunit_DATA = scepd.service scepd-spawn-fcgi.service etc/systemd/scepd.socket
CLEANFILES += scepd.service scepd-spawn-fcgi.service

scepd.service: $(srcdir)/etc/systemd/scepd.service.in Makefile
	$(AM_V_GEN)$(SED) -e "s,[@]sbindir[@],$(sbindir),; s,[@]sysconfdir[@],$(sysconfdir)," $(srcdir)/etc/systemd/scepd.service.in >$@.tmp && \
		mv $@.tmp $@
scepd-spawn-fcgi.service: $(srcdir)/etc/systemd/scepd-spawn-fcgi.service.in Makefile
	$(AM_V_GEN)$(SED) -e "s,[@]sbindir[@],$(sbindir),; s,[@]sysconfdir[@],$(sysconfdir)," \
		$(srcdir)/etc/systemd/scepd-spawn-fcgi.service.in >$@.tmp && mv $@.tmp $@

etcscepddir = $(sysconfdir)/scepd
logrotatedir = $(sysconfdir)/logrotate.d
sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d

install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(etcscepddir)/profiles.d' '$(DESTDIR)$(logrotatedir)' '$(DESTDIR)$(sysusersdir)' '$(DESTDIR)$(tmpfilesdir)'
	test -e '$(DESTDIR)$(etcscepddir)/scepd.conf' || \
		$(INSTALL_DATA) $(srcdir)/etc/scepd.conf '$(DESTDIR)$(etcscepddir)/scepd.conf'
	$(INSTALL_DATA) $(srcdir)/etc/profiles.d/README '$(DESTDIR)$(etcscepddir)/profiles.d/README'
	test -e '$(DESTDIR)$(logrotatedir)/scepd' || \
		$(INSTALL_DATA) $(srcdir)/etc/scepd.logrotate '$(DESTDIR)$(logrotatedir)/scepd'
	$(INSTALL_DATA) $(srcdir)/etc/scepd.sysusers '$(DESTDIR)$(sysusersdir)/scepd.conf'
	$(INSTALL_DATA) $(srcdir)/etc/scepd.tmpfiles '$(DESTDIR)$(tmpfilesdir)/scepd.conf'

# Only what is as it was installed goes.
uninstall-local:
	! cmp -s $(srcdir)/etc/scepd.conf '$(DESTDIR)$(etcscepddir)/scepd.conf' || rm -f '$(DESTDIR)$(etcscepddir)/scepd.conf'
	! cmp -s $(srcdir)/etc/scepd.logrotate '$(DESTDIR)$(logrotatedir)/scepd' || rm -f '$(DESTDIR)$(logrotatedir)/scepd'
	rm -f '$(DESTDIR)$(etcscepddir)/profiles.d/README' '$(DESTDIR)$(sysusersdir)/scepd.conf' '$(DESTDIR)$(tmpfilesdir)/scepd.conf'
	-rmdir '$(DESTDIR)$(etcscepddir)/profiles.d' '$(DESTDIR)$(etcscepddir)' 2>/dev/null

# A trial installation goes nowhere near the system.
AM_DISTCHECK_CONFIGURE_FLAGS = --with-systemdsystemunitdir='$$dc_install_base/lib/systemd/system'
