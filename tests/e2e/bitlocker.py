# SPDX-License-Identifier: LGPL-3.0-or-later
"""Volumes of BitLocker (AES-XTS of 128 bits, as Windows 10 makes them), for no tool at hand makes any.

The first sectors of the filesystem have gone elsewhere, and in their place is the volume's own header; it leads to
three copies of the metadata.  These are a list of entries, of which some hold entries of their own: the master key,
once for each protector, sealed with what is made of a password or of a recovery key; the key of the data, sealed with
the master key; and where the filesystem's beginning is.
"""

import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

MIB = 1 << 20
SIZE = 8 * MIB
FILESYSTEM = 4 * MIB                    # what may have data
METADATA = (5 * MIB, 6 * MIB, 7 * MIB)  # reads as zeros, 64 KiB each
MOVED = METADATA[0] + 65536             # the filesystem's first sectors
MOVED_SIZE = 8192
SIGNATURE = b"-FVE-FS-"
VOLUME = bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")      # the format's own GUID
AES_CCM, AES_XTS_128 = 0x2000, 0x8004
# Types of entries and, behind the slash, of what is in them.
PROPERTY, MASTER, DATA_KEY, DESCRIPTION, HEADER = 0, 2, 3, 7, 15
IN_KEY, IN_TEXT, IN_STRETCH, IN_SEALED, IN_MASTER, IN_PLACE = 1, 2, 3, 5, 8, 15
WITH_RECOVERY, WITH_PASSWORD = 0x0800, 0x2000
ENCRYPTED = 4                           # the state: completely so
ROUNDS = 1 << 20


def entry(kind, content, data):
    return struct.pack("<HHHH", 8 + len(data), kind, content, 1) + data


def key_entry(key, method):
    return entry(PROPERTY, IN_KEY, struct.pack("<I", method) + key)


def sealed(kind, number, with_key, plain):
    """An entry that only who has the key can read; the number makes its nonce one that no other has."""
    nonce = struct.pack("<QI", 0x01d9000000000000, number)
    both = AESCCM(with_key, tag_length=16).encrypt(nonce, plain, None)
    return entry(kind, IN_SEALED, nonce + both[-16:] + both[:-16])


def stretched(start, salt):
    """What slows down who tries passwords."""
    last = bytes(32)
    for count in range(ROUNDS):
        last = hashlib.sha256(last + start + salt + struct.pack("<Q", count)).digest()
    return last


def of_password(password):
    return hashlib.sha256(hashlib.sha256(password.encode("utf-16-le")).digest()).digest()


def recovery_words(parts):
    """As it is printed: eight numbers, each of which can be divided by eleven."""
    return "-".join(f"{part * 11:06}" for part in parts)


def of_recovery(parts):
    return hashlib.sha256(struct.pack("<8H", *parts)).digest()


def protector(number, kind, start, master):
    salt = hashlib.sha256(b"salt %d" % number).digest()[:16]
    guid = hashlib.sha256(b"protector %d" % number).digest()[:16]
    return entry(MASTER, IN_MASTER, guid + bytes(8) + struct.pack("<HH", 0, kind)
                 + entry(PROPERTY, IN_STRETCH, struct.pack("<I", 0x1000) + salt)
                 + sealed(PROPERTY, number, stretched(start, salt), key_entry(master, AES_CCM)))


def metadata(entries):
    size = 64 + 48 + len(entries) + 64
    volume = struct.pack("<8sHHHHQII", SIGNATURE, 48, 2, ENCRYPTED, ENCRYPTED, SIZE, 0, MOVED_SIZE // 512)
    volume += struct.pack("<4Q", *METADATA, MOVED)
    keys = struct.pack("<IIII", size, 1, 48, size) + hashlib.sha256(b"volume").digest()[:16]
    keys += struct.pack("<IIQ", 9, AES_XTS_128, 0x01d9000000000000)
    return volume + keys + entries


def encrypt(key, data, sector):
    out = bytearray()
    for at in range(0, len(data), 512):
        tweak = struct.pack("<QQ", sector + at // 512, 0)
        out += Cipher(algorithms.AES(key), modes.XTS(tweak)).encryptor().update(data[at:at + 512])
    return bytes(out)


def make(path, filesystem, password=None, recovery=None):
    """Writes a volume that holds a filesystem of 4 MiB at most; opened by a password or a recovery key's eight numbers."""
    master, key = os.urandom(32), os.urandom(32)
    entries = entry(DESCRIPTION, IN_TEXT, "TEST\0".encode("utf-16-le"))
    if password:
        entries += protector(1, WITH_PASSWORD, of_password(password), master)
    if recovery:
        entries += protector(2, WITH_RECOVERY, of_recovery(recovery), master)
    entries += sealed(DATA_KEY, 8, master, key_entry(key, AES_XTS_128))
    entries += entry(HEADER, IN_PLACE, struct.pack("<QQ", MOVED, MOVED_SIZE))
    header = bytearray(512)
    header[:11] = b"\xeb\x58\x90" + SIGNATURE
    struct.pack_into("<HBH", header, 11, 512, 8, 0)     # of sectors, clusters, as NTFS has it
    header[160:200] = VOLUME + struct.pack("<3Q", *METADATA)
    header[510:] = b"\x55\xaa"
    with open(filesystem, "rb") as f:
        data = f.read()
    assert len(data) <= FILESYSTEM
    with open(path, "wb") as f:
        f.truncate(SIZE)
        f.write(header)
        f.seek(MOVED_SIZE)
        f.write(encrypt(key, data[MOVED_SIZE:], MOVED_SIZE // 512))
        f.seek(MOVED)
        f.write(encrypt(key, data[:MOVED_SIZE], MOVED // 512))
        for at in METADATA:
            f.seek(at)
            f.write(metadata(entries))
