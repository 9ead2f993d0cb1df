# SPDX-License-Identifier: LGPL-3.0-or-later
"""lvm"""

from model import (
    call, group, Bool, Device, DeviceList, Int, Int64, Mountable, RBool,
    RBufferOut, RErr, RString, RStringList, RStructList, String, StringList)

group("lvm")

call("is_lv",
     [Mountable("mountable")], RBool("lvflag"),
     since="1.5.3")

call("lvcreate",
     [String("logvol"), String("volgroup"), Int("mbytes")], RErr,
     since="0.0.8", optgroup="lvm2")

call("lvcreate_free",
     [String("logvol"), String("volgroup"), Int("percent")], RErr,
     since="1.17.18", optgroup="lvm2")

call("lvm_canonical_lv_name",
     [String("lvname")], RString("lv"),
     since="1.5.24")

call("lvm_clear_filter",
     [], RErr,
     since="1.5.1")

call("lvm_remove_all",
     [], RErr,
     since="0.0.8", optgroup="lvm2")

call("lvm_scan",
     [Bool("activate")], RErr,
     since="1.39.8")

call("lvm_set_filter",
     [DeviceList("devices")], RErr,
     since="1.5.1", optgroup="lvm2")

call("lvremove",
     [Device("device")], RErr,
     since="1.0.13", optgroup="lvm2")

call("lvrename",
     [String("logvol"), String("newlogvol")], RErr,
     since="1.0.83")

call("lvresize",
     [Device("device"), Int("mbytes")], RErr,
     since="1.0.27", optgroup="lvm2")

call("lvresize_free",
     [Device("lv"), Int("percent")], RErr,
     since="1.3.3", optgroup="lvm2")

call("lvs",
     [], RStringList("logvols"),
     since="0.0.4", optgroup="lvm2")

call("lvs_full",
     [], RStructList("logvols", "lvm_lv"),
     since="0.0.4", optgroup="lvm2")

call("lvuuid",
     [Device("device")], RString("uuid"),
     since="1.0.87")

call("pvchange_uuid",
     [Device("device")], RErr,
     since="1.19.26", optgroup="lvm2")

call("pvchange_uuid_all",
     [], RErr,
     since="1.19.26", optgroup="lvm2")

call("pvcreate",
     [Device("device")], RErr,
     since="0.0.8", optgroup="lvm2")

call("pvremove",
     [Device("device")], RErr,
     since="1.0.13", optgroup="lvm2")

call("pvresize",
     [Device("device")], RErr,
     since="1.0.26", optgroup="lvm2")

call("pvresize_size",
     [Device("device"), Int64("size")], RErr,
     since="1.3.14", optgroup="lvm2")

call("pvs",
     [], RStringList("physvols"),
     since="0.0.4", optgroup="lvm2")

call("pvs_full",
     [], RStructList("physvols", "lvm_pv"),
     since="0.0.4", optgroup="lvm2")

call("pvuuid",
     [Device("device")], RString("uuid"),
     since="1.0.87")

call("vg_activate",
     [Bool("activate"), StringList("volgroups")], RErr,
     since="1.0.26", optgroup="lvm2")

call("vg_activate_all",
     [Bool("activate")], RErr,
     since="1.0.26", optgroup="lvm2")

call("vgchange_uuid",
     [String("vg")], RErr,
     since="1.19.26", optgroup="lvm2")

call("vgchange_uuid_all",
     [], RErr,
     since="1.19.26", optgroup="lvm2")

call("vgcreate",
     [String("volgroup"), DeviceList("physvols")], RErr,
     since="0.0.8", optgroup="lvm2")

call("vglvuuids",
     [String("vgname")], RStringList("uuids"),
     since="1.0.87")

call("vgmeta",
     [String("vgname")], RBufferOut("metadata"),
     since="1.17.20", optgroup="lvm2")

call("vgpvuuids",
     [String("vgname")], RStringList("uuids"),
     since="1.0.87")

call("vgremove",
     [String("vgname")], RErr,
     since="1.0.13", optgroup="lvm2")

call("vgrename",
     [String("volgroup"), String("newvolgroup")], RErr,
     since="1.0.83")

call("vgs",
     [], RStringList("volgroups"),
     since="0.0.4", optgroup="lvm2")

call("vgs_full",
     [], RStructList("volgroups", "lvm_vg"),
     since="0.0.4", optgroup="lvm2")

call("vgscan",
     [], RErr,
     since="1.3.2", deprecated=True, deprecated_by="lvm_scan")

call("vguuid",
     [String("vgname")], RString("uuid"),
     since="1.0.87")
