# SPDX-License-Identifier: LGPL-3.0-or-later
#
# guestkit's build.  `make` builds, `make try` shows it at work on a guest
# image, `make check` runs all tests; the README explains them.
#
# How it is laid out:
# - every folder of src/ is a room; DEPS_<room> names the rooms it may include.
#   A room is compiled with an include folder that has links to just these, so
#   that an include that goes upward does not compile.
# - tests/unit/test-*.c are one program each, linked with all rooms.
# - api/gen/ writes the C that follows from the API tables to $(B)/gen.
# Variables: B (build folder), CC, SAN=1 (ASan and UBSan), V=1 (show commands).

B       ?= build
CC      ?= gcc
PYTHON  ?= /usr/bin/python3
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
LIBEXECDIR ?= $(PREFIX)/libexec
VERSION := 0.1.0

PKGS    := fuse3 blkid fdisk mount nettle libnl-genl-3.0 json-c libedit msgpack hivex libseccomp libpcre2-8 sqlite3 libacl libcap
# Whose headers are used, and which are loaded by who needs them (src/exec/library.h).
LOADED  := libnbd libarchive libcryptsetup augeas libvirt libxml-2.0
WARN    := -Wall -Wextra -Werror -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
           -Wwrite-strings -Wformat=2 -Wno-unused-parameter
OPT     ?= -O2 -g
CFLAGS_ALL := -std=gnu17 $(OPT) $(WARN) -fPIC -fvisibility=hidden -D_GNU_SOURCE \
           -D_FILE_OFFSET_BITS=64 -DGK_VERSION='"$(VERSION)"' -DGK_WORKER_PATH='"$(LIBEXECDIR)/guestkit/guestkitd"' -MMD -MP \
           $(shell pkg-config --cflags $(PKGS) $(LOADED) 2>/dev/null) $(CFLAGS)
# A client of the library loads only what the library itself uses.
LIBS    := -Wl,--as-needed $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread
ifdef SAN
CFLAGS_ALL += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
endif
ifndef V
Q := @
endif

# Who may include whom (transitively closed by hand: what is not named here
# cannot be included).  ARCHITECTURE.md has the picture.
DEPS_base     :=
DEPS_exec     := base op
DEPS_op       := base
DEPS_api      := base op
DEPS_rpc      := base op
DEPS_sandbox  := base exec op
DEPS_uml      := base exec op
DEPS_image    := base exec op
DEPS_nbd      := base exec op
DEPS_part     := base exec op fs
DEPS_fs       := base exec op
DEPS_mount    := base exec op nbd part fs
DEPS_fileops  := base exec op
DEPS_archive  := base exec op
DEPS_ldm      := base exec op part fs mount
DEPS_luks     := base exec op fs mount
DEPS_btrfs    := base exec op fs mount
DEPS_lvm      := base exec op api part fs mount
DEPS_md       := base exec op api part fs mount
DEPS_command  := base exec op
DEPS_augeas   := base exec op
DEPS_hivex    := base exec op
DEPS_selinux  := base exec op
DEPS_journal  := base exec op
DEPS_forensics := base exec op
DEPS_debug    := base exec op
DEPS_localfs  := base api
DEPS_inspect  := base exec op api part fs mount md
DEPS_worker   := base exec op api rpc sandbox uml image nbd part fs mount fileops archive btrfs ldm lvm luks md command augeas hivex selinux journal forensics debug localfs inspect
DEPS_domain   := base exec op
DEPS_launch   := base exec op api rpc
DEPS_client   := base exec op api rpc launch image domain
ROOMS := base exec op api rpc sandbox uml image nbd part fs mount fileops archive btrfs ldm lvm luks md command augeas hivex selinux journal forensics debug localfs inspect worker domain launch client

# Rooms that the library is made of; the worker has all others.
LIB_ROOMS    := base exec op api rpc image domain launch client
WORKER_ROOMS := base exec op api rpc sandbox uml image nbd part fs mount fileops archive btrfs ldm lvm luks md command augeas hivex selinux journal forensics debug localfs inspect worker

