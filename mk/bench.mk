# SPDX-License-Identifier: LGPL-3.0-or-later
#
# Benchmarks: bench/NAME-bench.c measures rooms by themselves and names them as
# a unit test does; bench/run measures the whole beside the same by hand.
#   make bench-rpc      one of the first kind
#   make bench          the table of bench/run (see its head for what it needs)

ROOM_BENCHES := $(patsubst bench/%-bench.c,%,$(wildcard bench/*-bench.c))
bench_rooms = $(shell sed -n 's,^/\* rooms: \(.*\) \*/,\1,p' bench/$(1)-bench.c)
define room_bench_rules
$(B)/bench/$(1)-bench: bench/$(1)-bench.c $(B)/inc/.all $(GEN_STAMP) \
    $$(patsubst %,$(B)/lib/gk_%.a,$$(call bench_rooms,$(1)))
	@mkdir -p $$(@D); echo "  LINK $$@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -I$(B)/inc/tests -I$(GEN) -Iinclude $$< -Wl,--start-group \
	  $$(patsubst %,$(B)/lib/gk_%.a,$$(call bench_rooms,$(1))) -Wl,--end-group $(LIBS) -o $$@
.PHONY: bench-$(1)
bench-$(1): $(B)/bench/$(1)-bench
	$$<
endef
$(foreach b,$(ROOM_BENCHES),$(eval $(call room_bench_rules,$(b))))

# The same source against both libraries: theirs only where it is installed.
BENCHES := $(B)/bench/bench-guestkit
ifneq ($(wildcard /usr/lib/*/libguestfs.so),)
BENCHES += $(B)/bench/bench-guestfs
endif
$(B)/bench/bench-guestkit: bench/bench.c $(B)/libguestkit.so
	@mkdir -p $(@D); echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -I$(GEN) $< -L$(B) -lguestkit -lpthread -Wl,-rpath,'$$ORIGIN/..' -o $@
$(B)/bench/bench-guestfs: bench/bench.c $(GEN_STAMP)
	@mkdir -p $(@D); echo "  LINK $@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -I$(GEN) $< -lguestfs -lpthread -o $@
.PHONY: bench
bench: all $(BENCHES)
	$(Q)GUESTKIT_BUILD=$(abspath $(B)) bench/run $(BENCH)
