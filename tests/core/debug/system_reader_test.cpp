// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/system_reader.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <unistd.h>

namespace tests::system_reader_test {

using namespace core;

namespace {

// A machine of files.
class Machine {
public:
    Machine()
    {
        write("proc/self/status", "Name:\tdescent\nCpus_allowed_list:\t0-1\n");
        write("proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 5000000 kB\n");
        write("proc/self/statm", "9000 1000 10 1 0 5 0\n");
        write("proc/net/dev", "eth0: 1000 0 0 0 0 0 0 0 500 0 0 0 0 0 0 0\n");
        write("proc/self/io", "read_bytes: 0\nwrite_bytes: 0\n");
        cores(0, 0, 0);
        thread("10", "trainer", 0);
    }

    void write(const std::string& name, const std::string& text) const
    {
        const auto file = m_folder.path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    // So many ticks of 100 that core 0 and core 1 were busy, and that core 1 waited for a disk.
    void cores(int first, int second, int waited) const
    {
        const auto line = [](int core, int busy, int io) {
            return "cpu" + std::to_string(core) + " " + std::to_string(busy) + " 0 0 " +
                   std::to_string(1000 - busy - io) + " " + std::to_string(io) + " 0 0 0\n";
        };
        if (first + second + waited == 0)
            write("proc/stat", "cpu0 0 0 0 900 0 0 0 0\ncpu1 0 0 0 900 0 0 0 0\ncpu2 900 0 0 0 0 0 0 0\n");
        else
            write("proc/stat", line(0, first, 0) + line(1, second, waited) + "cpu2 1000 0 0 0 0 0 0 0\n");
    }
    void thread(const std::string& id, const std::string& name, int ticks) const
    {
        write("proc/self/task/" + id + "/stat",
              id + " (" + name + ") R 1 2 3 4 5 6 7 8 9 10 " + std::to_string(ticks) + " 0 0 0");
    }
    const std::filesystem::path& root() const { return m_folder.path(); }

private:
    tests::TempFolder m_folder;
};

events::SystemSample second(debug::SystemReader& reader)
{
    const auto sample = reader.look(1'700'000'001, 11);
    REQUIRE(sample);
    return *sample;
}

}

TEST_CASE("a look at the machine tells what was done since the look before, of the cores that may be used")
{
    const Machine machine;
    debug::SystemReader reader(machine.root());
    CHECK(reader.cores() == 2);
    CHECK_FALSE(reader.look(1'700'000'000, 10));
    machine.cores(100, 20, 30);
    machine.write("proc/self/io", "read_bytes: 5000\nwrite_bytes: 700\n");
    machine.write("proc/net/dev", "eth0: 3000 0 0 0 0 0 0 0 600 0 0 0 0 0 0 0\n");
    machine.thread("10", "trainer", int(::sysconf(_SC_CLK_TCK)) / 2);
    machine.thread("11", "trainer", int(::sysconf(_SC_CLK_TCK)) / 4);
    machine.thread("12", "loader-0", 0);
    const events::SystemSample sample = second(reader);
    CHECK(sample.time == 1'700'000'001);
    REQUIRE(sample.cores.size() == 2);
    CHECK(sample.cores[0] == Approx(100));
    CHECK(sample.cores[1] == Approx(20));
    CHECK(sample.ioWait == Approx(15));
    CHECK(sample.readRate == Approx(5000));
    CHECK(sample.writeRate == Approx(700));
    CHECK(sample.receiveRate == Approx(2000));
    CHECK(sample.sendRate == Approx(100));
    CHECK(sample.process == Approx(75));
    REQUIRE(sample.threads.size() == 3);
    CHECK(sample.threads[0].name == "trainer");
    CHECK(sample.threads[0].busy == Approx(50));
    CHECK(sample.threads[1].name == "trainer 2");
    CHECK(sample.threads[2].name == "loader-0");
    CHECK(sample.total == 8e6 * 1024);
    CHECK(sample.available == 5e6 * 1024);
    CHECK(sample.resident == 1000.0 * double(::sysconf(_SC_PAGESIZE)));
    CHECK(sample.gpus.empty());
}

TEST_CASE("limits of a control group hold: its share of the cores, its memory")
{
    const bool newer = GENERATE(true, false);
    const Machine machine;
    const std::string cpu = newer ? "sys/fs/cgroup/job/" : "sys/fs/cgroup/cpu/job/";
    const std::string memory = newer ? "sys/fs/cgroup/job/" : "sys/fs/cgroup/memory/job/";
    const auto used = [&](double seconds) {
        if (newer)
            machine.write(cpu + "cpu.stat", "usage_usec " + std::to_string(std::int64_t(seconds * 1e6)) + "\n");
        else
            machine.write("sys/fs/cgroup/cpuacct/job/cpuacct.usage",
                          std::to_string(std::int64_t(seconds * 1e9)) + "\n");
    };
    machine.write("proc/self/cgroup", newer ? "0::/job\n" : "5:cpu:/job\n4:cpuacct:/job\n3:memory:/job\n0::/\n");
    machine.write("proc/self/status", "Cpus_allowed_list:\t0-2\n");
    machine.write(cpu + (newer ? "cpu.max" : "cpu.cfs_quota_us"), newer ? "150000 100000\n" : "150000\n");
    if (!newer)
        machine.write(cpu + "cpu.cfs_period_us", "100000\n");
    machine.write(memory + (newer ? "memory.max" : "memory.limit_in_bytes"), "1000000\n");
    machine.write(memory + (newer ? "memory.current" : "memory.usage_in_bytes"), "700000\n");
    machine.write(memory + "memory.stat",
                  newer ? "anon 1\ninactive_file 200000\n" : "cache 1\ntotal_inactive_file 200000\n");
    used(50);
    debug::SystemReader reader(machine.root());
    CHECK(reader.cores() == 2);
    CHECK_FALSE(reader.look(0, 10));
    used(51.25);
    const events::SystemSample sample = second(reader);
    REQUIRE(sample.cores.size() == 2);
    CHECK(sample.cores[0] == Approx(100));
    CHECK(sample.cores[1] == Approx(50));
    CHECK(sample.total == 1'000'000);
    CHECK(sample.available == 500'000);
}

TEST_CASE("a machine that tells nothing is no error")
{
    const tests::TempFolder nothing;
    debug::SystemReader reader(nothing.path());
    CHECK(reader.cores() == 1);
    CHECK_FALSE(reader.look(0, 1));
    const auto sample = reader.look(1, 2);
    REQUIRE(sample);
    CHECK(sample->cores.empty());
    CHECK(sample->total == 0);
}

}
