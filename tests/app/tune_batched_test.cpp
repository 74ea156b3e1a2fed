// SPDX-License-Identifier: GPL-3.0-or-later
// Studies of small networks, whose trials share processes.
#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <set>

namespace tests::batched_studies {

using core::base::Array;
using core::base::Object;
using core::base::Value;

struct Study {
    TempFolder folder;
    std::string runs = (folder.path() / "runs").string(), file = (folder.path() / "a.experiment.json").string();

    explicit Study(std::int64_t epochs, const std::string& norm = "none")
    {
        const Object tuning{{"strategy", "Random"},
                            {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                            {"max_jobs", 7},
                            {"max_parallel_jobs", 2},
                            {"retries", 3},
                            {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 0.01}},
                                                 Object{{"path", "model.dropout"}, {"min", 0.0}, {"max", 0.5}}}}};
        const Object model{{"kind", "mlp"}, {"hidden", Array{8, 8}}, {"norm", norm}};
        REQUIRE(core::base::writeFileAtomically(
            file,
            core::base::writeJson(Object{{"name", "moons"},
                                         {"data", Object{{"source", "two-moons"}, {"rows", 200}}},
                                         {"model", model},
                                         {"train", Object{{"epochs", epochs}, {"batch_size", 16}, {"threads", 1}}},
                                         {"tuning", tuning}})));
    }
    std::vector<std::string> command(const std::string& batched) const
    {
        return {"tune", file, "--runs", runs, "--json", "--set", "tuning.batched=" + batched};
    }
};

/// Processes that wrote the runs of a study; its trials' experiments say how the network was computed.
std::pair<std::size_t, std::size_t> processesAndFused(const Value& study)
{
    std::set<std::int64_t> processes;
    std::size_t fused = 0;
    for (const Value& trial : study["trials"].array()) {
        const std::filesystem::path run = trial["run"].text();
        const auto lock = core::base::readJson(run / "run.lock");
        const auto spec = core::base::readJson(run / "spec.json");
        REQUIRE(lock);
        REQUIRE(spec);
        processes.insert((*lock)["pid"].toInt());
        fused += (*spec)["model"]["fused"].toBool(false);
    }
    return {processes.size(), fused};
}

TEST_CASE("trials of small networks share processes, are runs all the same, and tell what they tell alone")
{
    const Study study(3);
    const Ended batched = cli(study.command("auto")), alone = cli(study.command("off"));
    INFO(batched.err << alone.err);
    REQUIRE(batched.status == 0);
    REQUIRE(alone.status == 0);
    const Value told = batched.json(), other = alone.json();
    REQUIRE(told["trials"].array().size() == 7);
    const auto [processes, fused] = processesAndFused(told);
    CHECK(processes <= 2);
    CHECK(fused == 7);
    CHECK(processesAndFused(other) == std::pair<std::size_t, std::size_t>{7, 0});
    for (std::size_t i = 0; i < 7; ++i) {
        const Value &one = told["trials"].array()[i], &single = other["trials"].array()[i];
        INFO(i);
        CHECK(one["state"].text() == "completed");
        CHECK(one["parameters"] == single["parameters"]);
        CHECK(one["value"].toReal() == Approx(single["value"].toReal()).margin(1e-5));
    }
    const Ended replayed = cli({"replay", told["trials"].array()[3]["run"].text(), "--runs", study.runs, "--json"});
    REQUIRE(replayed.status == 0);
    const Value certificate = replayed.json();
    CHECK(certificate["identical"].toBool(false));
    CHECK(certificate["steps_checked"].toInt() > 1);
}

TEST_CASE("a network that is no small one has a process for every trial")
{
    const Study study(1, "batch");
    const Ended ended = cli(study.command("auto"));
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    CHECK(processesAndFused(ended.json()) == std::pair<std::size_t, std::size_t>{7, 0});
}

TEST_CASE("a process of several trials that is killed costs none of them")
{
    const Study study(60), calm(60);
    tests::Running running(tests::cliCommand(study.command("auto")));
    const std::string journal = study.runs + "/moons-study-0001/study.jsonl";
    const std::string children =
        "/proc/" + std::to_string(running.pid()) + "/task/" + std::to_string(running.pid()) + "/children";
    REQUIRE(tests::until([&] {
        const auto records = core::base::readFile(journal);
        const auto text = core::base::readFile(children);
        if (!records || records->find("\"op\":\"report\"") == records->npos || !text || text->empty())
            return !running.going();
        return ::kill(std::atoi(text->c_str()), SIGKILL) == 0;
    }));
    const Ended ended = running.wait(), whole = cli(calm.command("auto"));
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    REQUIRE(whole.status == 0);
    const Value told = ended.json(), other = whole.json();
    std::set<std::string> runs;
    REQUIRE(told["trials"].array().size() == 7);
    for (std::size_t i = 0; i < 7; ++i) {
        const Value& one = told["trials"].array()[i];
        runs.insert(one["run"].text());
        CHECK(one["state"].text() == "completed");
        CHECK(one["value"] == other["trials"].array()[i]["value"]);
    }
    CHECK(runs.size() == 7);
}

}
