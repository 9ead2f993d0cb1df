# SPDX-License-Identifier: LGPL-3.0-or-later
# The API tables' own tests, and how much of the API is there.
#   make api-check [EXAMPLES="mount part_add-2"]
#   make coverage
.PHONY: api-check coverage
api-check: $(B)/guestkit $(B)/guestkitd $(GEN_STAMP)
	$(Q)GUESTKIT_BUILD=$(abspath $(B)) $(PYTHON) -B tests/api/run-examples $(EXAMPLES)
coverage: $(GEN_STAMP)
	@cat $(GEN)/coverage.txt
