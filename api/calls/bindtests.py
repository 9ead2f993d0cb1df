# SPDX-License-Identifier: LGPL-3.0-or-later
"""Calls with every kind of argument and result, for tests of bindings."""

from model import (
    call, group, Bool, BufferIn, FileIn, FileOut, Int, Int64, OBool, OInt,
    OInt64, OString, OStringList, OptString, RBool, RBufferOut,
    RConstOptString, RConstString, RErr, RHashtable, RInt, RInt64, RString,
    RStringList, RStruct, RStructList, String, StringList)

group("bindtests (internal_test*)")

call("internal_test",
     [String("str"), OptString("optstr"), StringList("strlist"), Bool("b"),
      Int("integer"), Int64("integer64"), FileIn("filein"),
      FileOut("fileout"), BufferIn("bufferin")], RErr,
     opts=[OBool("obool"), OInt("oint"), OInt64("oint64"),
           OString("ostring"), OStringList("ostringlist")],
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     cancellable=True,
     brief="Take an argument of every kind, for tests of bindings",
     doc="""\
Prints each argument on a line of its own, to standard output or to the
file of `internal_test_set_output`.

Optional arguments:

- `obool`, `oint`, `oint64`, `ostring`, `ostringlist`: one of each kind.""")

call("internal_test_63_optargs",
     [], RErr,
     opts=[OInt("opt1"), OInt("opt2"), OInt("opt3"), OInt("opt4"),
           OInt("opt5"), OInt("opt6"), OInt("opt7"), OInt("opt8"),
           OInt("opt9"), OInt("opt10"), OInt("opt11"), OInt("opt12"),
           OInt("opt13"), OInt("opt14"), OInt("opt15"), OInt("opt16"),
           OInt("opt17"), OInt("opt18"), OInt("opt19"), OInt("opt20"),
           OInt("opt21"), OInt("opt22"), OInt("opt23"), OInt("opt24"),
           OInt("opt25"), OInt("opt26"), OInt("opt27"), OInt("opt28"),
           OInt("opt29"), OInt("opt30"), OInt("opt31"), OInt("opt32"),
           OInt("opt33"), OInt("opt34"), OInt("opt35"), OInt("opt36"),
           OInt("opt37"), OInt("opt38"), OInt("opt39"), OInt("opt40"),
           OInt("opt41"), OInt("opt42"), OInt("opt43"), OInt("opt44"),
           OInt("opt45"), OInt("opt46"), OInt("opt47"), OInt("opt48"),
           OInt("opt49"), OInt("opt50"), OInt("opt51"), OInt("opt52"),
           OInt("opt53"), OInt("opt54"), OInt("opt55"), OInt("opt56"),
           OInt("opt57"), OInt("opt58"), OInt("opt59"), OInt("opt60"),
           OInt("opt61"), OInt("opt62"), OInt("opt63")],
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     cancellable=True,
     brief="Take very many optional arguments, for tests of bindings",
     doc="""\
As `internal_test`, with nothing but the optional arguments `opt1` to
`opt63`.""")

call("internal_test_close_output",
     [], RErr,
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Close the file of internal_test_set_output",
     doc="""\
What `internal_test` printed is in the file afterwards.""")

call("internal_test_only_optargs",
     [], RErr,
     opts=[OInt("test")],
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     cancellable=True,
     brief="Take optional arguments only, for tests of bindings",
     doc="""\
As `internal_test`, with the optional argument `test` and no other.""")

call("internal_test_rbool",
     [String("val")], RBool("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a truth value, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rboolerr",
     [], RBool("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a truth value, for tests",
     doc="""\
Always fails.""")

call("internal_test_rbufferout",
     [String("val")], RBufferOut("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a buffer, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rbufferouterr",
     [], RBufferOut("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a buffer, for tests",
     doc="""\
Always fails.""")

call("internal_test_rconstoptstring",
     [String("val")], RConstOptString("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return the handle's string, or NULL, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rconstoptstringerr",
     [], RConstOptString("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a string that the handle owns, or NULL, for tests",
     doc="""\
Always fails.""")

call("internal_test_rconststring",
     [String("val")], RConstString("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a string that the handle owns, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rconststringerr",
     [], RConstString("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a string that the handle owns, for tests",
     doc="""\
Always fails.""")

call("internal_test_rhashtable",
     [String("val")], RHashtable("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a hash, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rhashtableerr",
     [], RHashtable("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a hash, for tests",
     doc="""\
Always fails.""")

call("internal_test_rint",
     [String("val")], RInt("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return an int, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rint64",
     [String("val")], RInt64("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a 64-bit integer, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rint64err",
     [], RInt64("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a 64-bit integer, for tests",
     doc="""\
Always fails.""")

call("internal_test_rinterr",
     [], RInt("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return an int, for tests",
     doc="""\
Always fails.""")

call("internal_test_rstring",
     [String("val")], RString("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a string, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rstringerr",
     [], RString("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a string, for tests",
     doc="""\
Always fails.""")

call("internal_test_rstringlist",
     [String("val")], RStringList("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a list of strings, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rstringlisterr",
     [], RStringList("valout"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a list of strings, for tests",
     doc="""\
Always fails.""")

call("internal_test_rstruct",
     [String("val")], RStruct("valout", "lvm_pv"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a struct, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rstructerr",
     [], RStruct("valout", "lvm_pv"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a struct, for tests",
     doc="""\
Always fails.""")

call("internal_test_rstructlist",
     [String("val")], RStructList("valout", "lvm_pv"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Return a list of structs, for tests of bindings",
     doc="""\
Makes the value from the text `val`.""")

call("internal_test_rstructlisterr",
     [], RStructList("valout", "lvm_pv"),
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Fail to return a list of structs, for tests",
     doc="""\
Always fails.""")

call("internal_test_set_output",
     [String("filename")], RErr,
     since="1.0", impl="client", visibility="bindtest", in_shell=False, blocking=False,
     brief="Say where the calls for tests print to",
     doc="""\
Opens the host file `filename` for what `internal_test` prints.""")
