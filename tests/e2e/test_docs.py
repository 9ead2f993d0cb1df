# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the README shows works as it is shown, and the manual is whole."""

import os
import re
import subprocess

from harness import BUILD, GUESTKIT, REPO, Case


def readme():
    with open(os.path.join(REPO, "README.md"), encoding="utf-8") as f:
        return f.read()


def sessions(text):
    """The blocks of a terminal: lists of (command, what it prints)."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        steps = []
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append([line[2:], ""])
            else:
                steps[-1][1] += line + "\n"
        yield steps


class Readme(Case):
    def test_examples(self):
        text = readme()
        self.image(name="disk.qcow2")
        for name, source in re.findall(r"`(\w+\.(?:c|py))`:\n\n```\w+\n(.*?)^```", text, re.S | re.M):
            self.file(name, source)
        env = {"PATH": BUILD + ":" + self.environ()["PATH"], "LD_LIBRARY_PATH": BUILD, "PYTHONPATH": os.path.join(BUILD, "python"),
               "PKG_CONFIG_PATH": os.path.join(BUILD, "pkgconfig")}
        sanitized = os.environ.get("GUESTKIT_SANITIZED") == "1"
        ran = 0
        for steps in sessions(text):
            for command, prints in steps:
                if sanitized and re.search(r"exec --|name\.c|\./name|python3", command):
                    continue            # programs that are built without the sanitizers
                r = self.run_program("bash", "-c", command, env=env)
                self.assertEqual(r.status, 0, f"$ {command}\n{r}")
                if "guestfish" in command:
                    prints += "\n"      # it prints an empty line more
                self.assertEqual(r.out.strip("\n"), prints.strip("\n"), f"$ {command}\n{r}")
                ran += 1
        self.assertGreater(ran, 8)


class Manual(Case):
    PAGES = ("guestkit.1", "guestkit-shell.1", "guestkit.3", "guestkit-calls.3", "guestkit-inspect.5")

    def make(self):
        version = self.gk("version").out.split()[1]
        folder = self.path("man")
        self.tool(os.path.join(REPO, "docs/make-man"), BUILD, version, folder)
        return folder

    def commands(self):
        return re.findall(r"^  ([a-z][a-z-]*)  +\S", self.gk("--help").out, re.M)

    def shown(self, page, *options):
        self.needs_program("man")
        r = self.run_program("man", "--warnings", *options, "-l", page, env={"MANWIDTH": "80", "MANPAGER": "cat"})
        self.assertEqual(r.status, 0, str(r))
        self.assertEqual(r.err, "", f"groff finds fault with {page}")
        return r.out

    def test_no_warnings(self):
        folder = self.make()
        self.assertEqual(sorted(os.listdir(folder)), sorted(self.PAGES))
        for page in self.PAGES:
            text = self.shown(os.path.join(folder, page))
            self.assertNotRegex(text, r"@[A-Z_]+@")
            self.assertNotIn("`", text, page)

    def test_every_command(self):
        text = self.shown(os.path.join(self.make(), "guestkit.1"))
        names = self.commands()
        self.assertGreater(len(names), 12)
        for name in names:
            self.assertRegex(text, rf"(?m)^   guestkit {name}\b")
            r = self.gk(name, "--help")
            self.assertTrue(r.out.startswith(f"Usage: guestkit {name}"), name)
            for option in re.findall(r"^ +(?:-\w, +)?(--[a-z-]+)", r.out, re.M):
                self.assertIn(option, text + "--help", f"guestkit {name} {option}")

    def test_every_call(self):
        text = self.shown(os.path.join(self.make(), "guestkit-shell.1"))
        for line in self.gk("shell", "help", "--list").out.splitlines():
            self.assertRegex(text, rf"(?m)^   {re.escape(line.split()[0])}( |$)")

    def test_every_function_and_struct(self):
        text = self.shown(os.path.join(self.make(), "guestkit-calls.3"))
        with open(os.path.join(BUILD, "gen/guestfs.h"), encoding="utf-8") as f:
            header = f.read().split("#if GUESTFS_PRIVATE")[0]
        calls = header.split("--- Calls ---")[1]
        names = re.findall(r"\b(guestfs_\w+) \(guestfs_h \*g", calls)
        self.assertGreater(len(names), 600)
        for name in names:
            if not name.endswith(("_va", "_argv")):
                self.assertRegex(text, rf"(?m)^ +(?:int|int64_t|char \*\*?|const char \*|struct \w+ \*) ?{name} \(guestfs_h \*g", name)
        for macro, _ in re.findall(r"#define (GUESTFS_\w+) (\d+)$", calls, re.M):
            if not macro.startswith("GUESTFS_HAVE_"):
                self.assertIn(macro, text)
        for name, body in re.findall(r"struct guestfs_(\w+) \{\n(.*?)\n\};", header.split("--- Calls ---")[0], re.S):
            if not name.endswith("_list"):
                self.assertIn(f"struct guestfs_{name}\n", text)
                for field in re.findall(r"(\w+)(?:\[32\])?;", body):
                    self.assertRegex(text, rf"\b{field}\b", f"{name}.{field}")

    def test_every_extension(self):
        with open(os.path.join(self.make(), "guestkit.3"), encoding="utf-8") as f:
            page = f.read()
        with open(os.path.join(REPO, "include/guestkit.h"), encoding="utf-8") as f:
            functions = re.findall(r"(guestkit_\w+) \(", f.read())
        self.assertGreater(len(functions), 3)
        for name in functions:
            self.assertIn(name, page)


class Completion(Case):
    def complete(self, *words):
        script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _guestkit 2>/dev/null; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        r = self.run_program("bash", "-c", script, "bash", os.path.join(REPO, "completion/guestkit"), *words)
        self.assertEqual(r.status, 0, str(r))
        return r.out.split()

    def test_it(self):
        for words, wanted in (
                ((GUESTKIT, "ca"), "cat"),
                ((GUESTKIT, "help", "do"), "doctor"),
                ((GUESTKIT, "ls", "--lo"), "--long"),
                ((GUESTKIT, "ls", "--format", "qc"), "qcow2"),
                ((GUESTKIT, "ls", "--launcher", "l"), "local"),
                ((GUESTKIT, "shell", "list-part"), "list-partitions"),
                ((GUESTKIT, "shell", "--ro", "-a", "disk.qcow2", "run", ":", "list-part"), "list-partitions"),
                ((GUESTKIT, "exec", "guestk"), None)):
            found = self.complete(*words)
            if wanted:
                self.assertIn(wanted, found, words)

    def test_images(self):
        self.image(name="disk.qcow2")
        self.assertEqual(self.complete(GUESTKIT, "cat", "dis"), ["disk.qcow2"])
        self.assertEqual(self.complete(GUESTKIT, "shell", "-a", "dis"), ["disk.qcow2"])


class Examples(Case):
    def test_they_compile(self):
        for name in sorted(os.listdir(os.path.join(REPO, "examples"))):
            flags = subprocess.run(["pkg-config", "--cflags", "guestkit"], stdout=subprocess.PIPE, text=True, check=True,
                                   env=self.environ({"PKG_CONFIG_PATH": os.path.join(BUILD, "pkgconfig")})).stdout
            self.tool("gcc", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *flags.split(),
                      os.path.join(REPO, "examples", name))
