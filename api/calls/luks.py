# SPDX-License-Identifier: LGPL-3.0-or-later
"""Encrypted devices."""

from model import (
    call, example, group, Device, Int, Key, OBool, OString, RErr, RString, String)

group("luks")

# The key of the first container stands on the line behind its command.
MADE = ("luks_format /dev/sda 0", "sesame")

call("clevis_luks_unlock",
     [Device("device"), String("mapname")], RErr,
     since="1.49.3", optgroup="clevisluks", impl="luks",
     brief="Open an encrypted device with a key that Clevis keeps",
     doc="""\
Opens the LUKS device `device` with one of the Clevis pins that it is bound
to.  Most of them ask Tang servers, for which `set_network` must have
allowed the network.  The decrypted device is /dev/mapper/`mapname`.""",
     examples=[
         example("empty", *MADE, "clevis_luks_unlock /dev/sda c", errno="ENOENT", needs="dm",
                 error="/dev/sda: is not bound to Clevis"),
         example("part", "clevis_luks_unlock /dev/sda1 c", error="clevis_luks_unlock: /dev/sda1: "),
     ])

call("cryptsetup_close",
     [Device("device")], RErr,
     since="1.43.2", optgroup="luks", impl="luks",
     brief="Close an encrypted device",
     doc="""\
Closes `device`, which is the name below /dev/mapper that was made by
`cryptsetup_open`.  Nothing may use it any more.""",
     examples=[
         example("part", "cryptsetup_close /dev/sda1", needs="dm", errno="EINVAL",
                 error="/dev/sda1: is not a /dev/mapper device"),
         example("empty", *MADE, "cryptsetup_open /dev/sda c", "sesame", "cryptsetup_close /dev/mapper/c",
                 "list_dm_devices", prints="", needs="dm"),
     ])

call("cryptsetup_open",
     [Device("device"), Key("key"), String("mapname")], RErr,
     opts=[OBool("readonly"), OString("crypttype"), OString("cipher")],
     since="1.43.2", optgroup="luks", impl="luks",
     brief="Open an encrypted device",
     doc="""\
Decrypts `device`, a LUKS or BitLocker device, with `key`, and makes the
contents available as /dev/mapper/`mapname`.  The name must not be
"control".  If there is LVM on it, or it is a member of a
RAID, call `lvm_scan` afterwards.

Optional arguments:

- `readonly`: nothing can be written through it.
- `crypttype`: "luks" or "bitlk", found from the contents if left out, or
  "plain", which no contents tell: its `key` is used as it is.
- `cipher`: of a plain device, "aes-cbc-essiv:sha256" if left out.""",
     examples=[
         example("empty", *MADE, "cryptsetup_open /dev/sda c readonly:true", "sesame", "list_filesystems",
                 prints="/dev/mapper/c: unknown", needs="dm"),
         example("empty", *MADE, "cryptsetup_open /dev/sda c\nwrong", errno="EPERM", needs="dm",
                 error="cryptsetup_open: /dev/sda: no key available with this passphrase"),
         example("part", "cryptsetup_open /dev/sda1 c\nsesame", needs="dm",
                 error="/dev/sda1: : unknown encrypted device type"),
         example("part", "cryptsetup_open /dev/sda1 c crypttype:plain\n0123456789abcdef0123456789abcdef",
                 needs="dm"),
     ])

call("luks_add_key",
     [Device("device"), Key("key"), Key("newkey"), Int("keyslot")], RErr,
     since="1.5.2", optgroup="luks", impl="luks",
     brief="Add a key to an encrypted device",
     doc="""\
Adds `newkey` to `keyslot` of the LUKS device `device`, which is opened
with one of its other keys, `key`.  The slot must be free.""",
     examples=[
         example("empty", *MADE, "luks_add_key /dev/sda 3", "sesame", "simsim", "luks_open /dev/sda c\nsimsim", needs="dm"),
         example("part", "luks_add_key /dev/sda1 1\na\nb", error="luks_add_key: /dev/sda1: "),
     ])

