"""A process that shuts itself in before it reads what a stranger sent.

It can open no socket and start no program, and takes neither more memory nor
more time than it is given. A hostile file then costs this process and nothing
else. Where the kernel has no seccomp, the limits still hold.
"""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
import sys
from contextlib import suppress

_SOCKET_AND_PROGRAMS = {
    # socket, connect, execve, execveat, io_uring_setup
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425)),
}
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_X32 = 0x40000000
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def shut_in(*, memory: int, seconds: int, written: int) -> bool:
    """Give up sockets and programs for ever, and set the limits, in bytes and seconds.

    Returns whether the kernel holds this process off sockets and programs.
    """
    for what, limit in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        with suppress(ValueError, OSError):  # a system that does not know this limit
            resource.setrlimit(what, (most, most))
    return sys.platform == "linux" and _filtered()


def _filtered() -> bool:
    machine = platform.machine()
    if machine not in _SOCKET_AND_PROGRAMS:
        return False
    architecture, refused = _SOCKET_AND_PROGRAMS[machine]
    end = len(refused) + 5  # the place of the step that refuses; the one before it allows
    steps = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, end - 2, architecture),  # calls of another architecture are refused
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, end - 4, 0, _X32),
        *((_EQUAL, end - at - 1, 0, number) for at, number in enumerate(refused, start=4)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    told = Program(len(steps), ctypes.cast(held, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(told), 0, 0) == 0
