# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows about inspection: see bench/run."""
import os
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES, IMAGES = 2000, 100


def timed(*argv, **kw):
    start = time.monotonic()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **kw)
    return time.monotonic() - start


def debian(bench):
    """The guest of make try: beside what it takes to only see its filesystems, and beside libguestfs."""
    image = subprocess.run([os.path.join(os.path.dirname(HERE), "scripts/make-guest")], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.strip()
    ours, attach = bench.pairs(lambda: timed(bench.guestkit, "inspect", image),
                               lambda: timed(bench.guestkit, "filesystems", image))
    bench.table.add("inspect, Debian guest", "%.0f ms" % (ours * 1e3), "filesystems %.0f ms" % (attach * 1e3),
                    "+%.0f ms" % ((ours - attach) * 1e3), "<= 150 ms beyond", ours - attach <= 0.150)
    env = dict(os.environ, LIBGUESTFS_BACKEND="direct", LIBGUESTFS_BACKEND_SETTINGS="force_tcg")
    try:
        theirs = timed("virt-inspector", "--format=qcow2", "-a", image, env=env, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        bench.table.add("virt-inspector", "", "libguestfs does not run here", "", ">= 50 x", None)
        return
    same = timed(bench.guestkit, "exec", "--", "virt-inspector", "--format=qcow2", "-a", image)
    for name, seconds in (("inspect", ours), ("virt-inspector, unchanged,", same)):
        bench.table.add(name + " beside virt-inspector", "%.0f ms" % (seconds * 1e3), "libguestfs, TCG %.1f s" % theirs,
                        "%.0f x faster" % (theirs / seconds), ">= 50 x", theirs >= 50 * seconds)


def make_guest(bench, name, packages, size):
    """A Debian by its files: what inspection reads and nothing else."""
    tree, image = os.path.join(bench.work, name + ".tree"), os.path.join(bench.work, name)
    for folder in ("bin", "etc", "var/lib/dpkg"):
        os.makedirs(os.path.join(tree, folder))
    files = {"etc/hosts": "127.0.0.1 localhost\n", "etc/debian_version": "12.5\n", "etc/hostname": "bench\n",
             "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
             "var/lib/dpkg/status": "".join(
                 "Package: package-%d\nStatus: install ok installed\nPriority: optional\nSection: libs\n"
                 "Maintainer: Some Body <some@body.example>\nArchitecture: amd64\nVersion: 1:%d.0-1+deb12u1\n"
                 "Depends: libc6 (>= 2.36), package-1 (>= 0.1)\nDescription: something\n of which there is more to say\n"
                 " than fits into a line.\nHomepage: https://package-%d.example/\n\n" % (i, i, i) for i in range(packages))}
    for path, text in files.items():
        with open(os.path.join(tree, path), "w", encoding="utf-8") as f:
            f.write(text)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", tree, image, size], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", tree], check=True)
    return image


def applications(bench):
    image = make_guest(bench, "apps.raw", PACKAGES, "32M")

    def session(*last):
        return timed(bench.guestkit, "shell", "--ro", "--format", "raw", "-a", image, input="\n".join(
            ("run", "inspect-os", "mount-ro /dev/sda /") + last) + "\n", text=True)

    with_them, without = bench.pairs(lambda: session("inspect-list-applications2 /dev/sda"), session)
    bench.table.add("applications of %d packages" % PACKAGES, "%.0f ms" % (with_them * 1e3),
                    "without them %.0f ms" % (without * 1e3), "+%.0f ms" % ((with_them - without) * 1e3), "<= 200 ms",
                    with_them - without <= 0.200)


def fleet(bench):
    """Many images by one worker at a time and by two."""
    first = make_guest(bench, "fleet-0.raw", 20, "4M")
    images = [first]
    for i in range(1, IMAGES):
        images.append(os.path.join(bench.work, "fleet-%d.raw" % i))
        subprocess.run(["cp", "--sparse=always", first, images[-1]], check=True)

    def all_by(workers):
        return timed("xargs", "-0", "-n1", "-P%d" % workers, bench.guestkit, "inspect", "--format", "raw",
                     input="\0".join(images), text=True)

    two, one = bench.pairs(lambda: all_by(2), lambda: all_by(1))
    bench.table.add("inspect %d images by 2 workers" % IMAGES, "%.2f s" % two, "by one %.2f s" % one,
                    "%.2f x as fast" % (one / two), ">= 1.8 x", one >= 1.8 * two)


def rows(bench):
    debian(bench)
    applications(bench)
    fleet(bench)