call("luks_close",
     [Device("device")], RErr,
     since="1.5.1", deprecated=True, deprecated_by="cryptsetup_close",
     optgroup="luks", impl="luks",
     brief="Close an encrypted device",
     doc="""\
As `cryptsetup_close`.""",
     examples=[
         example("empty", *MADE, "luks_open /dev/sda c", "sesame", "luks_close /dev/mapper/c", "list_dm_devices", prints="",
                 needs="dm"),
     ])

call("luks_format",
     [Device("device"), Key("key"), Int("keyslot")], RErr,
     since="1.5.2", optgroup="luks", impl="luks",
     brief="Make an encrypted device",
     doc="""\
Makes an empty LUKS device of `device`, with `key` in slot `keyslot`.  All
data on it is lost.""",
     examples=[
         example("empty", "luks_format /dev/sda 0", "sesame", "vfs_type /dev/sda", prints="crypto_LUKS"),
         example("fs", "umount /", "luks_format /dev/sda 0", "sesame", "list_partitions", prints=""),
         example("fs", "luks_format /dev/sda1 0\nsesame", errno="EBUSY"),
         example("empty", "luks_format /dev/sda 32\nsesame", error="key slot 32", errno="EINVAL"),
     ])

call("luks_format_cipher",
     [Device("device"), Key("key"), Int("keyslot"), String("cipher")], RErr,
     since="1.5.2", optgroup="luks", impl="luks",
     brief="Make an encrypted device with the given cipher",
     doc="""\
As `luks_format`, with `cipher`, for example "aes-xts-plain64".""",
     examples=[
         example("empty", "luks_format_cipher /dev/sda 0 aes-cbc-essiv:sha256\nsesame",
                 "!head -c 65536 disk.raw | grep -ao '\"encryption\":\"aes[^\"]*\"' | sort -u",
                 prints='"encryption":"aes-cbc-essiv:sha256"'),
         example("empty", "luks_format_cipher /dev/sda 0 none\nsesame", error="none: is not a cipher", errno="EINVAL"),
     ])

call("luks_kill_slot",
     [Device("device"), Key("key"), Int("keyslot")], RErr,
     since="1.5.2", optgroup="luks", impl="luks",
     brief="Remove a key from an encrypted device",
     doc="""\
Removes the key in `keyslot` of the LUKS device `device`; `key` must be one
of the others.""",
     examples=[
         example("empty", *MADE, "luks_add_key /dev/sda 1\nsesame\nother", "luks_kill_slot /dev/sda 0\nother"),
         example("empty", *MADE, "luks_kill_slot /dev/sda 0\nsesame", errno="EPERM"),
         example("empty", *MADE, "luks_kill_slot /dev/sda 1\nsesame", error="key slot 1 is not in use"),
     ])

call("luks_open",
     [Device("device"), Key("key"), String("mapname")], RErr,
     since="1.5.1", deprecated=True, deprecated_by="cryptsetup_open",
     optgroup="luks", impl="luks",
     brief="Open a LUKS device",
     doc="""\
As `cryptsetup_open`.""",
     examples=[
         example("empty", *MADE, "luks_open /dev/sda c", "sesame", "blockdev_getro /dev/mapper/c", prints="false", needs="dm"),
     ])

call("luks_open_ro",
     [Device("device"), Key("key"), String("mapname")], RErr,
     since="1.5.1", deprecated=True, deprecated_by="cryptsetup_open",
     optgroup="luks", impl="luks",
     brief="Open a LUKS device for reading",
     doc="""\
As `cryptsetup_open` with `readonly` true.""",
     examples=[
         example("empty", *MADE, "luks_open_ro /dev/sda c", "sesame", "blockdev_getro /dev/mapper/c", prints="true", needs="dm"),
     ])

call("luks_uuid",
     [Device("device")], RString("uuid"),
     since="1.41.9", optgroup="luks", impl="luks",
     brief="Return the UUID of a LUKS device",
     doc="""\
Returns the UUID in the header of `device`.""",
     examples=[
         example("empty", *MADE, "luks_uuid /dev/sda | grep -c '^[0-9a-f-]*$'", prints="1"),
         example("part", "luks_uuid /dev/sda1", error="luks_uuid: /dev/sda1: "),
     ])
