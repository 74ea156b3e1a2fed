// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"

#include <catch2/catch.hpp>

namespace tests::start_test {

TEST_CASE("a program that has to start again does so before its libraries begin")
{
    std::vector<std::string> command{"/usr/bin/env", "-u", "OMP_WAIT_POLICY",
                                     "GLIBC_TUNABLES=glibc.malloc.tcache_count=7", "LD_DEBUG=files"};
    for (const std::string& word : tests::cliCommand({"doctor", "--json"}))
        command.push_back(word);
    const tests::Ended ended = tests::Running(command).wait();
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["omp_wait_policy"].text() == "passive");
    // The loader names each library when it lets it begin.
    std::size_t begun = 0;
    const std::string begins = "calling init: ";
    for (std::size_t at = ended.err.find(begins); at != std::string::npos; at = ended.err.find(begins, at + 1)) {
        const std::string line = ended.err.substr(at, ended.err.find('\n', at) - at);
        begun += line.find("libtorch_cpu.so") != std::string::npos;
    }
    CHECK(begun == 1);
}

}
