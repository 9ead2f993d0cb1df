# SPDX-License-Identifier: LGPL-3.0-or-later
"""handle_config"""

from model import (
    call, group, Bool, Int, OptString, RBool, RConstOptString,
    RConstString, RErr, RInt, RInt64, RString, RStringList, RStruct,
    String, StringList)

group("handle/config")

call("c_pointer",
     [], RInt64("ptr"),
     since="1.29.17", impl="client", shell_output="hex")

call("clear_backend_setting",
     [String("name")], RInt("count"),
     since="1.27.2", impl="client", config_only=True, blocking=False)

call("config",
     [String("hvparam"), OptString("hvvalue")], RErr,
     since="0.0.3", impl="client", config_only=True, blocking=False)

call("get_append",
     [], RConstOptString("append"),
     since="1.0.26", impl="client", blocking=False)

call("get_attach_method",
     [], RString("backend"),
     since="1.9.8", impl="client", deprecated=True,
     deprecated_by="get_backend", blocking=False)

call("get_autosync",
     [], RBool("autosync"),
     since="0.0.3", impl="client", blocking=False)

call("get_backend",
     [], RString("backend"),
     since="1.21.26", impl="client", blocking=False)

call("get_backend_setting",
     [String("name")], RString("val"),
     since="1.27.2", impl="client", blocking=False)

call("get_backend_settings",
     [], RStringList("settings"),
     since="1.25.24", impl="client", blocking=False)

call("get_cachedir",
     [], RString("cachedir"),
     since="1.19.58", impl="client", blocking=False)

call("get_direct",
     [], RBool("direct"),
     since="1.0.72", impl="client", deprecated=True,
     deprecated_by="internal_get_console_socket", blocking=False)

call("get_hv",
     [], RString("hv"),
     since="1.23.17", impl="client", blocking=False)

call("get_identifier",
     [], RConstString("identifier"),
     since="1.31.14", impl="client", blocking=False)

call("get_memsize",
     [], RInt("memsize"),
     since="1.0.55", impl="client", blocking=False)

call("get_network",
     [], RBool("network"),
     since="1.5.4", impl="client", blocking=False)

call("get_path",
     [], RConstString("path"),
     since="0.0.3", impl="client", blocking=False)

call("get_pgroup",
     [], RBool("pgroup"),
     since="1.11.18", impl="client", blocking=False)

call("get_pid",
     [], RInt("pid"),
     since="1.0.56", impl="client", shell_alias=["pid"], blocking=False)

call("get_program",
     [], RConstString("program"),
     since="1.21.29", impl="client", blocking=False)

call("get_qemu",
     [], RConstString("hv"),
     since="1.0.6", impl="client", deprecated=True, deprecated_by="get_hv",
     blocking=False)

call("get_recovery_proc",
     [], RBool("recoveryproc"),
     since="1.0.77", impl="client", blocking=False)

call("get_smp",
     [], RInt("smp"),
     since="1.13.15", impl="client", blocking=False)

call("get_sockdir",
     [], RString("sockdir"),
     since="1.33.8", impl="client", blocking=False)

