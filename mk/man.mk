# SPDX-License-Identifier: LGPL-3.0-or-later
# `make man` writes the manual pages to $(B)/man; `man -l build/man/guestkit.1`
# shows one.
MAN_PAGES := $(patsubst docs/man/%.in,%,$(wildcard docs/man/*.in))
$(B)/man/.stamp: docs/make-man examples/show-guest.c $(wildcard docs/man/*.in) $(B)/guestkit $(GEN_STAMP)
	$(Q)$(PYTHON) -B docs/make-man $(B) $(VERSION)
	@touch $@
.PHONY: man
man: $(B)/man/.stamp
