# SPDX-License-Identifier: LGPL-3.0-or-later
# `make check` installs what the tests need and runs them all; LANES="unit e2e"
# runs some (scripts/check -l lists them).  `make e2e` and `make unit-build` are
# for work on one of them.
.PHONY: deps check e2e unit-build
deps:
	$(Q)scripts/install-deps build run guest test
check: deps
	$(Q)MAKE=$(MAKE) scripts/check $(LANES)
unit-build: $(UNIT:%=$(B)/tests/%)
e2e: all
	$(Q)GUESTKIT_BUILD=$(abspath $(B)) tests/e2e/run $(TESTS)
# The look that `make check` asks for.
.PHONY: format
format:
	$(Q)find src cli include examples tests bench -name '*.[ch]' -exec clang-format -i {} +
