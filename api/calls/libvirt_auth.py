# SPDX-License-Identifier: LGPL-3.0-or-later
"""libvirt_auth"""

from model import (
    call, group, BufferIn, Int, RErr, RString, RStringList, StringList)

group("libvirt-auth")

call("get_libvirt_requested_credential_challenge",
     [Int("index")], RString("challenge"),
     since="1.19.52", blocking=False)

call("get_libvirt_requested_credential_defresult",
     [Int("index")], RString("defresult"),
     since="1.19.52", blocking=False)

call("get_libvirt_requested_credential_prompt",
     [Int("index")], RString("prompt"),
     since="1.19.52", blocking=False)

call("get_libvirt_requested_credentials",
     [], RStringList("creds"),
     since="1.19.52", blocking=False)

call("set_libvirt_requested_credential",
     [Int("index"), BufferIn("cred")], RErr,
     since="1.19.52", blocking=False)

call("set_libvirt_supported_credentials",
     [StringList("creds")], RErr,
     since="1.19.52", blocking=False)
