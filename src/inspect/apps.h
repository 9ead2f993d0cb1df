/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* In the jail: the applications of a system, one JSON object each, whose keys
 * are the fields of guestfs_application2 without "app2_". */
#ifndef GK_INSPECT_APPS_H
#define GK_INSPECT_APPS_H

struct json_object;
struct gk_error;

/* Add to apps, an array.  No database is no error: then there are none. */
int gk_apps_deb (struct json_object *apps, struct gk_error *err);
int gk_apps_rpm (struct json_object *apps, struct gk_error *err);
int gk_apps_pacman (struct json_object *apps, struct gk_error *err);
int gk_apps_apk (struct json_object *apps, struct gk_error *err);
int gk_apps_portage (struct json_object *apps, struct gk_error *err);
/* software: path of the hive. */
int gk_apps_windows (struct json_object *apps, const char *software, struct gk_error *err);

/* "1:2.3-4" into epoch, version and release; no "-": no release. */
void gk_apps_add_version (struct json_object *app, const char *version);

#endif
