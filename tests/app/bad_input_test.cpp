// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::bad_input_test {

using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

// The error of a training of `experiment`, as `kind|message|where`.
std::string errorOf(const TempFolder& folder, const std::string& experiment, int status,
                    std::vector<std::string> more = {})
{
    std::vector<std::string> arguments{"train", folder.file("bad.experiment.json", experiment), "--runs",
                                       folder.path() / "runs", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = cli(arguments);
    INFO(ended.err);
    CHECK(ended.status == status);
    const Value error = ended.json()["error"];
    return error["kind"].text() + "|" + error["message"].text() + "|" + error["where"].text();
}

bool has(const std::string& text, const std::string& part)
{
    INFO(text << " should name " << part);
    CHECK(text.find(part) != std::string::npos);
    return true;
}

}

TEST_CASE("unknown keys name the nearest known one")
{
    const TempFolder folder;
    const std::string error = errorOf(
        folder, R"({"data": {"source": "two-moons"}, "train": {"optimizer": {"kind": "adam", "learning_rate": 1}}})",
        2);
    has(error, "spec|");
    has(error, "/train/optimizer/learning_rate");
    has(errorOf(folder, R"({"data": {"source": "two-moons"}, "trian": {}})", 2), "Did you mean \"train\"?");
    has(errorOf(folder, "{\"data\": ", 2), "bad.experiment.json");
    has(errorOf(folder, R"({"data": {"source": "two-moons"}})", 2, {"--set", "train.epoch=2"}), "\"epochs\"");
}

TEST_CASE("a network that no memory holds is refused before it is made")
{
    const TempFolder folder;
    const std::string error = errorOf(
        folder, R"({"data": {"source": "two-moons"}, "model": {"kind": "mlp", "hidden": [1000000, 1000000]}})", 5);
    has(error, "resource|the network does not fit into memory");
    has(error, "take at least 16000 GB");
    has(error, "|/model");
}

TEST_CASE("data that is not there or is cut off is named")
{
    const TempFolder folder;
    has(errorOf(folder, R"({"data": {"source": "nowhere.csv"}})", 3), "nowhere.csv");
    folder.file("ragged.csv", "a,b,c\n1,2,x\n3,4\n5,6,y\n");
    has(errorOf(folder, R"({"data": {"source": "ragged.csv"}})", 3), "3");
    folder.file("a-images-idx3-ubyte", std::string("\0\0\x08\x03\0\0\0\x05\0\0\0\x04\0\0\0\x04", 16) + "too short");
    folder.file("a-labels-idx1-ubyte", std::string("\0\0\x08\x01\0\0\0\x05\0\1\0\1\0", 13));
    has(errorOf(folder, R"({"data": {"source": "a-images-idx3-ubyte"}})", 3), "data|");
}

TEST_CASE("NaN in the data is told by row and column")
{
    const TempFolder folder;
    std::string csv = "width,height,kind\n";
    for (int i = 0; i < 40; ++i)
        csv += std::to_string(i) + "," + (i == 17 ? "nan" : std::to_string(i % 7)) + "," + (i % 2 ? "a" : "b") + "\n";
    folder.file("holes.csv", csv);
    const std::string error = errorOf(folder, R"({"data": {"source": "holes.csv"}})", 3);
    has(error, "height");
    has(error, "1");
}

TEST_CASE("splits that cannot be are told")
{
    const TempFolder folder;
    has(errorOf(folder, R"({"data": {"source": "two-moons"}, "split": {"train": 0.9, "validation": 0.5}})", 2),
        "/split");
    has(errorOf(folder, R"({"data": {"source": "two-moons"}, "split": {"train": 0}})", 2), "/split/train");
}

TEST_CASE("a loss that becomes NaN fails the run with its reason")
{
    const TempFolder folder;
    const std::string error =
        errorOf(folder, R"({"data": {"source": "two-moons"}, "model": {"kind": "mlp", "hidden": [64, 64]},
        "train": {"optimizer": {"kind": "sgd", "lr": 1000, "momentum": 0.99}, "epochs": 200, "threads": 1}})",
                4);
    has(error, "run|");
    has(error, "step");
}

