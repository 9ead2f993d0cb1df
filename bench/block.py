# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows about devices: see bench/run."""
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = os.path.join(os.environ.get("GUESTKIT_BUILD") or os.path.join(os.path.dirname(HERE), "build"), "bench", "bench-guestkit")
MIB, GIB = 1 << 20, 1 << 30
DATA = 1 * GIB                          # of the sparse disk's ten
BEYOND = 0.015


def sparse(path, size):
    with open(path, "wb") as f:
        f.truncate(size)
    return path


def seconds(bench, *words, env=None):
    """Of each call."""
    p = subprocess.run((OURS,) + words, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
    return [float(line) for line in p.stdout.split()]


def by_hand(path, before, *argv):
    """The tool itself, ten times, on a loop device of its own."""
    def run(*words):
        subprocess.run([loop if w == "@" else w for w in words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    loop = subprocess.run(["losetup", "--find", "--show", "--direct-io=on", path], check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()
    try:
        if before:
            run(*before)
        took = []
        for _ in range(10):
            began = time.monotonic()
            run(*argv)
            took.append(time.monotonic() - began)
        return took
    finally:
        subprocess.run(["losetup", "-d", loop], check=True)


def tools(bench):
    """What a call costs beyond its tool."""
    disk = sparse(os.path.join(bench.scratch, "block.raw"), 512 * MIB)  # in memory: not the disk is measured
    mkfs = ["mke2fs", "-t", "ext4", "-F", "@"]
    for name, call, before, argv in (
            ("mkfs ext4", "mkfs:ext4", None, mkfs),
            ("mkfs vfat", "mkfs:vfat", None, ["mkfs.vfat", "-I", "@"]),
            ("mkfs xfs", "mkfs:xfs", None, ["mkfs.xfs", "-f", "-q", "@"]),
            ("mkfs btrfs", "mkfs:btrfs", None, ["mkfs.btrfs", "-f", "-q", "@"]),
            ("e2fsck", "fsck", mkfs, ["e2fsck", "-f", "-y", "@"]),
            ("part-disk gpt", "part-disk", None, ["sh", "-c", "echo , | sfdisk --no-reread --no-tell-kernel --wipe always -q -X gpt $0", "@"])):
        a, b = [], []
        for i in range(bench.o.pairs):
            for which in ((0, 1), (1, 0))[i % 2]:
                if which:
                    b += by_hand(disk, before, *argv)
                else:
                    a += seconds(bench, "block", call, disk, "raw")
        # The least of each: what is beyond it is the machine's.
        ours, other = min(a), min(b)
        bench.table.add(name, "%.1f ms" % (ours * 1e3), "%s %.1f ms" % (argv[0] if argv[0] != "sh" else "sfdisk", other * 1e3),
                        "%+.1f ms" % ((ours - other) * 1e3), "<= 15 ms beyond", ours - other <= BEYOND)


def fill(path):
    """A gigabyte of data, in pieces all over ten."""
    with open(sparse(path, 10 * GIB), "r+b") as f:
        block = os.urandom(16 * MIB)
        for i in range(DATA // len(block)):
            f.seek(i * (10 * GIB // (DATA // len(block))))
            f.write(block)
        os.fsync(f.fileno())
    return path


def copies(bench):
    source = fill(os.path.join(bench.work, "sparse.raw"))
    for form in ("raw", "qcow2"):
        image = source
        if form != "raw":
            image = os.path.join(bench.work, "sparse." + form)
            subprocess.run(["qemu-img", "convert", "-O", form, source, image], check=True)
        target = os.path.join(bench.work, "target." + form)

        def fresh():
            subprocess.run(["qemu-img", "create", "-q", "-f", form, target, str(10 * GIB)], check=True)

        def ours():
            fresh()
            return seconds(bench, "block", "copy", image, form, target)[0]

        def nbdcopy():
            fresh()
            began = time.monotonic()
            subprocess.run(["nbdcopy", "--flush", "--destination-is-zero", "--", "[", "qemu-nbd", "-f", form, "--cache=none", image, "]",
                            "[", "qemu-nbd", "-f", form, "--cache=none", target, "]"], check=True)
            return time.monotonic() - began

        a, b = bench.pairs(ours, nbdcopy)
        bench.table.add("copy-device-to-device, 1 of 10 GiB, " + form, "%.2f s" % a, "nbdcopy %.2f s" % b, "%.2f of the speed" % (b / a),
                        ">= 0.97", b / a >= 0.97)
        os.unlink(target)


def zeros(bench):
    """A hundred times the size is not a hundred times the time, nor a larger image."""
    for launcher, form, bar in (("local", "raw", 0.1), ("local", "qcow2", 0.1), ("uml", "raw", 0.2), ("uml", "qcow2", 0.2)):
        if launcher == "uml" and not shutil.which("linux.uml"):
            continue
        path, took, grew = os.path.join(bench.work, "zero." + form), [], 0
        for size in (GIB, 100 * GIB):
            of = []
            for _ in range(bench.o.pairs):
                subprocess.run(["qemu-img", "create", "-q", "-f", form, path, str(size)], check=True)
                was = os.stat(path).st_blocks
                of += seconds(bench, "block", "zero", path, form, env={"LIBGUESTFS_BACKEND": launcher})
                grew = max(grew, os.stat(path).st_blocks - was)
            took.append(min(of))
            os.unlink(path)
        bench.table.add("zero-device, sparse, 100 GiB, %s, %s" % (form, launcher), "%.0f ms" % (took[1] * 1e3),
                        "1 GiB %.0f ms" % (took[0] * 1e3), "grows by %d KiB" % (grew // 2),
                        "<= %d ms, 0 KiB" % (bar * 1e3), took[1] <= bar and grew == 0)


def rows(bench):
    for part in (tools, copies, zeros):
        try:
            part(bench)
        except (OSError, subprocess.CalledProcessError) as e:
            print("bench/run: block: %s" % e, file=sys.stderr)
            bench.table.add("block, " + part.__name__, "failed", "", "", "", False)
