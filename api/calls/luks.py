# SPDX-License-Identifier: LGPL-3.0-or-later
"""luks"""

from model import (
    call, group, Device, Int, Key, OBool, OString, RErr, RString, String)

group("luks")

call("clevis_luks_unlock",
     [Device("device"), String("mapname")], RErr,
     since="1.49.3", optgroup="clevisluks")

call("cryptsetup_close",
     [Device("device")], RErr,
     since="1.43.2", optgroup="luks")

call("cryptsetup_open",
     [Device("device"), Key("key"), String("mapname")], RErr,
     opts=[OBool("readonly"), OString("crypttype")],
     since="1.43.2", optgroup="luks")

call("luks_add_key",
     [Device("device"), Key("key"), Key("newkey"), Int("keyslot")], RErr,
     since="1.5.2", optgroup="luks")

call("luks_close",
     [Device("device")], RErr,
     since="1.5.1", deprecated=True, deprecated_by="cryptsetup_close",
     optgroup="luks")

call("luks_format",
     [Device("device"), Key("key"), Int("keyslot")], RErr,
     since="1.5.2", optgroup="luks")

call("luks_format_cipher",
     [Device("device"), Key("key"), Int("keyslot"), String("cipher")], RErr,
     since="1.5.2", optgroup="luks")

call("luks_kill_slot",
     [Device("device"), Key("key"), Int("keyslot")], RErr,
     since="1.5.2", optgroup="luks")

call("luks_open",
     [Device("device"), Key("key"), String("mapname")], RErr,
     since="1.5.1", deprecated=True, deprecated_by="cryptsetup_open",
     optgroup="luks")

call("luks_open_ro",
     [Device("device"), Key("key"), String("mapname")], RErr,
     since="1.5.1", deprecated=True, deprecated_by="cryptsetup_open",
     optgroup="luks")

call("luks_uuid",
     [Device("device")], RString("uuid"),
     since="1.41.9", optgroup="luks")
