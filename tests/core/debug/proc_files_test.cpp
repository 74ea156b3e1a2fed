// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/proc_files.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::proc_files_test {

using namespace core::debug;

TEST_CASE("proc: cores with what they did, what they did not, and what they waited for")
{
    const auto cores = readCores("cpu  300 0 100 1500 100 0 0 0 0 0\n"
                                 "cpu0 100 5 50 800 40 1 2 2 90 0\n"
                                 "cpu12 200 0 50 700 60 0 0 0 0 0\n"
                                 "intr 12345 0 0\nctxt 99\n");
    REQUIRE(cores.size() == 2);
    CHECK(cores[0].core == 0);
    CHECK(cores[0].all == 1000);
    CHECK(cores[0].idle == 800);
    CHECK(cores[0].ioWait == 40);
    CHECK(cores[1].core == 12);
    CHECK(cores[1].all == 1010);
    CHECK(readCores("").empty());
    CHECK(readCores("nothing of it\n").empty());
}

TEST_CASE("proc: memory of the machine and of a program")
{
    const auto memory = readMemory("MemTotal:       8000 kB\nMemFree:         100 kB\nMemAvailable:    3000 kB\n");
    REQUIRE(memory);
    CHECK(memory->total == 8000 * 1024);
    CHECK(memory->available == 3000 * 1024);
    // Kernels before 3.14 say nothing of what is available.
    CHECK(readMemory("MemTotal: 8000 kB\nMemFree: 100 kB\n")->available == 100 * 1024);
    CHECK_FALSE(readMemory("Buffers: 3 kB\n"));
    CHECK(readResidentPages("5000 1234 300 1 0 600 0\n") == 1234);
    CHECK(readResidentPages("") == 0);
}

TEST_CASE("proc: bytes of disk and network")
{
    const auto disk = readDisk("rchar: 9\nwchar: 8\nsyscr: 7\nread_bytes: 4096\nwrite_bytes: 8192\n");
    REQUIRE(disk);
    CHECK(disk->in == 4096);
    CHECK(disk->out == 8192);
    CHECK_FALSE(readDisk("rchar: 9\n"));
    const Flow net = readNetwork("Inter-|   Receive                |  Transmit\n"
                                 " face |bytes    packets errs drop fifo frame compressed multicast|bytes packets\n"
                                 "    lo: 111 1 0 0 0 0 0 0 111 1 0 0 0 0 0 0\n"
                                 "  eth0: 1000 2 0 0 0 0 0 0 2000 3 0 0 0 0 0 0\n"
                                 "wlan0:500 2 0 0 0 0 0 0 70 3 0 0 0 0 0 0\n");
    CHECK(net.in == 1500);
    CHECK(net.out == 2070);
}

TEST_CASE("proc: a thread's name may hold anything")
{
    const auto thread = readThread("77 (load) er-0 (x)) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 99 0 0");
    REQUIRE(thread);
    CHECK(thread->name == "load) er-0 (x)");
    CHECK(thread->ticks == 300);
    CHECK_FALSE(readThread("77 (cut S 1 2"));
    CHECK_FALSE(readThread("77 (short) S 1 2 3"));
}

TEST_CASE("proc: what may be used")
{
    CHECK(readList("0-3,8\n") == std::vector<int>{0, 1, 2, 3, 8});
    CHECK(readList("5") == std::vector<int>{5});
    CHECK(readList("").empty());
    CHECK(readList("x-3").empty());
    CHECK(valueOf("Name:\tdescent\nCpus_allowed_list:\t2-3\n", "Cpus_allowed_list") == "2-3");
    CHECK(valueOf("Cpus_allowed_list_more:\t2-3\n", "Cpus_allowed_list").empty());
    CHECK(readCpuLimit("150000 100000\n") == 1.5);
    CHECK(std::isinf(readCpuLimit("max 100000\n")));
    CHECK(std::isinf(readCpuLimit("-1\n 100000\n")));
    CHECK(std::isinf(readCpuLimit("")));
    CHECK(readMemoryLimit("1073741824\n") == 1073741824);
    CHECK(std::isinf(readMemoryLimit("max\n")));
    CHECK(std::isinf(readMemoryLimit("9223372036854771712\n")));
    const std::string groups = "12:cpu,cpuacct:/a/b\n4:memory:/c\n0::/d\n";
    CHECK(readGroup(groups, "cpuacct") == "/a/b");
    CHECK(readGroup(groups, "memory") == "/c");
    CHECK(readGroup(groups, "") == "/d");
    CHECK(readGroup(groups, "mem").empty());
}

}
