# SPDX-License-Identifier: LGPL-3.0-or-later
#
# Fuzz targets: tests/fuzz/fuzz-NAME.c has LLVMFuzzerTestOneInput and names its
# rooms as a unit test does; tests/fuzz/corpus/NAME/ are its inputs.
#   make fuzz-replay            the corpora through all targets, as a test
#   make fuzz-NAME [FUZZ=60]    search for so many seconds (needs clang)

FUZZ ?= 60
FUZZERS := $(patsubst tests/fuzz/fuzz-%.c,%,$(wildcard tests/fuzz/fuzz-*.c))
fuzz_rooms = $(shell sed -n 's,^/\* rooms: \(.*\) \*/,\1,p' tests/fuzz/fuzz-$(1).c)

define fuzz_rules
$(B)/fuzz/replay-$(1): tests/fuzz/fuzz-$(1).c tests/fuzz/replay.c $(B)/inc/.all $(GEN_STAMP) \
    $$(patsubst %,$(B)/lib/gk_%.a,$$(call fuzz_rooms,$(1)))
	@mkdir -p $$(@D); echo "  LINK $$@"
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -MF $$@.d -I$(B)/inc/tests -I$(GEN) -Iinclude $$(filter %.c,$$^) \
	  -Wl,--start-group $$(patsubst %,$(B)/lib/gk_%.a,$$(call fuzz_rooms,$(1))) -Wl,--end-group $(LIBS) -o $$@
# The rooms anew, so that the fuzzer sees which of their branches are taken.
$(B)/fuzz/fuzz-$(1): tests/fuzz/fuzz-$(1).c $(B)/inc/.all $(GEN_STAMP) \
    $$(foreach r,$$(call fuzz_rooms,$(1)),$$(SRC_$$(r)) $$(GENSRC_$$(r)))
	@mkdir -p $$(@D); echo "  FUZZ $$@"
	$(Q)clang $(CFLAGS_ALL) -MF $$@.d -fsanitize=fuzzer,address,undefined -I$(B)/inc/tests -I$(GEN) -Iinclude \
	  $$(filter %.c,$$^) $(LIBS) -o $$@
.PHONY: fuzz-$(1)
fuzz-$(1): $(B)/fuzz/fuzz-$(1)
	@mkdir -p $(B)/fuzz/corpus/$(1)
	$$< -max_total_time=$(FUZZ) -print_final_stats=1 $(B)/fuzz/corpus/$(1) tests/fuzz/corpus/$(1)
endef
$(foreach f,$(FUZZERS),$(eval $(call fuzz_rules,$(f))))

.PHONY: fuzz-replay
fuzz-replay: $(FUZZERS:%=$(B)/fuzz/replay-%)
	@for f in $(FUZZERS); do echo "# $$f"; $(B)/fuzz/replay-$$f tests/fuzz/corpus/$$f/* || exit 1; done
