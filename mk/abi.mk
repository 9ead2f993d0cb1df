# SPDX-License-Identifier: LGPL-3.0-or-later
# `make abi`: the library and its header stand in for libguestfs's.  77 is a
# skip: the header to compare with is not installed.
.PHONY: abi
abi: $(B)/libguestkit.so.0
	$(Q)$(PYTHON) -B tests/api/abi.py symbols $<
	$(Q)$(PYTHON) -B tests/api/abi.py header $(GEN)/guestfs.h $(CC) || test $$? = 77
