// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning_worker.h"
#include "tests/support/temp_folder.h"

#include <filesystem>
#include <iostream>
#include <poll.h>
#include <unistd.h>

using namespace core;
using session::TrialProcess;

namespace {

std::vector<base::Object> hearAll(TrialProcess& process)
{
    std::vector<base::Object> all;
    while (!process.closed()) {
        pollfd any{process.handle(), POLLIN, 0};
        ::poll(&any, 1, 1000);
        for (base::Object& line : process.told())
            all.push_back(std::move(line));
    }
    return all;
}

// Says what it was told and what it holds open.
int workOfCopy()
{
    std::string order;
    std::getline(std::cin, order);
    std::int64_t open = 0;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd"))
        open += std::stoi(each.path().filename().string()) > 3;
    const char* threads = std::getenv("OMP_NUM_THREADS");
    const base::Object line{{"order", order},
                            {"open", open - 1}, // the folder itself
                            {"threads", std::string(threads ? threads : "")},
                            {"pid", std::int64_t(::getpid())}};
    const std::string text = base::writeJson(line) + "\n";
    if (::write(3, text.data(), text.size()) != ssize_t(text.size()))
        return 1;
    std::cout << "written by the copy";
    return 7;
}

}

TEST_CASE("a copied worker hears, tells, and holds nothing of its parent")
{
    tests::TempFolder folder;
    const auto log = folder.path() / "log";
    std::cin.clear();
    auto process = TrialProcess::copy(workOfCopy, "copy", log, {{"OMP_NUM_THREADS", "1"}});
    REQUIRE(process);
    REQUIRE(process->order({{"trial", 5}}));
    const auto lines = hearAll(*process);
    REQUIRE(lines.size() == 1);
    CHECK((*lines[0].find("order")).text() == R"({"trial":5})");
    CHECK((*lines[0].find("open")).toInt() == 0);
    CHECK((*lines[0].find("threads")).text() == "1");
    CHECK((*lines[0].find("pid")).toInt() != ::getpid());
    CHECK(process->wait() == "ended with status 7");
    CHECK(base::readFile(log, 1000).valueOr({}) == "written by the copy");
}

TEST_CASE("a copied worker that is killed is told as one")
{
    tests::TempFolder folder;
    auto process = TrialProcess::copy(workOfCopy, "copy", folder.path() / "log", {});
    REQUIRE(process);
    process->kill();
    CHECK(hearAll(*process).empty());
    CHECK(process->wait() == "was killed by signal 9");
}
