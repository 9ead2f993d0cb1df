# SPDX-License-Identifier: LGPL-3.0-or-later
"""Credentials that libvirt asks for."""

from model import (
    call, example, group, BufferIn, Int, RErr, RString, RStringList, StringList)

group("libvirt-auth")

call("get_libvirt_requested_credential_challenge",
     [Int("index")], RString("challenge"),
     since="1.19.52", impl="client", blocking=False,
     brief="Return the challenge of a credential that libvirt wants",
     doc="""\
For use in a callback of the event GUESTFS_EVENT_LIBVIRT_AUTH; `index`
counts the credentials from 0.""",
     examples=[
         example("none", "get-libvirt-requested-credential-challenge 0",
                 error="get_libvirt_requested_credential"),
     ])

call("get_libvirt_requested_credential_defresult",
     [Int("index")], RString("defresult"),
     since="1.19.52", impl="client", blocking=False,
     brief="Return the default of a credential that libvirt wants",
     doc="""\
See `get_libvirt_requested_credential_challenge` for `index`.""",
     examples=[
         example("none", "get-libvirt-requested-credential-defresult 0",
                 error="get_libvirt_requested_credential"),
     ])

call("get_libvirt_requested_credential_prompt",
     [Int("index")], RString("prompt"),
     since="1.19.52", impl="client", blocking=False,
     brief="Return the question for a credential that libvirt wants",
     doc="""\
See `get_libvirt_requested_credential_challenge` for `index`.""",
     examples=[
         example("none", "get-libvirt-requested-credential-prompt 0",
                 error="get_libvirt_requested_credential"),
     ])

call("get_libvirt_requested_credentials",
     [], RStringList("creds"),
     since="1.19.52", impl="client", blocking=False,
     brief="List the credentials that libvirt wants",
     doc="""\
For use in a callback of the event GUESTFS_EVENT_LIBVIRT_AUTH.""",
     examples=[
         example("none", "get-libvirt-requested-credentials", error="get_libvirt_requested_credentials"),
     ])

call("set_libvirt_requested_credential",
     [Int("index"), BufferIn("cred")], RErr,
     since="1.19.52", impl="client", blocking=False,
     brief="Answer for a credential that libvirt wants",
     doc="""\
Gives libvirt the bytes `cred` for credential `index`.""",
     examples=[
         example("none", "set-libvirt-requested-credential 0 x",
                 error="set_libvirt_requested_credential"),
     ])

call("set_libvirt_supported_credentials",
     [StringList("creds")], RErr,
     since="1.19.52", impl="client", blocking=False,
     brief="Say which credentials the program can ask for",
     doc="""\
`creds` is a list such as "authname" and "passphrase"; without it libvirt
asks for none.""",
     examples=[
         example("none", "set-libvirt-supported-credentials 'authname passphrase'"),
         example("none", "set-libvirt-supported-credentials nope", error="nope"),
     ])
