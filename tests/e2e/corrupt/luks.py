# SPDX-License-Identifier: LGPL-3.0-or-later
"""Headers of encrypted devices: two of LUKS 2, one of LUKS 1, and the material of keys."""

import hashlib
import json
import os

from corrupt import MIB, Disk, Gives, Says, fault, prove, tool

KEY = "key"
LACKS = "device-mapper"


def luks(folder, name, version):
    base = os.path.join(folder, f"stacks-luks{version}.base")
    if not os.path.exists(base):
        Disk(base, 4 * MIB)
        areas = ("--luks2-keyslots-size", "512k") if version == 2 else ()
        tool("cryptsetup", "-q", "luksFormat", "--type", f"luks{version}", "--pbkdf", "pbkdf2",
             "--pbkdf-force-iterations", "1000", "--disable-locks", *areas, "--key-file", "-", base, text=KEY)
    return Disk.copy(base, os.path.join(folder, name + ".img"))


def opens(d):
    """Whether the key still opens it, without a device: the exit status is 0."""
    tool("cryptsetup", "open", "--test-passphrase", "--disable-locks", "--key-file", "-", d.path, text=KEY)


def opens_not(d, why=""):
    done = tool("cryptsetup", "open", "--test-passphrase", "--disable-locks", "--key-file", "-", d.path, text=KEY,
                fails=True)
    prove(why in done, done)


def refused(why):
    return (("luks_open_ro", "@", KEY, "c", Says(f"^luks_open_ro: .*({why}|{LACKS})")),)


NO_LUKS = refused("unknown encrypted device type")


@fault(listed={"": "unknown"}, calls=NO_LUKS)
def luks1_magic(folder, name):
    d = luks(folder, name, 1)
    d.patch(0, b"LUKX")
    tool("cryptsetup", "isLuks", d.path, fails=True)
    return d


@fault(calls=refused("@: "))
def luks1_version(folder, name):
    d = luks(folder, name, 1)
    d.patch(6, b"\x00\x63")
    tool("cryptsetup", "luksDump", d.path, fails=True)
    return d


@fault(calls=refused("no key available"))
def luks1_key_material(folder, name):
    d = luks(folder, name, 1)
    d.patch(8 * 512, b"\xa5" * 65536)
    opens_not(d, "No key available")
    return d


@fault(calls=refused("@: "))
def luks1_key_beyond_end(folder, name):
    d = luks(folder, name, 1)
    d.patch(208 + 40, b"\x7f\xff\xff\xff")              # where its material lies
    opens_not(d)
    return d


@fault(calls=refused("@: "))
def luks1_stripes(folder, name):
    d = luks(folder, name, 1)
    d.patch(208 + 44, b"\xff\xff\xff\xff")              # how often it is spread
    opens_not(d)
    return d


@fault(calls=refused("@: "))
def luks1_payload_beyond_end(folder, name):
    d = luks(folder, name, 1)
    d.patch(104, b"\x7f\xff\xff\xff")
    prove("2147483647" in tool("cryptsetup", "luksDump", d.path), "payload")
    return d


@fault(calls=refused("@: "))
def luks1_cipher(folder, name):
    d = luks(folder, name, 1)
    d.patch(8, b"../../../../etc/x\0")
    opens_not(d)
    return d


@fault(calls=(("luks_uuid", "@", Gives()), ("luks_open_ro", "@", "wrong", "c", Says("no key available")),
              ("luks_open_ro", "@", KEY, "c", Gives()), ("luks_close", "/dev/mapper/c", Gives())), only="uml")
def luks2_first_header(folder, name):
    """The second is as good."""
    d = luks(folder, name, 2)
    d.patch(4096, b"\xa5" * 512)
    opens(d)
    return d


@fault(calls=refused("@: "))
def luks2_both_headers(folder, name):
    d = luks(folder, name, 2)
    for at in (4096, 16384 + 4096):
        d.patch(at, b"\xa5" * 512)
    opens_not(d)
    return d


@fault(listed={"": "unknown"}, calls=NO_LUKS)
def luks2_magic(folder, name):
    d = luks(folder, name, 2)
    for at in (0, 16384):
        d.patch(at, b"XXXX\xba\xbf")
    tool("cryptsetup", "isLuks", d.path, fails=True)
    return d


@fault(calls=refused("no key available"))
def luks2_key_material(folder, name):
    d = luks(folder, name, 2)
    d.patch(32768, b"\xa5" * 65536)
    opens_not(d, "No key available")
    return d


def luks2_json(d, change):
    """Writes other metadata into both headers, with right checksums."""
    for at in (0, 16384):
        old = d.read(at + 4096, 12288)
        data = json.loads(old.split(b"\0", 1)[0])
        change(data)
        text = json.dumps(data).encode()
        d.patch(at + 4096, text + b"\0" * (12288 - len(text)))
        head = bytearray(d.read(at, 4096))
        head[448:512] = b"\0" * 64
        d.patch(at + 448, hashlib.sha256(bytes(head) + d.read(at + 4096, 12288)).digest())


@fault(calls=refused("@: "))
def luks2_segment_beyond_end(folder, name):
    d = luks(folder, name, 2)

    def change(data):
        data["segments"]["0"]["offset"] = str(1 << 50)
    luks2_json(d, change)
    prove(str(1 << 50) in tool("cryptsetup", "luksDump", d.path), "segment")
    return d


@fault(calls=refused("@: "))
def luks2_key_beyond_end(folder, name):
    d = luks(folder, name, 2)

    def change(data):
        data["keyslots"]["0"]["area"]["offset"] = str(1 << 50)
    luks2_json(d, change)
    tool("cryptsetup", "luksDump", d.path, fails=True)
    return d


@fault(calls=refused("@: "))
def luks2_memory_of_a_terabyte(folder, name):
    """The derivation of the key wants more memory than there is."""
    d = luks(folder, name, 2)

    def change(data):
        salt = data["keyslots"]["0"]["kdf"]["salt"]
        data["keyslots"]["0"]["kdf"] = {"type": "argon2id", "time": 4, "memory": 1 << 30, "cpus": 4, "salt": salt}
    luks2_json(d, change)
    prove("1073741824" in tool("cryptsetup", "luksDump", d.path), "memory")
    return d


@fault(calls=refused("@: "))
def luks2_not_json(folder, name):
    d = luks(folder, name, 2)
    for at in (0, 16384):
        d.patch(at + 4096, b"[" * 12287)
        head = bytearray(d.read(at, 4096))
        head[448:512] = b"\0" * 64
        d.patch(at + 448, hashlib.sha256(bytes(head) + d.read(at + 4096, 12288)).digest())
    tool("cryptsetup", "luksDump", d.path, fails=True)
    return d
