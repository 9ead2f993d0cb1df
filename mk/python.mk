# SPDX-License-Identifier: LGPL-3.0-or-later
# The Python packages guestkit and guestfs (docs/python.md).
#   make python            build/python, which PYTHONPATH may name
#   make python-dist       a wheel and an sdist in build/python-dist
#   make install-python    guestkit where PYTHON looks, guestfs where it does not
.PHONY: python python-dist install-python uninstall-python
PYTHON_SUFFIX = $(shell $(PYTHON) -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
PYTHON_CFLAGS = $(shell $(PYTHON) -c 'import sysconfig; print("-I" + sysconfig.get_path("include"))')
PYTHON_SRC  := $(wildcard python/native/*.c)
PYTHON_OBJ  := $(PYTHON_SRC:python/native/%.c=$(B)/obj/python/%.o) $(B)/obj/python/gk-python-calls.o
PYTHON_PURE := $(wildcard python/guestkit/* python/guestfs/*)
python_compile = $(Q)$(CC) $(filter-out -fsanitize%,$(CFLAGS_ALL)) $(PYTHON_CFLAGS) -Wno-cast-function-type -Ipython/native \
  -I$(GEN)/python/native -I$(GEN) -Iinclude -c $< -o $@

$(B)/obj/python/%.o: python/native/%.c | $(GEN_STAMP)
	@mkdir -p $(@D); echo "  CC $<"
	$(python_compile)
$(B)/obj/python/gk-python-calls.o: $(GEN)/python/native/gk-python-calls.c | $(GEN_STAMP)
	@mkdir -p $(@D); echo "  CC $<"
	$(python_compile)
-include $(PYTHON_OBJ:.o=.d)

# The module finds the library from the build folder; an installed one has no
# such path.
$(B)/obj/python/_native.so: $(PYTHON_OBJ) $(B)/libguestkit.so
	@echo "  LINK $@"
	$(Q)$(CC) $(filter-out -fsanitize%,$(CFLAGS_ALL)) -shared $(PYTHON_OBJ) -L$(B) -lguestkit -Wl,-rpath,'$$ORIGIN/../..' -o $@
$(B)/python/.stamp: $(B)/obj/python/_native.so $(PYTHON_PURE) $(GEN_STAMP)
	@rm -rf $(B)/python && mkdir -p $(B)/python
	$(Q)cp -R python/guestkit python/guestfs $(GEN)/python/guestkit $(GEN)/python/guestfs $(B)/python
	$(Q)cp $< $(B)/python/guestkit/_native$(PYTHON_SUFFIX)
	@touch $@
python: all $(B)/python/.stamp

# The folder that setup.py works in: ours, and what follows from the tables.
.PHONY: $(B)/python-src
$(B)/python-src: all
	@rm -rf $@ && mkdir -p $@
	$(Q)cp -R python/. $(GEN)/python/. $@
	$(Q)cp docs/python.md $@/README.md && cp LICENSE COPYING $@
python-dist: $(B)/python-src
	@rm -rf $(B)/python-dist && mkdir -p $(B)/python-dist
	$(Q)cd $< && PKG_CONFIG_PATH=$${PKG_CONFIG_PATH:-$(abspath $(B))/pkgconfig} $(PYTHON) -B -c \
	  'import sys; from setuptools import build_meta as b; out = sys.argv[1]; b.build_sdist(out); b.build_wheel(out)' \
	  $(abspath $(B))/python-dist >build.log 2>&1 || { cat build.log; exit 1; }
	@ls $(B)/python-dist

# guestfs goes where only PYTHONPATH finds it, because libguestfs's own module of
# that name may be installed, and goes on to be what it was.
PYTHONDIR ?= $(shell $(PYTHON) -c 'import sys, sysconfig; p = sys.argv[1]; \
  print(f"{p}/lib/python{sys.version_info[0]}.{sys.version_info[1]}/dist-packages" if p != "/usr" else "/usr/lib/python3/dist-packages")' $(PREFIX))
install-python: python
	install -d $(DESTDIR)$(PYTHONDIR)/guestkit $(DESTDIR)$(LIBDIR)/guestkit/python/guestfs
	for f in $(B)/python/guestkit/*.py* $(B)/python/guestkit/py.typed; do install -m 644 $$f $(DESTDIR)$(PYTHONDIR)/guestkit || exit; done
	for f in $(B)/python/guestfs/*.py* $(B)/python/guestfs/py.typed; do install -m 644 $$f $(DESTDIR)$(LIBDIR)/guestkit/python/guestfs || exit; done
	$(CC) -shared $(PYTHON_OBJ) -L$(B) -lguestkit $(if $(filter /usr/lib /usr/local/lib,$(LIBDIR)),,-Wl$(comma)-rpath$(comma)$(LIBDIR)) \
	  -o $(DESTDIR)$(PYTHONDIR)/guestkit/_native$(PYTHON_SUFFIX)
uninstall-python:
	rm -rf $(DESTDIR)$(PYTHONDIR)/guestkit $(DESTDIR)$(LIBDIR)/guestkit/python
comma := ,