TEST_CASE("bad usage ends with 2, as JSON where it was asked for")
{
    CHECK(cli({"trian"}).status == 2);
    CHECK(cli({"train"}).status == 2);
    CHECK(cli({"train", "x", "--nonsense"}).status == 2);
    const Ended ended = cli({"train", "/no/such.experiment.json", "--json"});
    CHECK(ended.status == 2);
    CHECK(ended.json()["error"]["where"].text().find("/no/such.experiment.json") != std::string::npos);
    const TempFolder folder;
    has(errorOf(folder, R"({"data": {"source": "two-moons"}})", 2, {"--device", "tpu"}), "tpu");
    has(errorOf(folder, R"({"data": {"source": "two-moons"}})", 5, {"--device", "cuda:97"}), "cuda:97");
}

TEST_CASE("a command that there is not is named, with the nearest one")
{
    const auto message = [](const std::vector<std::string>& arguments) {
        std::vector<std::string> all = arguments;
        all.push_back("--json");
        const Ended ended = cli(all);
        CHECK(ended.status == 2);
        return ended.json()["error"]["message"].text();
    };
    has(message({"trian", "x"}), "there is no command \"trian\". Did you mean \"train\"?");
    has(message({"runs", "shwo", "x"}), "there is no command \"shwo\". Did you mean \"show\"?");
    has(message({"runs", "show"}), "descent-cli runs show --help");
    has(message({"train", "x", "--nonsense"}), "--nonsense");
}

TEST_CASE("a setting of a part that the experiment does not name goes to the part's default")
{
    const TempFolder folder;
    const std::string file = folder.file("m.experiment.json", R"({"data": {"source": "two-moons"}})");
    const Ended ended =
        cli({"schedule", file, "--set", "train.optimizer.lr=0.25", "--set", "model.hidden=[3]", "--json"});
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(ended.json()["lr"].array().front().toReal() == 0.25);
}

TEST_CASE("more steps than can be listed are told, not tried")
{
    const TempFolder folder;
    const std::string file = folder.file("m.experiment.json", R"({"data": {"source": "two-moons"}})");
    const Ended ended = cli({"schedule", file, "--set", "train.steps=1000000000000", "--json"});
    CHECK(ended.status == 5);
    CHECK(ended.json()["error"]["where"].text() == "/train/steps");
}

TEST_CASE("a file that cannot be written is named as it was asked for, and nothing is left beside it")
{
    const TempFolder folder;
    const auto file = folder.file("m.experiment.json", R"({"name": "m", "data": {"source": "two-moons", "rows": 40},
        "train": {"epochs": 1, "threads": 1}})");
    REQUIRE(cli({"train", file, "--runs", folder.path() / "runs"}).status == 0);
    const auto rows = folder.file("rows.csv", "x,y\n0,1\n");
    const auto predict = [&](const std::string& output) {
        const Ended ended =
            cli({"predict", "m-0001", "--runs", folder.path() / "runs", "--input", rows, "--output", output, "--json"});
        CHECK(ended.status != 0);
        return ended.json()["error"]["where"].text();
    };
    CHECK(predict(folder.path() / "no" / "such.csv") == folder.path() / "no" / "such.csv");
    CHECK(predict(folder.path() / "runs") == folder.path() / "runs");
    CHECK_FALSE(std::filesystem::exists(folder.path() / "runs.tmp"));
}

TEST_CASE("a run that somebody else writes is refused, and its owner is named")
{
    const TempFolder folder;
    const auto file =
        folder.file("m.experiment.json",
                    R"({"name": "busy", "data": {"source": "two-moons"}, "train": {"epochs": 100000, "threads": 1}})");
    tests::Running first(tests::cliCommand({"train", file, "--runs", folder.path() / "runs"}));
    REQUIRE(tests::until(
        [&] { return std::filesystem::exists(folder.path() / "runs" / "busy-0001" / "run.h5") || !first.going(); }));
    const Ended second = cli({"resume", "busy-0001", "--runs", folder.path() / "runs", "--json"});
    INFO(second.out << second.err);
    CHECK(second.status == 5);
    has(second.json()["error"]["message"].text() + second.json()["error"]["where"].text(), std::to_string(first.pid()));
}

}
