// SPDX-License-Identifier: GPL-3.0-or-later
// Studies and runs that go to other programs, and studies that come from them.
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::exchange_test {

using core::base::Array;
using core::base::Object;
using core::base::Value;
using tests::cli;
using tests::Ended;
using tests::TempFolder;

namespace {

std::string textOf(const std::filesystem::path& file)
{
    return core::base::readFile(file).valueOr({});
}

// A study that was told twice, of which a point of a person's was the first.
struct ToldStudy {
    TempFolder folder;
    std::string runs = (folder.path() / "runs").string(), study;

    ToldStudy()
    {
        const Value tree =
            Object{{"name", "out"},
                   {"tuning", Object{{"strategy", "TPE"},
                                     {"objective", Object{{"metric", "score"}, {"goal", "maximize"}}},
                                     {"max_jobs", 3},
                                     {"parameters", Array{Object{{"path", "x"}, {"min", 0}, {"max", 1}},
                                                          Object{{"path", "kind"}, {"values", Array{"a", "b, c"}}}}}}}};
        const std::string file = folder.file("out.experiment.json", core::base::writeJson(tree)).string();
        const Ended made = cli({"study", "create", file, "--runs", runs, "--json"});
        INFO(made.err);
        REQUIRE(made.status == 0);
        study = made.json()["study"].text();
        const Ended picked = cli({"study", "enqueue", study, "x=0.25", "kind=b, c", "--json"});
        INFO(picked.err);
        REQUIRE(picked.status == 0);
        CHECK(picked.json()["number"].toInt() == 0);
        CHECK(picked.json()["parameters"]["kind"].text() == "b, c");
        const Ended asked = cli({"study", "ask", study, "--json"});
        REQUIRE(asked.status == 0);
        CHECK(asked.json()["number"].toInt() == 0);
        CHECK(asked.json()["parameters"]["x"].toReal() == 0.25);
        REQUIRE(cli({"study", "tell", study, "0", "0.5"}).status == 0);
        REQUIRE(cli({"study", "ask", study}).status == 0);
        REQUIRE(cli({"study", "tell", study, "1", "0.75"}).status == 0);
    }

    // What comes back of a file or folder as a study of its own.
    Value again(const std::string& path, std::vector<std::string> more = {}) const
    {
        std::vector<std::string> all{"study", "import", path, "--runs", (folder.path() / "others").string(), "--json"};
        all.insert(all.end(), more.begin(), more.end());
        const Ended read = cli(all);
        INFO(read.err);
        REQUIRE(read.status == 0);
        CHECK(read.json()["trials"].toInt() == 2);
        const Ended shown = cli({"study", "show", read.json()["study"].text(), "--json"});
        REQUIRE(shown.status == 0);
        return shown.json();
    }
};

void checkSame(const Value& study)
{
    const Array trials = study["trials"].array();
    REQUIRE(trials.size() == 2);
    CHECK(trials[0]["state"].text() == "completed");
    CHECK(trials[0]["value"].toReal() == Approx(0.5));
    CHECK(trials[0]["parameters"]["x"].toReal() == Approx(0.25));
    CHECK(trials[0]["parameters"]["kind"].text() == "b, c");
    CHECK(study["best"]["value"].toReal() == Approx(0.75));
}

}

TEST_CASE("a study goes to Optuna and TensorBoard and comes back; CSV has a line a trial")
{
    const ToldStudy told;
    const std::string journal = (told.folder.path() / "out.log").string(),
                      logs = (told.folder.path() / "logs").string(), table = (told.folder.path() / "out.csv").string();
    const Ended written = cli({"study", "export", told.study, journal, "--to", "optuna", "--json"});
    INFO(written.err);
    REQUIRE(written.status == 0);
    CHECK(written.json()["files"].array().at(0).text() == journal);
    checkSame(told.again(journal));

    // By its id, and by the command that exports runs.
    const Ended events = cli({"export", "out-study-0001", "--to", "tensorboard", logs, "--runs", told.runs, "--json"});
    INFO(events.err);
    REQUIRE(events.status == 0);
    CHECK(events.json()["files"].array().size() == 3); // the study, and each trial
    checkSame(told.again(logs));

    REQUIRE(cli({"study", "export", told.study, table, "--to", "csv"}).status == 0);
    const std::string text = textOf(table);
    CHECK(text.starts_with("number,state,score,x,kind,started,"));
    CHECK(text.find("\r\n0,completed,0.5,0.25,\"b, c\",") != text.npos);
    CHECK(text.find("\r\n1,completed,0.75,") != text.npos);
    checkSame(told.again(table, {"--goal", "maximize"}));
    checkSame(told.again(table, {"--goal", "maximize", "--metric", "score"}));
}

TEST_CASE("a table of Optuna's trials becomes a study")
{
    const TempFolder folder;
    const std::string table = folder
                                  .file("trials.csv", ",number,value,datetime_start,params_kind,params_lr,state\n"
                                                      "0,0,0.5,2024-01-01 00:00:00,\"a, b\",0.01,COMPLETE\n"
                                                      "1,1,,2024-01-01 00:00:01,c,0.1,PRUNED\n"
                                                      "2,2,,2024-01-01 00:00:02,c,0.05,FAIL\n")
                                  .string();
    const auto imported = [&](const std::string& file, std::vector<std::string> more) {
        std::vector<std::string> all{"study", "import", file, "--runs", (folder.path() / "runs").string(), "--json"};
        all.insert(all.end(), more.begin(), more.end());
        return cli(all);
    };
    const Ended read = imported(table, {"--goal", "minimize", "--metric", "loss"});
    INFO(read.err);
    REQUIRE(read.status == 0);
    const Value study = cli({"study", "show", read.json()["study"].text(), "--json"}).json();
    const Array trials = study["trials"].array();
    REQUIRE(trials.size() == 3);
    CHECK(trials[0]["parameters"]["kind"].text() == "a, b");
    CHECK(trials[0]["value"].toReal() == 0.5);
    CHECK(trials[1]["state"].text() == "stopped");
    CHECK(trials[2]["state"].text() == "failed");
    const auto refused = [&](const std::string& text, const std::string& what, const std::string& where) {
        const Ended ended = imported(folder.file("bad.csv", text).string(), {"--goal", "minimize"});
        CHECK(ended.status != 0);
        INFO(ended.err << ended.out);
        CHECK(ended.json()["error"]["message"].text().find(what) != std::string::npos);
        CHECK(ended.json()["error"]["where"].text().find(where) != std::string::npos);
    };
    CHECK(imported(table, {}).json()["error"]["message"].text().find("small or large") != std::string::npos);
    refused("number,value,params_x,state\n0,1,2\n", "3 cells", "line 2");
    refused("number,value,params_x,state\n0,1,2,DONE\n", "DONE", "line 2");
    refused("number,value,params_x,state\n0,one,2,COMPLETE\n", "\"one\" is no value", "line 2");
    refused("number,value,params_x\n", "\"state\"", "line 1");
    refused("number,\"value", "not closed", "line 1");
    refused("", "empty", "bad.csv");
}

TEST_CASE("what is no study, no point and no target is told with what would be right")
{
    const ToldStudy told;
    const auto refused = [](const std::vector<std::string>& arguments, const std::string& what) {
        const Ended ended = cli(arguments);
        INFO(ended.err);
        CHECK(ended.status != 0);
        CHECK(ended.err.find(what) != ended.err.npos);
    };
    refused({"study", "enqueue", told.study, "x"}, "PATH=VALUE");
    refused({"study", "enqueue", told.study, "x=2", "kind=a"}, "x");
    refused({"study", "enqueue", told.study, "x=0.1", "kind=z"}, "kind");
    refused({"study", "enqueue", told.study, "x=0.1", "kind=a", "y=1"}, "y");
    refused({"study", "export", told.study, "there", "--to", "npz"}, "--to");
    const std::string torn = told.folder.file("torn.log", "no journal\n").string();
    refused({"study", "import", torn, "--runs", told.runs}, "torn.log");
    refused({"study", "import", (told.folder.path() / "absent").string(), "--runs", told.runs}, "absent");
}

TEST_CASE("a run goes to TensorBoard and comes back; a target that cannot be done says why")
{
    const TempFolder folder;
    const std::string runs = (folder.path() / "runs").string(), logs = (folder.path() / "logs").string();
    const Value tree = Object{{"name", "moons"},
                              {"data", Object{{"source", "two-moons"}, {"rows", 60}}},
                              {"model", Object{{"kind", "mlp"}, {"hidden", Array{4}}}},
                              {"train", Object{{"epochs", 2}, {"batch_size", 16}}}};
    const std::string file = folder.file("moons.experiment.json", core::base::writeJson(tree)).string();
    const Ended trained = cli({"train", file, "--runs", runs, "--json"});
    INFO(trained.err);
    REQUIRE(trained.status == 0);
    const std::string run = trained.json()["run"].text();
    const Ended written = cli({"export", run, "--to", "tensorboard", logs, "--json"});
    INFO(written.err);
    REQUIRE(written.status == 0);
    const std::string events = written.json()["files"].array().at(0).text();
    CHECK(std::filesystem::path(events).parent_path() == logs);
    const Ended back = cli({"runs", "import", events, "--runs", runs, "--json"});
    INFO(back.err);
    REQUIRE(back.status == 0);

    const auto table = [&](const std::string& of, const std::string& name) {
        const std::string to = (folder.path() / name).string();
        REQUIRE(cli({"export", of, "--to", "csv", to}).status == 0);
        return textOf(to);
    };
    const std::string own = table(run, "own.csv"), others = table(back.json()["run"].text(), "others.csv");
    CHECK(own.substr(0, own.find('\n')) == others.substr(0, others.find('\n')));
    CHECK(std::ranges::count(own, '\n') == std::ranges::count(others, '\n'));

    CHECK(cli({"export", run, "--to", "npz", (folder.path() / "w.npz").string()}).status == 0);
    for (const auto& [target, why] : {std::pair("optuna", "a run"), {"onnx", "operators"}, {"hdf9", "Known: "}}) {
        const Ended refused = cli({"export", run, "--to", target, (folder.path() / "none").string()});
        INFO(refused.err);
        CHECK(refused.status == 2);
        CHECK(refused.err.find(why) != refused.err.npos);
        CHECK_FALSE(std::filesystem::exists(folder.path() / "none"));
    }
}

}
