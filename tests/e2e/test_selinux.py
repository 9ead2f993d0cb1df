# SPDX-License-Identifier: LGPL-3.0-or-later
"""SELinux labels, by a small policy of the guest's own."""

import io
import tarfile

from harness import Case

SPEC = "/etc/selinux/small/contexts/files/file_contexts"
RULES = r"""# a comment
/.*                     system_u:object_r:default_t:s0
/           -d          system_u:object_r:root_t:s0
/etc(/.*)?              system_u:object_r:etc_t:s0
/etc/host.*     --      system_u:object_r:later_t:s0
/etc/hostname   --      system_u:object_r:hostname_t:s0
/etc/hos.*      --      system_u:object_r:net_conf_t:s0
/etc/motd.*             <<none>>
/(x|y)one               system_u:object_r:either_t:s0
/data           -d      system_u:object_r:data_dir_t:s0
/data/.*        --      system_u:object_r:data_t:s0
/data/.*        -l      system_u:object_r:data_link_t:s0
/data/a\.b      --      system_u:object_r:dot_t:s0
/data/co?l(ou?r)        system_u:object_r:colour_t:s0
/home/[^/]+/.+          system_u:object_r:home_t:s0
"""


class Labels(Case):
    def setUp(self):
        super().setUp()
        self.image_path = self.image()
        self.policy(RULES)

    def policy(self, rules, mode="enforcing", more=()):
        lines = ["mkdir-p /etc/selinux/small/contexts/files",
                 f"upload {self.file('rules', rules)} {SPEC}",
                 f"upload {self.file('types', 'mine_t' + chr(10))} /etc/selinux/small/contexts/customizable_types",
                 f"upload {self.file('config', f'# x{chr(10)}SELINUX={mode}{chr(10)}SELINUXTYPE=small{chr(10)}')} /etc/selinux/config"]
        for suffix, text in more:
            lines.append(f"upload {self.file('more' + suffix, text)} {SPEC}{suffix}")
        self.shell(*lines)

    def shell(self, *lines, any=False):
        run = self.gk_any if any else self.gk
        return run("shell", "-a", self.image_path, "-m", "/dev/sda2", stdin="\n".join(lines) + "\n")

    def labels(self, *paths):
        """The type in each label, None where there is none."""
        out = self.shell(*(line for p in paths for line in (f"-lgetxattr {p} security.selinux", "echo", "echo --"))).raw
        return [part.strip(b"\n\0").decode().split(":")[2] if part.strip(b"\n") else None
                for part in out.split(b"--\n")[:-1]]

    def label(self, path, label):
        self.shell(f"lsetxattr security.selinux {label} {len(label)} {path}")


