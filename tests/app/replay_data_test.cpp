// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>

namespace tests::replay_data_test {

using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

std::string rowsOf(int count, int shift = 0)
{
    std::string text = "x,z,kind\n";
    for (int row = shift; row < count + shift; ++row)
        text += std::to_string(row * 37 % 101) + "," + std::to_string(row * 11 % 53) + "," +
                (row * 37 % 101 > 50 ? "far" : "near") + "\n";
    return text;
}

std::string causeOf(const Ended& ended)
{
    return ended.json()["first_difference"]["cause"].text();
}

}

TEST_CASE("a replay says that the data is another, whichever row was changed")
{
    const TempFolder folder;
    const std::string text = rowsOf(3000);
    folder.file("t.csv", text);
    const auto file = folder.file("t.experiment.json", R"({"data": {"source": "t.csv"}, "train": {"epochs": 1}})");
    const std::string run = cli({"train", file, "--runs", folder.path() / "runs", "--json"}).json()["run"].text();
    REQUIRE(cli({"replay", run, "--json"}).json()["identical"].toBool());
    // Every row: the digest of some of them tells.
    std::string other = text;
    for (std::size_t at = other.find("\n"); at + 1 < other.size(); at = other.find("\n", at + 1))
        other.insert(at + 1, "1");
    folder.file("t.csv", other);
    const Ended all = cli({"replay", run, "--json"});
    INFO(all.out);
    CHECK(all.status == 4);
    CHECK(causeOf(all) == "data");
    CHECK(all.json()["first_difference"]["message"].text().find("t.csv") != std::string::npos);
    // One row of many: the file was written since.
    const std::size_t line = text.find("\n", text.size() / 2) + 1;
    std::string one = text;
    one.insert(line, "99");
    folder.file("t.csv", one);
    const Ended single = cli({"replay", run, "--json"});
    INFO(single.out);
    CHECK((single.json()["identical"].toBool() || causeOf(single) == "data"));
    folder.file("t.csv", text);
    CHECK(cli({"replay", run, "--json"}).json()["identical"].toBool());
}

TEST_CASE("a replay notices another file in a channel that nothing is learned from")
{
    const TempFolder folder;
    folder.file("learn.csv", rowsOf(300));
    folder.file("look.csv", rowsOf(100, 500));
    const auto file = folder.file("t.experiment.json", R"({"data": {"channels": {"train": "learn.csv",
        "validation": "look.csv"}}, "train": {"epochs": 1}})");
    const std::string run = cli({"train", file, "--runs", folder.path() / "runs", "--json"}).json()["run"].text();
    folder.file("look.csv", rowsOf(100, 700));
    const auto replayed = cli({"replay", run, "--json"}).json();
    CHECK(replayed["identical"].toBool());
    std::string notes;
    for (const auto& note : replayed["notes"].array())
        notes += note.text();
    CHECK(notes.find("look.csv") != std::string::npos);
}

TEST_CASE("predictions of a run of streamed rows are streamed, whole or absent")
{
    const TempFolder folder;
    folder.file("t.csv", rowsOf(2000));
    const auto file =
        folder.file("t.experiment.json", R"({"data": {"source": "t.csv", "mode": "pipe"}, "train": {"epochs": 1}})");
    const std::string run = cli({"train", file, "--runs", folder.path() / "runs", "--json"}).json()["run"].text();
    const std::string rows = rowsOf(90'000);
    const auto input = folder.file("new.csv", rows), output = folder.path() / "out.csv";
    const Ended ended = cli({"predict", run, "--input", input, "--output", output, "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["rows"].toInt() == 90'000);
    std::ifstream in(output);
    std::string line;
    std::int64_t lines = 0;
    for (; std::getline(in, line); ++lines)
        if (lines == 0)
            CHECK(line == "prediction,confidence,p(far),p(near)");
    CHECK(lines == 90'001);
    // Nothing is left of predictions that broke off.
    std::filesystem::remove(output);
    std::string broken = rows;
    broken.insert(broken.size() - 4, ",,,");
    const Ended failed = cli({"predict", run, "--input", folder.file("b.csv", broken), "--output", output, "--json"});
    CHECK(failed.status == 3);
    CHECK_FALSE(std::filesystem::exists(output));
}

}
