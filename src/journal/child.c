/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the service: libsystemd reads the journal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strv.h"
#include "exec/jail.h"
#include "exec/library.h"
#include "journal/journal-priv.h"

#define TIMEOUT_MS (5 * 60 * 1000)
/* One entry: fields may be 768 MiB each, by systemd's own limits. */
#define ENTRY_MAX ((size_t)1 << 30)

#define FUNCTIONS(X)                                                                               \
  X (sd_journal_open_directory)                                                                    \
  X (sd_journal_close)                                                                             \
  X (sd_journal_next)                                                                              \
  X (sd_journal_next_skip)                                                                         \
  X (sd_journal_previous_skip)                                                                     \
  X (sd_journal_restart_data)                                                                      \
  X (sd_journal_enumerate_data)                                                                    \
  X (sd_journal_get_data_threshold)                                                                \
  X (sd_journal_set_data_threshold)                                                                \
  X (sd_journal_get_realtime_usec)

struct gk_journal_state {
  sd_journal *journal;
  FUNCTIONS (GK_LIBRARY_MEMBER)
};

struct gk_journal_state *
gk_journal_state_new (void)
{
  return calloc (1, sizeof (struct gk_journal_state));
}

/* r is -errno. */
static int
failed (const char *function, int r, struct gk_error *err)
{
  return gk_error_sys (err, -r, "%s", function);
}

static int
put (struct gk_buf *reply, int64_t value, struct gk_error *err)
{
  return gk_words_addi (reply, value) == -1 ? gk_error_oom (err) : 0;
}

/* --- the requests ---------------------------------------------------------------- */

static int
open_directory (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
                struct gk_error *err)
{
  const char *directory = gk_words_text (request);
  int r = s->sd_journal_open_directory (&s->journal, directory, 0);

  if (r < 0)
    return gk_error_sys (err, -r, "sd_journal_open_directory: %s", directory);
  return 0;
}

static int
next (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
      struct gk_error *err)
{
  int r = s->sd_journal_next (s->journal);

  return r < 0 ? failed ("sd_journal_next", r, err) : put (reply, r, err);
}

static int
skip (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
      struct gk_error *err)
{
  int64_t n = gk_words_number (request), passed = 0;

  /* It takes them in pieces, whose number is an int. */
  while (n != 0) {
    uint64_t left = n > 0 ? (uint64_t)n : -(uint64_t)n;
    uint64_t now = left > INT32_MAX ? INT32_MAX : left;
    int r = n > 0 ? s->sd_journal_next_skip (s->journal, now)
                  : s->sd_journal_previous_skip (s->journal, now);

    if (r < 0)
      return failed (n > 0 ? "sd_journal_next_skip" : "sd_journal_previous_skip", r, err);
    passed += r;
    if ((uint64_t)r < now)
      break;
    n += n > 0 ? -(int64_t)now : (int64_t)now;
  }
  return put (reply, passed, err);
}

static int
get (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
     struct gk_error *err)
{
  const void *data;
  size_t size;
  int r;

  s->sd_journal_restart_data (s->journal);
  while ((r = s->sd_journal_enumerate_data (s->journal, &data, &size)) > 0) {
    const char *equals = memchr (data, '=', size);

    if (equals == NULL)
      return gk_error_set (err, EBADMSG, "a field of the entry has no name");
    size_t name = (size_t)(equals - (const char *)data);
    if (reply->size + size > ENTRY_MAX)
      return gk_error_set (err, EFBIG, "the entry is larger than %zu MiB", ENTRY_MAX >> 20);
    if (gk_words_add (reply, data, name) == -1 ||
        gk_words_add (reply, equals + 1, size - name - 1) == -1)
      return gk_error_oom (err);
  }
  return r < 0 ? failed ("sd_journal_enumerate_data", r, err) : 0;
}

static int
get_data_threshold (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
                    struct gk_error *err)
{
  size_t threshold;
  int r = s->sd_journal_get_data_threshold (s->journal, &threshold);

  return r < 0 ? failed ("sd_journal_get_data_threshold", r, err)
               : put (reply, (int64_t)threshold, err);
}

static int
set_data_threshold (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
                    struct gk_error *err)
{
  int r = s->sd_journal_set_data_threshold (s->journal, (size_t)gk_words_number (request));

  return r < 0 ? failed ("sd_journal_set_data_threshold", r, err) : 0;
}

static int
get_realtime_usec (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
                   struct gk_error *err)
{
  uint64_t usec;
  int r = s->sd_journal_get_realtime_usec (s->journal, &usec);

  return r < 0 ? failed ("sd_journal_get_realtime_usec", r, err) : put (reply, (int64_t)usec, err);
}

/* --- the service ------------------------------------------------------------------ */

static const struct {
  const char *name;
  int (*fn) (struct gk_journal_state *s, struct gk_words *request, struct gk_buf *reply,
             struct gk_error *err);
} requests[] = {
  { "open", open_directory },
  { "next", next },
  { "skip", skip },
  { "get", get },
  { "get_data_threshold", get_data_threshold },
  { "set_data_threshold", set_data_threshold },
  { "get_realtime_usec", get_realtime_usec },
};

static int
serve (void *opaque, struct gk_words *request, struct gk_buf *reply, struct gk_error *err)
{
  const char *name = gk_words_text (request);

  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
    if (gk_streq (requests[i].name, name))
      return requests[i].fn (opaque, request, reply, err);
  return gk_error_set (err, EPROTO, "journal_%s: there is no such request", name);
}

static int
prepare (void *opaque, struct gk_error *err)
{
  struct gk_journal_state *s = opaque;
#define SYMBOL(fn) { #fn, &s->fn },
  const struct gk_symbol symbols[] = { FUNCTIONS (SYMBOL) };

  return gk_library_load ("libsystemd.so.0", "libsystemd0", symbols,
                          sizeof symbols / sizeof *symbols, err);
}

const struct gk_service_kind gk_journal_service = {
  .name = "journal",
  .caps = GK_CAP (DAC_READ_SEARCH),
  .timeout_ms = TIMEOUT_MS,
  .prepare = prepare,
  .serve = serve,
};
