# SPDX-License-Identifier: LGPL-3.0-or-later
# `make check` installs what the tests need and runs them all; LANES="unit e2e"
# runs some (scripts/check -l lists them).  `make e2e` and `make unit-build` are
# for work on one of them.
# `make reliability` counts what `make check` counts a little of: hundreds of
# kills, thousands of sessions.  It takes hours.
.PHONY: deps check e2e unit-build reliability
deps:
	$(Q)scripts/install-deps build run guest test python
check: deps
	$(Q)MAKE=$(MAKE) scripts/check $(LANES)
unit-build: $(UNIT:%=$(B)/tests/%)
e2e: all python
	$(Q)GUESTKIT_BUILD=$(abspath $(B)) tests/e2e/run $(TESTS)
reliability: all
	$(Q)GUESTKIT_BUILD=$(abspath $(B)) tests/reliability/run $(COUNTS)
# The look that `make check` asks for.
.PHONY: format
format:
	$(Q)find src cli include examples python tests bench -name '*.[ch]' -exec clang-format -i {} +
