"""What the benchmarks see of the processes that they measure."""

import os
import subprocess
import sys

from benchmarks.servers.process import read_cpu_s, read_family_cpu_s, read_memory_mb, read_parent

BUSY = "for number in range(10**7): pass"


def test_time_of_a_child_that_has_ended_counts_for_its_family_and_not_for_the_process() -> None:
    own_before_s, before_s = read_cpu_s(os.getpid()), read_family_cpu_s(os.getpid())
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    family_s = read_family_cpu_s(os.getpid()) - before_s
    assert family_s > read_cpu_s(os.getpid()) - own_before_s


def test_memory_of_children_counts() -> None:
    before_mb = read_memory_mb(os.getpid())
    with subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdin=-1, stdout=-1) as child:
        assert child.stdout
        child.stdout.readline()
        assert read_parent(child.pid) == os.getpid()
        assert read_memory_mb(os.getpid()) > before_mb
        child.communicate(b"\n")


def test_process_that_has_ended_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert read_memory_mb(child.pid) == 0