call("get_state",
     [], RInt("state"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False)

call("get_tmpdir",
     [], RString("tmpdir"),
     since="1.19.58", impl="client", blocking=False)

call("get_trace",
     [], RBool("trace"),
     since="1.0.69", impl="client", blocking=False)

call("get_verbose",
     [], RBool("verbose"),
     since="0.0.3", impl="client", blocking=False)

call("is_busy",
     [], RBool("busy"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False)

call("is_config",
     [], RBool("config"),
     since="1.0.2", impl="client", blocking=False)

call("is_launching",
     [], RBool("launching"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False)

call("is_ready",
     [], RBool("ready"),
     since="1.0.2", impl="client", visibility="state_test", in_shell=False,
     blocking=False)

call("kill_subprocess",
     [], RErr,
     since="0.0.3", impl="client", deprecated=True, deprecated_by="shutdown")

call("launch",
     [], RErr,
     since="0.0.3", impl="client", shell_alias=["run"], config_only=True,
     progress=True)

call("parse_environment",
     [], RErr,
     since="1.19.53", impl="client", blocking=False)

call("parse_environment_list",
     [StringList("environment")], RErr,
     since="1.19.53", impl="client", blocking=False)

call("set_append",
     [OptString("append")], RErr,
     since="1.0.26", impl="client", shell_alias=["append"], config_only=True,
     blocking=False)

call("set_attach_method",
     [String("backend")], RErr,
     since="1.9.8", impl="client", shell_alias=["attach-method"],
     deprecated=True, deprecated_by="set_backend", config_only=True,
     blocking=False)

call("set_autosync",
     [Bool("autosync")], RErr,
     since="0.0.3", impl="client", shell_alias=["autosync"], blocking=False)

call("set_backend",
     [String("backend")], RErr,
     since="1.21.26", impl="client", shell_alias=["backend"],
     config_only=True, blocking=False)

call("set_backend_setting",
     [String("name"), String("val")], RErr,
     since="1.27.2", impl="client", config_only=True, blocking=False)

call("set_backend_settings",
     [StringList("settings")], RErr,
     since="1.25.24", impl="client", config_only=True, blocking=False)

call("set_cachedir",
     [OptString("cachedir")], RErr,
     since="1.19.58", impl="client", shell_alias=["cachedir"],
     config_only=True, blocking=False)

call("set_direct",
     [Bool("direct")], RErr,
     since="1.0.72", impl="client", shell_alias=["direct"], deprecated=True,
     deprecated_by="internal_get_console_socket", config_only=True,
     blocking=False)

call("set_hv",
     [String("hv")], RErr,
     since="1.23.17", impl="client", shell_alias=["hv"], config_only=True,
     blocking=False)

call("set_identifier",
     [String("identifier")], RErr,
     since="1.31.14", impl="client", shell_alias=["identifier"],
     blocking=False)

call("set_memsize",
     [Int("memsize")], RErr,
     since="1.0.55", impl="client", shell_alias=["memsize"], config_only=True,
     blocking=False)

call("set_network",
     [Bool("network")], RErr,
     since="1.5.4", impl="client", shell_alias=["network"], config_only=True,
     blocking=False)

call("set_path",
     [OptString("searchpath")], RErr,
     since="0.0.3", impl="client", shell_alias=["path"], config_only=True,
     blocking=False)

call("set_pgroup",
     [Bool("pgroup")], RErr,
     since="1.11.18", impl="client", shell_alias=["pgroup"], config_only=True,
     blocking=False)

call("set_program",
     [String("program")], RErr,
     since="1.21.29", impl="client", shell_alias=["program"], blocking=False)

call("set_qemu",
     [OptString("hv")], RErr,
     since="1.0.6", impl="client", shell_alias=["qemu"], deprecated=True,
     deprecated_by="set_hv", config_only=True, blocking=False)

call("set_recovery_proc",
     [Bool("recoveryproc")], RErr,
     since="1.0.77", impl="client", shell_alias=["recovery-proc"],
     config_only=True, blocking=False)

call("set_smp",
     [Int("smp")], RErr,
     since="1.13.15", impl="client", shell_alias=["smp"], config_only=True,
     blocking=False)

call("set_tmpdir",
     [OptString("tmpdir")], RErr,
     since="1.19.58", impl="client", shell_alias=["tmpdir"], config_only=True,
     blocking=False)

call("set_trace",
     [Bool("trace")], RErr,
     since="1.0.69", impl="client", shell_alias=["trace"], blocking=False)

call("set_verbose",
     [Bool("verbose")], RErr,
     since="0.0.3", impl="client", shell_alias=["verbose"], blocking=False)

call("shutdown",
     [], RErr,
     since="1.19.16", impl="client")

call("user_cancel",
     [], RErr,
     since="1.11.18", impl="client", blocking=False, wrapper=False)

call("version",
     [], RStruct("version", "version"),
     since="1.0.58", impl="client", blocking=False)

call("wait_ready",
     [], RErr,
     since="0.0.3", impl="client", visibility="state_test", in_shell=False,
     deprecated=True, blocking=False)
