// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>

namespace tests::desktop_test {

using tests::Ended;

namespace {

std::string program()
{
    const char* folder = std::getenv("DESCENT_BIN");
    return std::string(folder ? folder : DESCENT_BINARY_DIR "/bin") + "/descent";
}

bool built()
{
    return std::filesystem::exists(program());
}

Ended desktop(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), {"env", "QT_QPA_PLATFORM=offscreen", program()});
    return tests::Running(arguments).wait(120);
}

// Width and height as a PNG's header says them; nothing if it is none.
std::pair<unsigned, unsigned> pngSize(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    unsigned char head[24] = {};
    in.read(reinterpret_cast<char*>(head), sizeof head);
    if (!in || head[1] != 'P' || head[2] != 'N' || head[3] != 'G')
        return {};
    const auto number = [&](int at) {
        return unsigned(head[at]) << 24 | unsigned(head[at + 1]) << 16 | unsigned(head[at + 2]) << 8 | head[at + 3];
    };
    return {number(16), number(20)};
}

}

TEST_CASE("descent saves its window and ends")
{
    if (!built()) {
        WARN("descent was not built");
        return;
    }
    const tests::TempFolder folder;
    const auto picture = folder.path() / "window.png";
    const Ended ended = desktop({"--runs", folder.path().string(), "--page", "train", "--theme", "dark", "--size",
                                 "1000x700", "--screenshot", picture.string(), "--after", "0.3"});
    CHECK(ended.status == 0);
    CHECK(pngSize(picture) == std::pair(1000u, 700u));
}

TEST_CASE("descent trains at once when asked, and leaves the run resumable")
{
    if (!built()) {
        WARN("descent was not built");
        return;
    }
    const tests::TempFolder folder;
    const auto experiment = folder.file(
        "long.experiment.json",
        R"({"name": "long", "data": {"source": "two-moons", "rows": 64}, "train": {"epochs": 1000000, "threads": 1}})");
    const auto runs = folder.path() / "runs";
    const Ended ended = desktop({experiment.string(), "--start", "--runs", runs.string(), "--screenshot",
                                 (folder.path() / "a.png").string(), "--after", "3"});
    CHECK(ended.status == 0);
    const Ended listed = tests::cli({"runs", "list", "--runs", runs.string(), "--json"});
    INFO(listed.out << listed.err);
    REQUIRE(listed.json()["runs"].array().size() == 1);
    const auto run = listed.json()["runs"].array()[0];
    CHECK(run["steps"].toInt() > 0);
    CHECK((run["status"].text() == "stopped" || run["status"].text() == "interrupted"));
}

TEST_CASE("descent refuses what it does not understand with status 2 and a reason")
{
    if (!built()) {
        WARN("descent was not built");
        return;
    }
    for (const auto& [arguments, named] :
         std::vector<std::pair<std::vector<std::string>, std::string>>{{{"--page", "nowhere"}, "nowhere"},
                                                                       {{"--page", "train/ranks"}, "no part"},
                                                                       {{"--size", "big"}, "--size"},
                                                                       {{"--what"}, "what"},
                                                                       {{"/no/such/file"}, "/no/such/file"}}) {
        INFO(named);
        const Ended ended = desktop(arguments);
        CHECK(ended.status == 2);
        CHECK(ended.err.find(named) != std::string::npos);
    }
}

TEST_CASE("a screenshot that cannot be written is status 5")
{
    if (!built()) {
        WARN("descent was not built");
        return;
    }
    const Ended ended = desktop({"--screenshot", "/nowhere/at/all.png", "--after", "0"});
    CHECK(ended.status == 5);
    CHECK(ended.err.find("/nowhere/at/all.png") != std::string::npos);
}

TEST_CASE("help and version are told without a display")
{
    if (!built()) {
        WARN("descent was not built");
        return;
    }
    const Ended help = tests::Running({program(), "--help"}).wait();
    CHECK(help.status == 0);
    CHECK(help.out.find("--screenshot") != std::string::npos);
    CHECK(help.out.starts_with("Usage: descent "));
    CHECK(tests::Running({program(), "--version"}).wait().out.rfind("descent ", 0) == 0);
}

}
