# SPDX-License-Identifier: LGPL-3.0-or-later
"""The rows about trees and many small calls: see bench/run."""
import os
import random
import shutil
import subprocess
import time

FILES, CHECKED = 100000, 10000
GREPPED = 256 << 20
SUMMED = 128 << 20                      # zeros, which are not read from the disk


def timed(*argv, **kw):
    start = time.monotonic()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **kw)
    return time.monotonic() - start


def make_tree(path, files, smallest, largest, per_folder=100):
    """The same each time.  How many bytes there are in it."""
    generator = random.Random(files)
    content = generator.randbytes(1 << 20)
    total = 0
    for i in range(files):
        if i % per_folder == 0:
            folder = os.path.join(path, "%04d" % (i // per_folder))
            os.makedirs(folder)
        size = generator.randrange(smallest, largest)
        at = generator.randrange(0, (1 << 20) - size)
        with open(os.path.join(folder, "file-%02d" % (i % per_folder)), "wb") as f:
            f.write(content[at:at + size])
        total += size
    return total


class Rows:
    def __init__(self, bench, ours, device, pss):
        self.b, self.ours, self.device, self.pss = bench, ours, device, pss
        self.most = 0

    def run(self, job, first, second):
        """The seconds that the job says it took; its memory is watched."""
        p = subprocess.Popen([self.ours, job, self.b.raw, self.device, first, second], stdout=subprocess.PIPE, text=True)
        # A list of all names is in memory, as the call has it.
        while p.poll() is None and job not in ("find", "grep"):
            self.most = max(self.most, self.pss(p.pid))
            time.sleep(0.05)
        out = p.stdout.read()
        p.stdout.close()
        p.wait()
        if p.returncode != 0:
            raise RuntimeError("%s failed" % job)
        return float(out.split()[0])

    def by_hand(self, work, *, before=None, writes=False):
        """Of a shell script on the image mounted by hand, as $1."""
        with self.b.mounted() as m:
            if before:
                subprocess.run(["sh", "-ec", before, "sh", m], check=True)
                subprocess.run(["sync", "-f", m], check=True)
            if writes:
                work += ' && sync -f "$1"'
            return timed("sh", "-ec", work, "sh", m)

    def row(self, name, job, first, second, hand, bar, tool, **how):
        a, b = self.b.pairs(lambda: self.run(job, first, second), lambda: self.by_hand(hand, **how))
        self.b.table.add(name, "%.2f s" % a, "%s %.2f s" % (tool, b), "%.2f x" % (a / b), "<= %.1f x" % bar, a <= bar * b)

    def trees(self):
        with self.b.mounted() as m:
            make_tree(m + "/many", FILES, 64, 2048)
            make_tree(m + "/checked", CHECKED, 1024, 65536)
        out, tar = self.b.out, self.b.out + ".tar"
        try:
            self.row("tar-out of %d small files" % FILES, "tar-out", out, "/many",
                     'rm -f %s; tar --numeric-owner -C "$1/many" -cf %s .' % (out, out), 1.0, "tar")
            with self.b.mounted() as m:
                subprocess.run(["tar", "--numeric-owner", "-C", m + "/many", "-cf", tar, "."], check=True)
            self.row("tar-in of %d small files" % FILES, "tar-in", tar, "/in",
                     'tar --numeric-owner -C "$1/in" -xpf %s' % tar, 1.0, "tar",
                     before='rm -rf "$1/in"; mkdir "$1/in"', writes=True)
            self.row("checksums-out of %d files" % CHECKED, "checksums-out", out, "/checked",
                     'cd "$1/checked"; find . -type f -print0 | xargs -0 -P2 -n500 sha256sum >%s' % out, 1.0, "sha256sum")
            self.row("find of %d files" % FILES, "find", "-", "/many", 'find "$1/many" >%s' % out, 1.2, "find")
            self.row("find0 of %d files" % FILES, "find0", out, "/many", 'find "$1/many" -print0 >%s' % out, 1.2, "find")
        finally:
            for path in (out, tar):
                if os.path.exists(path):
                    os.unlink(path)

    def grep(self):
        with self.b.mounted() as m:
            with open(m + "/words", "wb") as f:
                line = b"a line of words that no expression asks for, but for a few\n"
                block = line * (1 << 14) + b"one that does\n"
                for _ in range(GREPPED // len(block)):
                    f.write(block)
        self.row("grep of %d MiB" % (GREPPED >> 20), "grep", "that does$", "/words",
                 'grep "that does$" "$1/words" >%s' % self.b.out, 1.2, "grep")

    def copy(self):
        self.b.need_big()
        self.row("cp-a of 1 GiB in the guest", "cp-a", "-", "/big", 'cp -a "$1/big" "$1/big.copy"', 1.1, "cp",
                 before='rm -f "$1/big.copy"', writes=True)
        with self.b.mounted() as m:
            os.unlink(m + "/big.copy")

    def rate(self):
        def of(threads, *what):
            return float(subprocess.run([self.ours, what[0], self.b.raw, self.device, what[1], str(threads), *what[2:]], check=True,
                                        stdout=subprocess.PIPE, text=True).stdout)

        # Work of the workers: what handles share would be seen.
        with self.b.mounted() as m, open(m + "/summed", "wb") as f:
            f.truncate(SUMMED)
        one, two = self.b.pairs(lambda: of(1, "sums", "4", "/summed"), lambda: of(2, "sums", "4", "/summed"))
        self.b.table.add("sums of two handles in two threads", "%.1f/s" % two, "one %.1f/s" % one, "%.2f x" % (two / one),
                         ">= 1.7 x", two >= 1.7 * one)
        with self.b.mounted() as m:
            os.unlink(m + "/summed")
        one, two = self.b.pairs(lambda: of(1, "rate", "50000"), lambda: of(2, "rate", "50000"))
        self.b.table.add("exists per second", "%.0f" % one, "", "", ">= 50000", one >= 50000)
        # Each handle keeps two processes busy.
        if os.cpu_count() >= 4:
            self.b.table.add("of two handles in two threads", "%.0f" % two, "one %.0f" % one, "%.2f x" % (two / one),
                             ">= 1.6 x", two >= 1.6 * one)
        else:
            self.b.table.add("of two handles in two threads", "%.0f" % two, "one %.0f" % one, "%.2f x" % (two / one),
                             "needs four processors", None)


def rows(bench, ours, device, pss):
    r = Rows(bench, ours, device, pss)
    for part in (r.trees, r.grep, r.copy, r.rate):
        part()
    bench.table.add("memory, most in these (PSS)", "%.1f MiB" % (r.most / 1024), "", "", "<= 15 MiB", r.most <= 15 * 1024)


def small_by_fuse(bench):
    """2,000 files of 4 to 64 KiB, out of and into a tree that is shown by FUSE, which is at bench.mnt."""
    tree, target = bench.out + ".small", bench.out + ".copied"
    size = make_tree(tree, 2000, 4096, 65536)
    inside = bench.mnt + "/small"
    try:
        for tool, argv in (("cp -a", ("cp", "-a")), ("rsync -a", ("rsync", "-a"))):
            if not shutil.which(argv[0]):
                continue
            for name, source, to in (("in", tree, inside), ("out", inside, target)):
                seconds = []
                for _ in range(bench.o.pairs):
                    subprocess.run(["rm", "-rf", to], check=True)
                    seconds.append(timed(*argv, source + "/" if argv[0] == "rsync" else source, to))
                rate = size / 1e6 / sorted(seconds)[len(seconds) // 2]
                bench.table.add("mount by FUSE, small files, %s %s" % (tool, name), "%.2f s" % (size / 1e6 / rate), "",
                                "%.0f MB/s" % rate, ">= 50 MB/s", rate >= 50)
            subprocess.run(["rm", "-rf", inside, target], check=True)
    finally:
        subprocess.run(["rm", "-rf", tree, target], check=True)
