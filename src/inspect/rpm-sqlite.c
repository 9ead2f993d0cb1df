/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: rpm's database in SQLite, through its library, which was made to
 * stand hostile files.
 *
 * rpm keeps a write-ahead log beside the database, and a guest that was not
 * shut down has packages only in that.  It is read too, though nothing can be
 * written here: without locks (nobody else is there) and in exclusive mode
 * the log's index is in memory instead of a file.  A database that says it has
 * a log and has none is opened only as one that nobody changes. */
#include <sqlite3.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/str.h"
#include "inspect/read.h"
#include "inspect/rpm-db.h"

static void
close_db (sqlite3 **db)
{
  sqlite3_close (*db);
}

static void
finalize (sqlite3_stmt **stmt)
{
  sqlite3_finalize (*stmt);
}

static int
failed (sqlite3 *db, struct gk_error *err)
{
  return gk_error_set (err, 0, "%s", sqlite3_errmsg (db));
}

/* A schema can name what is run when it is read: views, functions. */
static int
distrust (sqlite3 *db, struct gk_error *err)
{
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_limit (db, SQLITE_LIMIT_LENGTH, GK_RPM_BLOB_MAX);
  sqlite3_limit (db, SQLITE_LIMIT_ATTACHED, 0);
  if (sqlite3_exec (db, "PRAGMA cell_size_check=ON; PRAGMA locking_mode=EXCLUSIVE", NULL, NULL,
                    NULL) != SQLITE_OK)
    return failed (db, err);
  return 0;
}

static int
read_rows (sqlite3 *db, gk_rpm_blob_fn *fn, void *opaque, struct gk_error *err)
{
  __attribute__ ((cleanup (finalize))) sqlite3_stmt *stmt = NULL;
  int r;

  if (sqlite3_prepare_v2 (db, "SELECT blob FROM Packages", -1, &stmt, NULL) != SQLITE_OK)
    return failed (db, err);
  while ((r = sqlite3_step (stmt)) == SQLITE_ROW) {
    const void *blob = sqlite3_column_blob (stmt, 0);
    size_t size = (size_t)sqlite3_column_bytes (stmt, 0);
    if (fn (opaque, blob ? blob : "", blob ? size : 0, err) == -1)
      return -1;
  }
  return r == SQLITE_DONE ? 0 : failed (db, err);
}

int
gk_rpm_sqlite (const char *path, gk_rpm_blob_fn *fn, void *opaque, struct gk_error *err)
{
  __attribute__ ((cleanup (close_db))) sqlite3 *db = NULL;
  _cleanup_free_ char *log = gk_asprintf ("%s-wal", path);
  /* The path is one of ours, nothing in it needs to be escaped. */
  _cleanup_free_ char *uri =
      log ? gk_asprintf ("file:%s%s", path, gk_look_is_file (log) ? "" : "?immutable=1") : NULL;

  if (uri == NULL)
    return gk_error_oom (err);
  if (sqlite3_open_v2 (uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                       "unix-none") != SQLITE_OK)
    return db ? failed (db, err) : gk_error_oom (err);
  return distrust (db, err) == -1 ? -1 : read_rows (db, fn, opaque, err);
}
