# SPDX-License-Identifier: LGPL-3.0-or-later
"""partitions"""

from model import (
    call, group, Bool, Device, GUID, Int, Int64, RBool, RErr, RInt, RInt64,
    RString, RStringList, RStructList, String, StringList)

group("partitions")

call("list_partitions",
     [], RStringList("partitions"),
     since="0.0.4", impl="mount")

call("part_add",
     [Device("device"), String("prlogex"), Int64("startsect"),
      Int64("endsect")], RErr,
     since="1.0.78", impl="part")

call("part_del",
     [Device("device"), Int("partnum")], RErr,
     since="1.3.2", impl="part")

call("part_disk",
     [Device("device"), String("parttype")], RErr,
     since="1.0.78", impl="part")

call("part_expand_gpt",
     [Device("device")], RErr,
     since="1.33.2", optgroup="gdisk")

call("part_get_bootable",
     [Device("device"), Int("partnum")], RBool("bootable"),
     since="1.3.2", impl="part")

call("part_get_disk_guid",
     [Device("device")], RString("guid"),
     since="1.33.2", optgroup="gdisk")

call("part_get_gpt_attributes",
     [Device("device"), Int("partnum")], RInt64("attributes"),
     since="1.21.1", optgroup="gdisk")

call("part_get_gpt_guid",
     [Device("device"), Int("partnum")], RString("guid"),
     since="1.29.25", optgroup="gdisk")

call("part_get_gpt_type",
     [Device("device"), Int("partnum")], RString("guid"),
     since="1.21.1", impl="part", optgroup="gdisk")

call("part_get_mbr_id",
     [Device("device"), Int("partnum")], RInt("idbyte"),
     since="1.3.2", impl="part", shell_output="hex")

call("part_get_mbr_part_type",
     [Device("device"), Int("partnum")], RString("partitiontype"),
     since="1.29.32")

call("part_get_name",
     [Device("device"), Int("partnum")], RString("name"),
     since="1.25.33", impl="part")

call("part_get_parttype",
     [Device("device")], RString("parttype"),
     since="1.0.78", impl="part")

call("part_init",
     [Device("device"), String("parttype")], RErr,
     since="1.0.78", impl="part")

call("part_list",
     [Device("device")], RStructList("partitions", "partition"),
     since="1.0.78", impl="part")

call("part_resize",
     [Device("device"), Int("partnum"), Int64("endsect")], RErr,
     since="1.37.20")

call("part_set_bootable",
     [Device("device"), Int("partnum"), Bool("bootable")], RErr,
     since="1.0.78", impl="part")

call("part_set_disk_guid",
     [Device("device"), GUID("guid")], RErr,
     since="1.33.2", optgroup="gdisk")

call("part_set_disk_guid_random",
     [Device("device")], RErr,
     since="1.33.2", optgroup="gdisk")

call("part_set_gpt_attributes",
     [Device("device"), Int("partnum"), Int64("attributes")], RErr,
     since="1.21.1", optgroup="gdisk")

call("part_set_gpt_guid",
     [Device("device"), Int("partnum"), GUID("guid")], RErr,
     since="1.29.25", optgroup="gdisk")

call("part_set_gpt_type",
     [Device("device"), Int("partnum"), GUID("guid")], RErr,
     since="1.21.1", impl="part", optgroup="gdisk")

call("part_set_mbr_id",
     [Device("device"), Int("partnum"), Int("idbyte")], RErr,
     since="1.3.2", impl="part")

call("part_set_name",
     [Device("device"), Int("partnum"), String("name")], RErr,
     since="1.0.78", impl="part")

call("part_to_dev",
     [Device("partition")], RString("device"),
     since="1.5.15", impl="part")

call("part_to_partnum",
     [Device("partition")], RInt("partnum"),
     since="1.13.25", impl="part")

call("sfdisk",
     [Device("device"), Int("cyls"), Int("heads"), Int("sectors"),
      StringList("lines")], RErr,
     since="0.0.8", deprecated=True, deprecated_by="part_add")

call("sfdiskM",
     [Device("device"), StringList("lines")], RErr,
     since="1.0.55", deprecated=True, deprecated_by="part_add")

call("sfdisk_N",
     [Device("device"), Int("partnum"), Int("cyls"), Int("heads"),
      Int("sectors"), String("line")], RErr,
     since="1.0.26", deprecated=True, deprecated_by="part_add")

call("sfdisk_disk_geometry",
     [Device("device")], RString("partitions"),
     since="1.0.26")

call("sfdisk_kernel_geometry",
     [Device("device")], RString("partitions"),
     since="1.0.26")

call("sfdisk_l",
     [Device("device")], RString("partitions"),
     since="1.0.26", deprecated=True, deprecated_by="part_list")
