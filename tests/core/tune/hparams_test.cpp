// SPDX-License-Identifier: GPL-3.0-or-later
// Studies as TensorBoard's HParams plugin reads and writes them.
#include "core/tune/hparams.h"

#include "core/base/files.h"
#include "core/tune/study.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tuning.h"

#include <map>

namespace tests::hparams_test {

using namespace core;
using tune::TrialState;

namespace {

// The study of write_hparams_goldens.py.
tune::StudyState smallStudy()
{
    tune::StudyState study;
    study.name = "clothes";
    study.created = 1700000000.5;
    study.spec =
        tests::tuning(R"([{"path": "lr", "min": 1e-4, "max": 0.1, "scale": "log"},
        {"path": "layers", "type": "integer", "min": 1, "max": 9, "step": 2}, {"path": "kind", "values": ["sgd", "adam"]},
        {"path": "batch", "values": [16, 8]}, {"path": "nesterov", "values": [true, false]},
        {"path": "mode", "values": [true, "x"]}])",
                      R"("strategy": "Random", "max_jobs": 4)",
                      R"([{"metric": "loss", "goal": "minimize"}, {"metric": "accuracy", "goal": "maximize"}])");
    study.space = *tune::spaceOf(study.spec);
    const TrialState states[] = {TrialState::Completed, TrialState::Stopped, TrialState::Failed, TrialState::Running};
    for (int i = 0; i < 4; ++i) {
        tune::Trial trial;
        trial.number = i;
        trial.state = states[i];
        trial.parameters = {{"lr", 0.01},  {"layers", 3},       {"kind", "adam"},
                            {"batch", 16}, {"nesterov", false}, {"mode", true}};
        trial.started = 1700000010.0 + 10 * i;
        trial.ended = tune::isFinished(trial.state) ? trial.started + 5 : 0;
        study.trials.push_back(trial);
    }
    study.trials[0].values = {0.25, 0.9};
    study.trials[0].reports = {{0, 0.5}, {300, 0.25}};
    study.trials[1].parameters.set("lr", 0.1);
    study.trials[1].parameters.set("mode", "x");
    study.trials[1].reports = {{0, 2}};
    study.trials[1].stop = tune::Stop{"Auto", 0, 2, 0.5, {0}, "2 is worse than 0.5"};
    study.trials[2].parameters.set("kind", "sgd");
    study.trials[2].parameters.set("nesterov", true);
    study.trials[2].error = "no memory";
    study.trials[3].parameters.set("layers", 9);
    study.trials[3].parameters.set("batch", 8);
    return study;
}

std::string hex(const std::string& bytes)
{
    std::string text;
    for (const char byte : bytes)
        for (const int digit : {(byte >> 4) & 15, byte & 15})
            text += "0123456789abcdef"[digit];
    return text;
}

