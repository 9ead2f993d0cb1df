# SPDX-License-Identifier: LGPL-3.0-or-later
# The table of tools in which `guestkit doctor` looks: the programs and libraries in
# brackets in scripts/packages.txt, their package and what they are for.
$(GEN)/gk-tools.h: scripts/packages.txt mk/doctor.mk
	@mkdir -p $(@D)
	$(Q)awk '/^[^#]/ && match ($$0, /\[[^]]*\] /) { \
	    n = split (substr ($$0, RSTART + 1, RLENGTH - 3), programs, " "); why = substr ($$0, RSTART + RLENGTH); \
	    for (i = 1; i <= n; i++) printf "{ \"%s\", \"%s\", \"%s\" },\n", programs[i], $$1, why }' \
	  $< >$@
$(B)/obj/worker/doctor-tools.o: $(GEN)/gk-tools.h
