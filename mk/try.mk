# SPDX-License-Identifier: LGPL-3.0-or-later
# `make try` shows guestkit at work on a Debian guest that it makes;
# `make try IMAGE=disk.qcow2` looks into an image of yours, read-only.
.PHONY: try
try: try-deps
	$(Q)$(MAKE) -s all
	$(Q)GUESTKIT=$(abspath $(B))/guestkit scripts/try $(if $(IMAGE),'$(IMAGE)')
.PHONY: try-deps
try-deps:
	$(Q)scripts/install-deps build run $(if $(IMAGE),,guest)