.SUFFIXES:
.SECONDARY:
.PHONY: all
all: rooms

# --- generated C -----------------------------------------------------------
GEN_PY   := $(wildcard api/*.py api/*.txt api/calls/*.py api/gen/*.py api/gen/*.in)
GEN      := $(B)/gen
GEN_STAMP := $(GEN)/.stamp
$(GEN_STAMP): $(GEN_PY)
	@mkdir -p $(GEN)
	$(Q)$(PYTHON) -B api/generate.py $(GEN)
	@touch $@
.PHONY: gen
gen: $(GEN_STAMP)

# --- rooms -------------------------------------------------------------------
define room_rules
SRC_$(1) := $$(wildcard src/$(1)/*.c)
GENSRC_$(1) := $$(addprefix $(GEN)/,$$(GEN_SRC_$(1)))
OBJ_$(1) := $$(patsubst src/%.c,$(B)/obj/%.o,$$(SRC_$(1))) \
            $$(patsubst $(GEN)/%.c,$(B)/obj/$(1)/gen-%.o,$$(GENSRC_$(1)))
$(B)/inc/$(1)/.stamp: Makefile
	@mkdir -p $$(@D) && find $$(@D) -type l -delete
	@for d in $(1) $$(DEPS_$(1)); do ln -sfn $$(abspath src)/$$$$d $$(@D)/$$$$d; done; touch $$@
$(B)/obj/$(1)/%.o: src/$(1)/%.c $(B)/inc/$(1)/.stamp | $(GEN_STAMP)
	@mkdir -p $$(@D); echo "  CC $$<"
	$(Q)$(CC) $(CFLAGS_ALL) -I$(B)/inc/$(1) -I$(GEN) -Iinclude -c $$< -o $$@
$(B)/obj/$(1)/gen-%.o: $(GEN)/%.c $(B)/inc/$(1)/.stamp | $(GEN_STAMP)
	@mkdir -p $$(@D); echo "  CC $$<"
	$(Q)$(CC) $(CFLAGS_ALL) -I$(B)/inc/$(1) -I$(GEN) -Iinclude -c $$< -o $$@
$(B)/lib/gk_$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D); rm -f $$@
	$(Q)ar rcs $$@ $$(OBJ_$(1))
-include $$(OBJ_$(1):.o=.d)
endef
# What the generator writes for a room.
GEN_SRC_api    := gk-structs.c gk-calls.c
GEN_SRC_client := gk-wrappers.c
GEN_SRC_worker := gk-dispatch.c
# What is generated exists once the stamp does.  The generator leaves alone what
# does not change, so the stamp itself is an order-only prerequisite of objects:
# a change of the tables' words compiles nothing anew.
$(GEN)/%.c: $(GEN_STAMP) ;
$(GEN)/%.h: $(GEN_STAMP) ;
$(GEN)/%.map: $(GEN_STAMP) ;
$(foreach r,$(ROOMS),$(eval $(call room_rules,$(r))))
# `make room-fileops` compiles one room.
room-%: $(B)/lib/gk_%.a ;
.PHONY: rooms
rooms: $(ROOMS:%=$(B)/lib/gk_%.a)

# --- unit tests ----------------------------------------------------------------
# A test names the rooms it needs in a comment: `/* rooms: fileops base op */`.
UNIT := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test-*.c))
$(B)/inc/.all: Makefile
	@mkdir -p $(@D)/tests && for d in $(ROOMS); do ln -sfn $(abspath src)/$$d $(@D)/tests/$$d; done
	@ln -sfn $(abspath cli) $(@D)/tests/cli; touch $@
rooms_of = $(shell sed -n 's,^/\* rooms: \(.*\) \*/,\1,p' tests/unit/$(1).c)
define unit_rules
$(B)/tests/$(1): tests/unit/$(1).c $(B)/inc/.all $$(patsubst %,$(B)/lib/gk_%.a,$$(call rooms_of,$(1))) | $(GEN_STAMP)
	@mkdir -p $$(@D); echo "  LINK $$@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -I$(B)/inc/tests -I$(GEN) -Iinclude $$< -Wl,--start-group \
	  $$(patsubst %,$(B)/lib/gk_%.a,$$(call rooms_of,$(1))) -Wl,--end-group $(LIBS) -lcmocka -o $$@
endef
$(foreach t,$(UNIT),$(eval $(call unit_rules,$(t))))
-include $(wildcard $(B)/tests/*.d)
# `make unit-base-error` builds and runs tests/unit/test-base-error.c.
unit-%: $(B)/tests/test-% ; $<
.PHONY: unit
unit: $(UNIT:%=$(B)/tests/%)
	@for t in $(UNIT); do echo "# $$t"; $(B)/tests/$$t || exit 1; done

.PHONY: clean
clean:
	rm -rf $(B)

# --- what is installed ------------------------------------------------------------
archives = $(patsubst %,$(B)/lib/gk_%.a,$(1))
link = -Wl,--start-group $(call archives,$(1)) -Wl,--end-group

$(B)/guestkitd: $(call archives,$(WORKER_ROOMS))
	@echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) $(call link,$(WORKER_ROOMS)) $(LIBS) -o $@

# Small things for the kernel of the uml launcher, not programs of this system.
UML_BOOT := $(wildcard src/uml/helpers/boot-*.c)
$(B)/uml-boot.so: $(UML_BOOT)
	@mkdir -p $(@D); echo "  LINK $@"
	$(Q)$(CC) $(filter-out -fsanitize%,$(CFLAGS_ALL)) -shared $(UML_BOOT) -o $@
$(B)/uml-modprobe: src/uml/helpers/modprobe.c $(call archives,uml base)
	@mkdir -p $(@D); echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -I$(B)/inc/uml -Isrc $< $(call link,uml base) -o $@

# Whole archives, because nobody inside refers to the public functions.
$(B)/libguestkit.so.0: $(call archives,$(LIB_ROOMS)) $(GEN)/gk-symbols.map
	@echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -shared -Wl,-soname,libguestkit.so.0 \
	  -Wl,--version-script=$(GEN)/gk-symbols.map -Wl,-z,defs \
	  -Wl,--whole-archive $(call archives,$(LIB_ROOMS)) -Wl,--no-whole-archive $(LIBS) -ldl -o $@
$(B)/libguestkit.so: $(B)/libguestkit.so.0
	@ln -sfn libguestkit.so.0 $@
$(B)/compat/libguestfs.so.0: $(B)/libguestkit.so.0
	@mkdir -p $(@D) && ln -sfn ../libguestkit.so.0 $@

# The CLI is one program with the library inside.  It sees what the library's
# own rooms see: the shell works on the descriptors of the calls.
CLI_SRC := $(wildcard cli/*.c)
CLI_OBJ := $(CLI_SRC:cli/%.c=$(B)/obj/cli/%.o)
$(B)/obj/cli/%.o: cli/%.c $(B)/inc/cli/.stamp | $(GEN_STAMP)
	@mkdir -p $(@D); echo "  CC $<"
	$(Q)$(CC) $(CFLAGS_ALL) -I$(B)/inc/cli -I$(GEN) -Iinclude -c $< -o $@
$(B)/inc/cli/.stamp: Makefile
	@mkdir -p $(@D) && for d in $(LIB_ROOMS); do ln -sfn $(abspath src)/$$d $(@D)/$$d; done
	@ln -sfn $(abspath cli) $(@D)/cli; touch $@
$(B)/guestkit: $(CLI_OBJ) $(call archives,$(LIB_ROOMS))
	@echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) $(CLI_OBJ) $(call link,$(LIB_ROOMS)) $(LIBS) -ldl -o $@
-include $(CLI_OBJ:.o=.d)

all: $(B)/guestkitd $(B)/uml-boot.so $(B)/uml-modprobe $(B)/libguestkit.so $(B)/compat/libguestfs.so.0 $(if $(CLI_SRC),$(B)/guestkit)

-include mk/*.mk