std::string bytesOf(const std::string& hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += char(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

}

TEST_CASE("a study's event files are TensorBoard's own, byte by byte")
{
    const auto golden = base::readJson(DESCENT_SOURCE_DIR "/tests/golden/hparams.json");
    REQUIRE(golden);
    const auto files = tune::hparamsOf(smallStudy());
    REQUIRE(files.size() == golden->object().size());
    for (const tune::EventFile& file : files) {
        INFO(file.path);
        const base::Value* expected = golden->object().find(file.path);
        REQUIRE(expected);
        CHECK(hex(file.bytes) == expected->text());
    }
}

TEST_CASE("a study goes to TensorBoard and comes back")
{
    const tune::StudyState study = smallStudy();
    const tests::TempFolder folder;
    const auto written = tune::writeHParams(study, folder.path() / "clothes");
    REQUIRE(written);
    CHECK(written->size() == 5);
    const auto back = tune::readHParams(folder.path() / "clothes");
    if (!back)
        FAIL(base::describe(back.error()));
    CHECK(back->name == "clothes");
    CHECK(back->spec.objective == study.spec.objective);
    const auto space = tune::spaceOf(back->spec);
    REQUIRE(space);
    REQUIRE(space->size() == 6);
    for (const std::size_t i : {0, 1})
        CHECK(space->parameters()[i] == study.space.parameters()[i]);
    CHECK(space->parameters()[2].range.values == base::Array{"adam", "sgd"});
    CHECK(space->parameters()[3].range.values == base::Array{8, 16});
    CHECK(space->parameters()[4].range.values == base::Array{false, true});
    CHECK(space->parameters()[5].range.values == base::Array{"true", "x"});
    REQUIRE(back->trials.size() == 4);
    const TrialState states[] = {TrialState::Completed, TrialState::Stopped, TrialState::Failed, TrialState::Failed};
    for (std::size_t i = 0; i < 4; ++i) {
        const tune::Trial& trial = back->trials[i];
        CHECK(trial.number == std::int64_t(i));
        CHECK(trial.state == states[i]);
        CHECK(trial.started == study.trials[i].started);
        CHECK(space->check(trial.parameters, ""));
        for (const char* same : {"lr", "layers", "kind", "batch", "nesterov"})
            CHECK(*trial.parameters.find(same) == *study.trials[i].parameters.find(same));
    }
    REQUIRE(back->trials[0].values.size() == 2);
    CHECK(back->trials[0].values[0] == 0.25);
    CHECK(back->trials[0].values[1] == double(0.9f));
    REQUIRE(back->trials[0].reports.size() == 2);
    CHECK(back->trials[0].reports[1].step == 300);
    CHECK(back->trials[1].reports[0].value == 2);
    CHECK(back->trials[3].error.find("running") != std::string::npos);

    // It goes on here.
    auto spec = back->spec;
    spec.maxJobs = 8;
    auto again = tune::Study::create(back->name, spec);
    REQUIRE(again);
    for (const tune::Trial& trial : back->trials)
        REQUIRE(again->import(trial));
    const auto next = again->ask();
    REQUIRE(next);
    CHECK(*next);
}

TEST_CASE("of a log without ranges and goals the values tell the ranges, a person the goal")
{
    // As PyTorch's add_hparams leaves it: each trial for itself, without the folder's own file.
    const auto golden = base::readJson(DESCENT_SOURCE_DIR "/tests/golden/hparams.json");
    REQUIRE(golden);
    const tests::TempFolder folder;
    for (const auto& [path, content] : golden->object()) {
        const auto slash = path.find('/');
        if (slash == path.npos)
            continue;
        std::filesystem::create_directories(folder.path() / path.substr(0, slash));
        folder.file(path, bytesOf(content.text()));
    }
    const auto refusal = [&](const std::string& goal, const std::string& metric) {
        const auto read = tune::readHParams(folder.path(), goal, metric);
        return read ? std::string() : base::describe(read.error());
    };
    CHECK(refusal("minimize", "").find("accuracy, loss, reports/loss") != std::string::npos);
    CHECK(refusal("", "loss").find("minimize or maximize") != std::string::npos);
    CHECK(refusal("minimize", "f1").find("Name one of") != std::string::npos);
    const auto read = tune::readHParams(folder.path(), "minimize", "loss");
    REQUIRE(read);
    const auto space = tune::spaceOf(read->spec);
    REQUIRE(space);
    const auto lr = std::ranges::find(space->parameters(), "lr", &tune::Parameter::path);
    REQUIRE(lr != space->parameters().end());
    CHECK(lr->range == tune::Distribution{tune::Type::Continuous, 0.01, 0.1});
    REQUIRE(read->trials.size() == 4);
    CHECK(read->trials[0].values == std::vector<double>{0.25});

    // What is torn at the end does not count; what was changed is an error; what is none is told.
    const std::string first = "trial-0000/events.out.tfevents.1700000010.descent";
    const std::string bytes = bytesOf(golden->object().find(first)->text());
    folder.file(first, bytes.substr(0, bytes.size() - 3));
    CHECK(tune::readHParams(folder.path(), "minimize", "loss"));
    std::string changed = bytes;
    changed[70] = char(changed[70] ^ 1);
    folder.file(first, changed);
    CHECK(refusal("minimize", "loss").find(first) != std::string::npos);
    const tests::TempFolder empty;
    CHECK(base::describe(tune::readHParams(empty.path()).error()).find("no TensorBoard event file") !=
          std::string::npos);
}

}
