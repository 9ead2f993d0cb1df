# SPDX-License-Identifier: LGPL-3.0-or-later
"""Where guestkit answers other than libguestfs 1.48.6 on purpose, and why.

One rule: rows, by a regular expression on what `run` prints for them; what differs, by one
on the reason that it prints; and why that is right.  The first that fits counts.
"""

import re

TOOLS = "strings|strings_e|hexdump|zfile|checksum|du|file|get_e2attrs|get_e2generation|set_e2attrs|set_e2generation"

KNOWN = [
    # --- what the appliance is to blame for ------------------------------------------
    (r"/sysroot|^tree: ll ", r"values differ",
     "libguestfs shows the path inside of its appliance"),
    (r"'\.?/(\.\./|abslink|up|loop|ro/link|dirlink/?\.\.|\.\.)|'\.\./", r"",
     "some calls of libguestfs hand the path to a tool in the appliance, where absolute links and .. lead out of the guest"),
    (r"^tree: tar_out '\./file'", r"", "a path without a slash in front is glued to the name of the appliance's folder"),
    (r"^tree: (cp_a|cp_r|cp|mv|ln|ln_f|rename) .*(relative|'')", r"",
     "a path without a slash in front is glued to the name of the appliance's folder"),
    (rf"^tree: ({TOOLS}) ", r"one fails, one does not",
     "libguestfs reads what a tool prints and does not hear that it failed, of a directory for one"),
    (r"^tree: lxattrlist ", r"", "libguestfs answers empty lists where the path is no directory, and garbage for the name ''"),
    (r"^tree: list_filesystems|cpio_out '/\.\.'", r"no answer", "it took longer than the recording waited"),
    (r"rsync|selinux_relabel|setfiles", r"ENOTSUP", "the appliance that was recorded has not what it needs"),
    (r"xfs_|^none: btrfs_", r"errno", "the appliance's kernel module, or the order of two checks"),

    # --- two things are wrong, and the other is told -----------------------------------
    (r"^none: (cat|read_file|read_lines|file|copy_file_to_device|grub_install|inspect_get_icon|inspect_list_applications2?|internal_\w+) ", r"",
     "no root is mounted and an argument is wrong, too: the order of the checks"),
    (r"'/deep/deep", r"E(NAMETOOLONG|NOENT)|one fails",
     "a path of 4096 bytes is too long for one, and does not exist for the other: libguestfs puts /sysroot in front"),

    (r"^tree: lsetxattr '' .*'/ro/file'", r"EROFS and ERANGE", "'' is no name, and the filesystem cannot be written: the kernel's order"),
    (r"inotify_add_watch '/(dangling|nope)'", r"EINVAL and ENOENT", "the file is not there, and the mask is none, too"),

    # --- the words ------------------------------------------------------------------------
    (r"(device_index|inspect_get_\w+|inspect_list_\w+|mountable_(device|subvolume)|filesystem_walk|find_inode|journal_get) ?", r"prefixes|errno",
     "libguestfs's error is that of a call inside of the call"),
    (r"(lstatlist|lstatnslist|lxattrlist|readlinklist) ", r"prefixes", "the name of the call instead of the one inside of it"),
    (r"^config: (device_index|mountable_subvolume)", r"",
     "it asks the session, which libguestfs does not need for names that are no device's"),

    (r"inspect_get_roots", r"", "that nobody has looked is an error, not an empty list"),

    # --- devices ----------------------------------------------------------------------------
    (r"^none: (device_index|part_to_dev|part_to_partnum|lvm_canonical_lv_name) ", r"",
     "/dev/vda1, links of udev and partitions stand for the session's devices in all calls"),
    (r"^none: file '/dev/vda1|^none: file '/dev/(hda|xvda)", r"", "a device needs no mounted root"),
    (r"^none: blkid ", r"values differ", "the number of the disk in the kernel"),
    (r"^none: part_get_(gpt|disk_guid)", r"", "a disk with an MBR has no GUIDs: those of libguestfs are made up anew each time"),
    (r"^tree: (cat|read_file|read_lines) '/dev/sda'|^tree: download '/dev/sda'", r"",
     "/dev in the guest's tree is the guest's; the disk's bytes change with each mount"),

    # --- limits that are not there, and guesses that are not made -----------------------------
    (r"^tree: pread(_device)? ", r"one fails", "a read is as long as what is there; beyond the end there is nothing"),
    (r"^tree: tail_n -2147483648", r"", "as many lines as there are"),
    (r"^none: filesystem_available ''", r"", "no filesystem has that name"),
    (r"^none: mount\w* .*''; mountpoints", r"", "'' is no folder to mount on"),
    (r"^none: mount_vfs '' 'nope'", r"", "a type that does not exist is not passed over"),
    (r"^tree: (e?grepi?|fgrepi?|grepi) .* '/nul'", r"values differ", "lines of a file with NUL bytes are found, too"),
    (r"^tree: glob_expand '/(file/)?'", r"values differ", "no slash too many, and a file is no directory"),
    (r"^tree: checksums_out .*'/void'", r"values differ", "an empty folder has no sums, not one of nothing"),
    (r"^tree: find0? '/dirlink'", r"values differ", "a link to a folder is followed, as by ls"),
    (r"^tree: (tar_out|compress_out|compress_device_out) .*'(compress|zstd|lzma|lzop)'", r"", "one more compression"),
    (r"case_sensitive_path '/file/\.'", r"errno", "'.' is refused before it is looked at"),
    (r"'/(block|null|devlink)'", r"E(NXIO|INVAL)", "a device of the guest is no file, and never opened"),
    (r"/'( |$)", r"E(ISDIR|EXIST) and ENOTDIR", "a file with a slash behind it: which of the two reasons is told"),
    (r"'/dir/\.\.'", r"EEXIST and EINVAL", "'..' is no name for something new"),
    (r"^tree: copy_file_to_file '/(file|hard)' '/.*(file|hard)'", r"", "libguestfs empties a file that is copied onto itself"),
    (r"^tree: ln_f '/(file|hard)' '/.*(file|hard)'", r"", "libguestfs removes the file, and then has nothing to link"),
    (r"^tree: ln_f ", r"changed by one|EEXIST and EROFS|ENAMETOOLONG and EPERM", "nothing is removed before it is known that it can be replaced"),
    (r"^tree: \w+ .*'/\S*/'$", r"errno none and EISDIR", "a file with a slash behind it: which of the two reasons is told"),
    (r"^tree: copy_file_to_file '/file' '/null'", r"", "a device of the guest is no file, and never opened"),
    (r"^tree: (cp_?[ar]?|mv) .*'(/null|/file/\.\.)'", r"", "a device of the guest is no file, and never opened; nothing goes to '..'"),
    (r"^tree: cp_r '/dir/?' '/dir/sub'", r"changed by one", "a copy into itself is refused before it begins"),
    (r"^tree: copy_(file|device)_to_file '[^']*' '[^']*'", r"changed by one|EROFS and EISDIR",
     "a source that cannot be read is told before the destination is emptied; nor is it removed then"),
    (r"^tree: (rename|ln_f|ln) ", r"E(NOENT|EXIST) and E(NAMETOOLONG|PERM)", "two things are wrong: the order of the checks"),
    (r"^tree: \w+ ('.*' )?'/(null|devlink|block)'", r"one fails", "a device of the guest is no file, and never opened"),
    (r"^tree: upload_offset ", r"", "a negative or too large offset is told before anything is made; libguestfs's library ends the program"),
    (r"^tree: acl_set_file ", r"E(ACCES|NOENT|ROFS) and EINVAL|one fails", "the text of the ACL is looked at first, and '' is none"),
    (r"^tree: tar_in .*'compress'", r"no answer", "libguestfs loses its appliance over a compression that it does not know"),
    (r"'/nonexistent-host-file'", r"prefixes open", "the file of the host is named without the word open"),
    (r"^tree: write '/new' '\\x00'", r"step 8: values", "a line of NUL bytes is a line, for head as for read_lines"),
    (r"^tree: mktemp .*'suffix': '/x'", r"", "a suffix with a slash is no suffix"),
    (r"^tree: copy_file_to_file '/(dir|void)", r"one fails", "a folder is no file, also when nothing is to be copied"),
    (r"^tree: copy_size |'size': -1|'sparse': (1|2|-1)", r"",
     "what cannot be copied is told before the destination is made; a negative size is all; a hole at the end counts"),
    (r"^config: disk_create .*'(backingformat|preallocation)'", r"prefixes",
     "a format of no file is wrong whatever it is; the value that is wrong is named, where libguestfs says (null)"),
    (r"^tree: copy_attributes .*'all': (1|2|-1)", r"step 2: values",
     "libguestfs changes the owner last, at which the kernel takes the setuid bit away"),
    (r"^tree: copy_\w+_to_file .*'(src|dest)offset': 9223372036854775807", r"",
     "behind the end of a file there is nothing, wherever; and that a file cannot be so large is said so, before what was there goes"),
    (r"^tree: copy_\w+_to_file .*'size': (1099511627776|9223372036854775807)", r"values|changes",
     "what is too short is told before anything is written, and what was there stays"),
    (r"^none: zero_device .*copy_device_to_device .*'destoffset': (1099511627776|9223372036854775807)", r"EINVAL and ENOSPC",
     "there is no room behind the end"),
    (r"^tree: zero_device .*copy_file_to_device .*'(src|dest)offset': 9223372036854775807", r"step 2",
     "behind the end of a file there is nothing, wherever; and no room behind that of a device"),
    (r"^tree: zero_device .*copy_file_to_device .*'size': (1099511627776|9223372036854775807)", r"values differ",
     "what is too short is told before anything is written"),
    (r"(mke2fs|tune2fs) '/dev/sdb' .*'(fragsize|maxonlineresize|writesbandgrouponly|force|maxmountcount|mountcount|reserved\w+)'",
     r"prefixes", "what the tool says, without its version, its name twice, and how it is used"),
    (r"mke2fs '/dev/sdb' .*'journaldevice'", r"errno none and EINVAL", "what is no device of the session is told so before a tool is asked"),
    (r"mke2fs '/dev/sdb' .*'label'", r"one fails", "a label that is too long is refused, not cut"),
    (r"mke2fs '/dev/sdb' .*'flexbg'", r"one fails", "libguestfs has a name for the feature that mke2fs does not know"),
    (r"e2fsck '/dev/sdb' .*'(correct|forceall)': 0", r"one fails", "libguestfs's would ask the terminal that is not there"),
    (r"tune2fs '/dev/sdb' .*'maxmountcount': -1", r"one fails", "-1 is how tune2fs says that mounts do not count"),
    (r"^tree: fallocate(64)? '/new' 0", r"one fails", "a file of no bytes can be had"),
    (r"^tree: (fallocate(64)?|base64_in|dd) ", r"changed by one", "a call that fails leaves no file behind, and a copy onto itself no empty one"),
    (r"^tree: zero_device .*copy_file_to_device '/file' '/dev/sdb' \{'size': 100\}", r"values differ",
     "what is too short is told before anything is written"),
    (r"^tree: zero_device .*'destoffset': 1073741824", r"EINVAL and ENOSPC", "there is no room behind the end"),
    (r"^tree: download '/file' '/(nonexistent-folder/x)?'", r"prefixes", "why the host's file cannot be written, not only that it was given up"),
    (r"^tree: scrub_file '/(file|link)'", r"changes differ", "the other name of the file that was scrubbed: no mark of the tool is left in it"),
    (r"^tree: tar_out ''", r"", "'' is no path"),
    (r"^tree: (get|set)_e2(attrs|generation) ", r"errno none", "the reason has an errno"),
]


def reason(key, why):
    """Of a row that differs: the reason, or None when nobody has given one."""
    for rows, what, because in KNOWN:
        if re.search(rows, key) and re.search(what, why):
            return because
    return None
