// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <fstream>

namespace tests::stream_test {

using namespace core::base;

namespace {

std::string rowsOf(int count)
{
    std::string text = "x,z,kind\n";
    for (int row = 0; row < count; ++row)
        text += std::to_string(row * 37 % 101) + "," + std::to_string(row * 11 % 53) + "," +
                (row * 37 % 101 > 50 ? "far" : "near") + "\n";
    return text;
}

Value answerOf(const tests::Ended& ended)
{
    INFO(ended.out << ended.err);
    REQUIRE(ended.status == 0);
    const auto answer = parseJson(ended.out);
    REQUIRE(answer);
    return *answer;
}

}

TEST_CASE("streamed rows train, replay to the same bits, branch and are evaluated")
{
    const tests::TempFolder folder;
    const std::string file = folder.file("rows.csv", rowsOf(4000)).string(), runs = (folder.path() / "runs").string();
    const std::string experiment =
        folder
            .file("a.experiment.json",
                  R"({"data": {"source": "rows.csv", "mode": "pipe", "shuffle_buffer": 500}, "train": {"epochs": 3}})")
            .string();
    const Value trained = answerOf(tests::cli({"train", experiment, "--json", "--runs", runs}));
    const std::string run = trained["run"].text();
    CHECK(trained["metrics"]["validation/accuracy"].toReal() > 0.9);
    CHECK(answerOf(tests::cli({"replay", run, "--json"}))["identical"].toBool());
    const Value branched = answerOf(tests::cli({"branch", run, "--at", "100", "--json", "--runs", runs}));
    CHECK(branched["digest"].text() == trained["digest"].text());
    CHECK(
        answerOf(tests::cli({"evaluate", run, "--split", "validation", "--json"}))["metrics"]["validation/accuracy"] ==
        trained["metrics"]["validation/accuracy"]);
    // A file that is another now ends what would go on with it.
    std::ofstream(file, std::ios::app) << "1,2,far\n";
    CHECK(tests::cli({"replay", run, "--json"}).status != 0);
}

TEST_CASE("what file and pipe cost is told, and one of them suggested")
{
    const tests::TempFolder folder;
    folder.file("rows.csv", rowsOf(3000));
    const std::string experiment = folder.file("a.experiment.json", R"({"data": {"source": "rows.csv"}})").string();
    const Value modes = answerOf(tests::cli({"data", experiment, "--costs", "--json"}))["modes"];
    CHECK(modes["suggested"].text() == "file");
    CHECK_FALSE(modes["rule"].text().empty());
    for (const char* mode : {"file", "pipe"}) {
        CHECK(modes[mode]["measured"].toBool());
        CHECK(modes[mode]["first_step_seconds"].toReal() > 0);
        CHECK(modes[mode]["memory_bytes"].toInt() > 0);
    }
    CHECK(modes["file"]["read_per_epoch_bytes"].toInt() == 0);
    CHECK(modes["pipe"]["read_per_epoch_bytes"].toInt() > 0);
}

TEST_CASE("a broken line deep in a streamed file ends the training with its place")
{
    const tests::TempFolder folder;
    std::string text = rowsOf(200'000);
    const std::size_t place = text.find('\n', text.size() / 2) + 1;
    const auto line = std::count(text.begin(), text.begin() + std::ptrdiff_t(place), '\n') + 1;
    text.insert(place, "oops,");
    folder.file("rows.csv", text);
    const std::string experiment =
        folder.file("a.experiment.json", R"({"data": {"source": "rows.csv", "mode": "pipe"}, "train": {"epochs": 1}})")
            .string();
    const tests::Ended ended = tests::cli({"train", experiment, "--json", "--runs", (folder.path() / "runs").string()});
    CHECK(ended.status == 3);
    CHECK((ended.out + ended.err).find("rows.csv:" + std::to_string(line)) != std::string::npos);
}

}
