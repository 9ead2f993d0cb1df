# SPDX-License-Identifier: LGPL-3.0-or-later
"""Linux RAID and other device-mapper devices."""

from model import (
    call, example, group, Device, DeviceList, OInt, OInt64, OString, RErr,
    RHashtable, RStringList, RStructList, String)

group("device-mapper")

call("list_dm_devices",
     [], RStringList("devices"),
     since="1.11.15", impl="mount",
     brief="List the device-mapper devices",
     doc="""\
Returns the devices below /dev/mapper that are not logical volumes, such as
opened encrypted devices.""",
     examples=[
         example("part", "list_dm_devices", prints=""),
     ])

group("md")

# One of two places stays empty.
MADE = ("md_create one /dev/sda missingbitmap:2",)

call("list_md_devices",
     [], RStringList("devices"),
     since="1.15.4", impl="md",
     brief="List the Linux RAID devices",
     doc="""\
Returns the names of all running md devices of the session.""",
     examples=[
         example("part", "list_md_devices", prints=""),
         example("empty", *MADE, "list_md_devices", prints="/dev/md127", needs="md"),
     ])

call("md_create",
     [String("name"), DeviceList("devices")], RErr,
     opts=[OInt64("missingbitmap"), OInt("nrdevices"), OInt("spare"),
           OInt64("chunk"), OString("level")],
     since="1.15.6", impl="md", optgroup="mdadm",
     brief="Make a Linux RAID device",
     doc="""\
Makes the RAID `name` of `devices`; it appears as /dev/md/`name`.

Optional arguments:

- `missingbitmap`: a bit for each place in the array that stays empty;
  these count from the lowest bit.
- `nrdevices`: how many devices carry data; by default all but the spares.
- `spare`: how many spare devices there are, 0 if left out.
- `chunk`: the chunk size in bytes.
- `level`: "linear", "raid0", "raid1" (the default), "raid4", "raid5",
  "raid6" or "raid10".""",
     examples=[
         example("empty", *MADE, "mkfs ext4 /dev/md/one", "list_filesystems", prints="/dev/md127: ext4", needs="md"),
         example("part", "md_create one /dev/sda1 level:raid7", error="raid7: is no RAID level"),
         example("part", "md_create one /dev/sda1 nrdevices:2", error="do not fit"),
         example("part", "md_create one /dev/sda1 missingbitmap:8", error="a place beyond the 2"),
     ])

call("md_detail",
     [Device("md")], RHashtable("info"),
     since="1.15.6", impl="md", optgroup="mdadm",
     brief="Return information about a RAID device",
     doc="""\
Returns pairs of a name and a value, such as "level", "devices" and "uuid",
for the RAID `md`.""",
     examples=[
         example("empty", *MADE, "md_detail /dev/md127 | grep ^level", prints="level: raid1", needs="md"),
     ])

call("md_stat",
     [Device("md")], RStructList("devices", "mdstat"),
     since="1.17.21", impl="md", optgroup="mdadm",
     brief="Return the state of the devices of a RAID",
     doc="""\
Returns for each device of the RAID `md` its name, its place, and flags
such as "F" for faulty and "S" for spare.""",
     examples=[
         example("empty", *MADE, "md_stat /dev/md127 | grep -c device:", prints="1", needs="md"),
     ])

call("md_stop",
     [Device("md")], RErr,
     since="1.15.6", impl="md", optgroup="mdadm",
     brief="Stop a RAID device",
     doc="""\
Stops the RAID `md`, which must not be in use.""",
     examples=[
         example("empty", *MADE, "md_stop /dev/md127", "list_md_devices", prints="", needs="md"),
     ])
