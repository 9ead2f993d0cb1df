/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* A fuzz target as an ordinary test: every file named on the command line is
 * given to it once, whole and with each of its ends cut off. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
main (int argc, char *argv[])
{
  for (int i = 1; i < argc; i++) {
    static uint8_t buf[1 << 20];
    FILE *fp = fopen (argv[i], "rb");
    size_t n;

    if (fp == NULL) {
      perror (argv[i]);
      return 1;
    }
    n = fread (buf, 1, sizeof buf, fp);
    fclose (fp);
    for (size_t k = 0; k <= n; k += n < 256 ? 1 : n / 256) {
      /* A copy of the exact size, so that a checker sees what goes beyond. */
      uint8_t *p = malloc (k + 1);

      for (size_t j = 0; j < k; j++)
        p[j] = buf[j];
      LLVMFuzzerTestOneInput (p, k);
      free (p);
    }
  }
  printf ("%d files\n", argc - 1);
  return 0;
}
