# SPDX-License-Identifier: LGPL-3.0-or-later
# `make install [DESTDIR=] [PREFIX=/usr/local]`
#
# The headers have a folder of their own and libguestfs.so.0 one below lib, so
# that guestkit and libguestfs live side by side: only who asks (pkg-config,
# `guestkit exec`) gets guestkit's.
BINDIR     ?= $(PREFIX)/bin
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
COMPAT     := $(LIBDIR)/guestkit/compat

# What pkg-config says: of a build folder, whose own header folder it names,
# and of an installed tree.
$(B)/include/guestfs.h: $(GEN_STAMP)
	@mkdir -p $(@D) && cp $(GEN)/guestfs.h $@
$(B)/include/guestkit.h: include/guestkit.h
	@mkdir -p $(@D) && cp $< $@
define pc_file
@mkdir -p $(@D)
@printf '%s\n' 'prefix=$(1)' 'libdir=$(2)' 'includedir=$(3)' '' 'Name: guestkit' \
  'Description: opens the disk images of virtual machines without booting one' \
  'Version: $(VERSION)' 'Libs: -L$${libdir} -lguestkit' 'Cflags: -I$${includedir}' >$@
endef
$(B)/pkgconfig/guestkit-uninstalled.pc: Makefile mk/install.mk $(B)/include/guestfs.h $(B)/include/guestkit.h
	$(call pc_file,$(abspath $(B)),$(abspath $(B)),$(abspath $(B))/include)
# Made anew each time: it says where, and that may have changed.
.PHONY: install-pc
install-pc: $(B)/pkgconfig/installed/guestkit.pc
.PHONY: $(B)/pkgconfig/installed/guestkit.pc
$(B)/pkgconfig/installed/guestkit.pc:
	$(call pc_file,$(PREFIX),$(LIBDIR),$(INCLUDEDIR)/guestkit)

all: $(B)/pkgconfig/guestkit-uninstalled.pc

.PHONY: install uninstall
install: all man install-pc
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(COMPAT) $(LIBEXECDIR)/guestkit \
	  $(INCLUDEDIR)/guestkit $(MANDIR)/man1 $(MANDIR)/man3 $(MANDIR)/man5 $(COMPLETIONS))
	install -m 755 $(B)/guestkit $(DESTDIR)$(BINDIR)/guestkit
	install -m 755 $(B)/guestkitd $(DESTDIR)$(LIBEXECDIR)/guestkit/guestkitd
	install -m 755 $(B)/uml-modprobe $(DESTDIR)$(LIBEXECDIR)/guestkit/uml-modprobe
	install -m 644 $(B)/uml-boot.so $(DESTDIR)$(LIBEXECDIR)/guestkit/uml-boot.so
	install -m 755 $(B)/libguestkit.so.0 $(DESTDIR)$(LIBDIR)/libguestkit.so.0
	ln -sfn libguestkit.so.0 $(DESTDIR)$(LIBDIR)/libguestkit.so
	ln -sfn ../../libguestkit.so.0 $(DESTDIR)$(COMPAT)/libguestfs.so.0
	install -m 644 $(B)/include/guestfs.h $(B)/include/guestkit.h $(DESTDIR)$(INCLUDEDIR)/guestkit
	install -m 644 $(B)/pkgconfig/installed/guestkit.pc $(DESTDIR)$(LIBDIR)/pkgconfig/guestkit.pc
	install -m 644 completion/guestkit $(DESTDIR)$(COMPLETIONS)/guestkit
	install -m 644 $(addprefix $(B)/man/,$(filter %.1,$(MAN_PAGES))) $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(addprefix $(B)/man/,$(filter %.3,$(MAN_PAGES))) $(DESTDIR)$(MANDIR)/man3
	install -m 644 $(addprefix $(B)/man/,$(filter %.5,$(MAN_PAGES))) $(DESTDIR)$(MANDIR)/man5

uninstall:
	rm -f $(addprefix $(DESTDIR),$(BINDIR)/guestkit $(LIBDIR)/libguestkit.so $(LIBDIR)/libguestkit.so.0 \
	  $(LIBDIR)/pkgconfig/guestkit.pc $(COMPLETIONS)/guestkit) \
	  $(addprefix $(DESTDIR)$(MANDIR)/,$(addprefix man1/,$(filter %.1,$(MAN_PAGES))) \
	  $(addprefix man3/,$(filter %.3,$(MAN_PAGES))) $(addprefix man5/,$(filter %.5,$(MAN_PAGES))))
	rm -rf $(addprefix $(DESTDIR),$(COMPAT) $(LIBDIR)/guestkit $(LIBEXECDIR)/guestkit $(INCLUDEDIR)/guestkit)