class Relabel(Labels):
    def test_rules(self):
        self.shell("touch /data/a.b", "touch /data/axb", "ln-s x /data/link", "touch /data/colour", "touch /data/colr",
                   "touch /xone", "touch /dev/node", "touch /elsewhere", f"selinux-relabel {SPEC} /")
        self.assertEqual(
            self.labels("/", "/etc", "/etc/hostname", "/etc/fstab", "/etc/motd", "/data", "/data/a.b", "/data/axb", "/data/link",
                        "/data/colour", "/xone", "/elsewhere", "/dev/node", "/dev", "/home/user/notes"),
            # Of the rules without a special character the last, then the last of the others.
            ["root_t", "etc_t", "hostname_t", "etc_t", None, "data_dir_t", "dot_t", "data_t", "data_link_t",
             "colour_t", "either_t", "default_t", None, None, "home_t"])

    def test_what_is_there_stays_but_for_its_type(self):
        self.label("/etc/hostname", "me_u:me_r:old_t:s0-s0:c1")
        self.label("/etc/fstab", "me_u:me_r:mine_t:s0")
        self.shell(f"setfiles {SPEC} '/etc/hostname /etc/fstab'")
        raw = self.shell("lgetxattr /etc/hostname security.selinux").raw
        self.assertEqual(raw.rstrip(b"\n"), b"me_u:me_r:hostname_t:s0-s0:c1\0")
        self.assertEqual(self.labels("/etc/fstab"), ["mine_t"])
        self.shell(f"setfiles {SPEC} '/etc/hostname /etc/fstab' force:true")
        self.assertEqual(self.labels("/etc/fstab"), ["etc_t"])
        raw = self.shell("lgetxattr /etc/hostname security.selinux").raw
        self.assertEqual(raw.rstrip(b"\n"), b"system_u:object_r:hostname_t:s0\0")

    def test_files_beside_it(self):
        self.policy(RULES, more=((".local", "/etc/fstab -- system_u:object_r:local_t:s0\n"),
                                 (".homedirs", "/home/user/notes system_u:object_r:notes_t:s0\n"),
                                 (".subs_dist", "/opt /etc\n"), (".subs", "/srv /opt\n")))
        self.shell("mkdir /opt", "touch /opt/hostname", "mkdir /srv", "touch /srv/hostname", "mkdir /optical",
                   f"selinux-relabel {SPEC} /")
        self.assertEqual(self.labels("/etc/fstab", "/home/user/notes", "/opt/hostname", "/srv/hostname", "/optical"),
                         ["local_t", "notes_t", "hostname_t", "hostname_t", "default_t"])

    def test_links_do_not_lead_out(self):
        self.shell("ln-s /etc/hostname /data/l", f"selinux-relabel {SPEC} /data")
        self.assertEqual(self.labels("/data/l", "/etc/hostname"), ["data_link_t", None])
        self.shell("mkdir /far", "ln-s /data /far/d", "touch /data/new", f"selinux-relabel {SPEC} /far/d/new")
        self.assertEqual(self.labels("/data/new"), ["data_t"])

    def test_errors(self):
        for line, words in ((f"selinux-relabel {SPEC} /nope", "/nope: No such file"), ("selinux-relabel /nope /", "/nope: No such file"),
                            ("selinux-relabel /etc /", "no regular file"), ("selinux-relabel nope /", "must start with a /"),
                            (f"setfiles {SPEC} 'etc'", "must start with a /")):
            self.assertIn(words, self.shell(line, any=True).err)
        for rules, words in (("/a[ -- system_u:object_r:x_t:s0\n", "expression is wrong"), ("/a\n", "the line is no rule"),
                             ("/a -x y\n", "no rule"), ("/" + "a" * 5000 + " y\n", "no rule")):
            self.policy(rules)
            self.assertIn(words, self.shell("touch /a", f"selinux-relabel {SPEC} /a", any=True).err, rules)

    def test_expression_without_end(self):
        self.policy("/(a+)+[bc]  system_u:object_r:x_t:s0\n")
        r = self.shell(f"touch /{'a' * 60}", f"selinux-relabel {SPEC} /", any=True)
        self.assertIn("takes too long", r.err)

    def test_fifo_in_its_place(self):
        self.shell("mkfifo 0600 /fifo", any=True)
        self.assertIn("no regular file", self.shell("selinux-relabel /fifo /", any=True).err)

    def test_available(self):
        self.shell("available selinuxrelabel")

    def test_own_context(self):
        # The tests' kernels have no SELinux; User-Mode Linux has it without a policy, and takes any context then.
        r = self.shell("getcon", any=True)
        if r.out == "kernel\n":
            self.shell("setcon system_u:system_r:x_t:s0")
            return
        self.assertIn("getcon", r.err)
        self.assertIn("setcon", self.shell("setcon system_u:system_r:x_t:s0", any=True).err)


class NewFiles(Labels):
    def test_run(self):
        self.label("/etc/hostname", "me_u:me_r:wrong_t:s0")
        self.gk("run", self.image_path, self.file("script", "write /data/new x\nmkdir /data/sub\n"))
        # What has a label keeps it.
        self.assertEqual(self.labels("/data/new", "/data/sub", "/etc/hostname"), ["data_t", "default_t", "wrong_t"])

    def test_shown_in_a_dry_run(self):
        self.gk("run", self.image_path, self.file("script", "sync\n"))
        new = self.gk("run", "-n", "--json", self.image_path, self.file("script", "write /data/new x\n")).json()["changes"]
        self.assertEqual([(c["path"], c["new"]["xattrs"][0]["value"]) for c in new],
                         [("/data/new", "system_u:object_r:data_t:s0\0")])

    def test_cp_tar_edit_command(self):
        self.gk("cp", self.file("a", "x"), self.image_path + ":/data/copied")
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("sub/unpacked"), io.BytesIO())
        self.gk("tar-in", self.image_path, self.file("t.tar", raw.getvalue()), "/data")
        self.gk("edit", self.image_path, "/data/made", "--replace-with", self.file("b", "x"))
        self.assertEqual(self.labels("/data/copied", "/data/sub/unpacked", "/data/made", "/etc/fstab"),
                         ["data_t", "data_t", "data_t", None])
        self.gk("cp", "--no-relabel", self.file("a", "x"), self.image_path + ":/data/plain")
        self.assertEqual(self.labels("/data/plain"), [None])

    def test_only_where_it_is_enforced(self):
        for mode in ("permissive", "disabled"):
            self.policy(RULES, mode=mode)
            self.gk("run", self.image_path, self.file("script", f"write /data/{mode} x\n"))
            self.assertEqual(self.labels(f"/data/{mode}"), [None])
        self.policy(RULES)
        self.gk("run", "--no-relabel", self.image_path, self.file("script", "write /data/z x\n"))
        self.assertEqual(self.labels("/data/z"), [None])

    def test_wrong_policy_lands_nothing(self):
        self.policy("/a[ x\n")
        before = self.checksum(self.image_path)
        self.gk_fails("run", self.image_path, self.file("script", "write /a x\n"), match="expression is wrong")
        self.assertEqual(self.checksum(self.image_path), before)
        self.gk("run", "--no-relabel", self.image_path, self.file("script", "write /a x\n"))
