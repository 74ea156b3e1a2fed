// SPDX-License-Identifier: GPL-3.0-or-later
// What a person tells a study: while nobody trains it, and while somebody does.
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/tuning_orders.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

#include <thread>

namespace session = core::session;
namespace tune = core::tune;
using core::base::Array;
using core::base::Object;
using core::base::Value;
using tune::TrialState;

namespace orders_test {

// A study of something outside, which needs no experiment.
session::StudyFolder outsideStudy(const tests::TempFolder& folder)
{
    const Object tuning{{"strategy", "Random"},
                        {"objective", Object{{"metric", "loss"}, {"goal", "minimize"}}},
                        {"max_jobs", 4},
                        {"parameters", Array{Object{{"path", "x"}, {"min", 0}, {"max", 1}},
                                             Object{{"path", "kind"}, {"values", Array{"a", "b"}}}}}};
    const auto spec = tune::readTuning(tuning);
    REQUIRE(spec);
    const auto made = session::createStudy({Object{{"tuning", tuning}}, folder.path()}, *spec, folder.path());
    REQUIRE(made);
    return *made;
}

// One that trains networks.
session::StudyFolder trainedStudy(const tests::TempFolder& folder)
{
    const Object tuning{{"strategy", "Random"},
                        {"objective", Object{{"metric", "validation/loss"}, {"goal", "minimize"}}},
                        {"max_jobs", 4},
                        {"parameters", Array{Object{{"path", "train.optimizer.lr"}, {"min", 1e-4}, {"max", 1}}}}};
    const session::StudySubject subject{Object{{"data", Object{{"source", "two-moons"}, {"rows", 100}}},
                                               {"model", Object{{"kind", "mlp"}, {"hidden", Array{8}}}},
                                               {"tuning", tuning}},
                                        folder.path()};
    const auto plan = session::planStudy(subject, session::PlanDepth::Text);
    REQUIRE(plan);
    const auto made = session::createStudy(subject, plan->spec, folder.path());
    REQUIRE(made);
    return *made;
}

tune::StudyState stateOf(const session::StudyFolder& study)
{
    const auto read = session::readStudy(study);
    REQUIRE(read);
    return read->state;
}

// Trains for as long as it is let.
class EndlessWorker final : public session::TrialWorker {
public:
    std::vector<Object> told() override { return {}; }
    bool closed() const override { return m_ended; }
    void askToEnd() override { m_ended = true; }
    void kill() override { m_ended = true; }
    std::string wait() override { return {}; }

private:
    bool m_ended = false;
};

class EndlessExecutor final : public session::Executor {
public:
    core::base::Result<std::vector<std::unique_ptr<session::TrialWorker>>>
    start(const std::vector<session::TrialJob>& jobs) override
    {
        std::vector<std::unique_ptr<session::TrialWorker>> workers;
        for (std::size_t i = 0; i < jobs.size(); ++i)
            workers.push_back(std::make_unique<EndlessWorker>());
        return workers;
    }
    bool here() const override { return false; }
};

}

using namespace orders_test;

TEST_CASE("a study that nobody trains takes an order itself")
{
    const tests::TempFolder folder;
    const session::StudyFolder study = outsideStudy(folder);
    const Object point{{"x", 0.5}, {"kind", "b"}};
    const auto queued = session::orderStudy(study, {{"do", "enqueue"}, {"parameters", point}});
    REQUIRE(queued);
    CHECK((*queued).find("number")->toInt() == 0);
    REQUIRE(session::orderStudy(study, {{"do", "pause"}}));
    CHECK(stateOf(study).paused);
    CHECK(stateOf(study).trials[0].state == TrialState::Waiting);
    REQUIRE(session::orderStudy(study, {{"do", "resume"}}));
    REQUIRE(session::orderStudy(study, {{"do", "skip"}, {"trial", 0}}));
    CHECK_FALSE(stateOf(study).paused);
    CHECK(stateOf(study).trials[0].state == TrialState::Skipped);
    // Nothing is left lying about.
    CHECK_FALSE(std::filesystem::exists(study.path / "orders"));

    const auto refused = [&](const Object& order) {
        const auto answer = session::orderStudy(study, order);
        return answer ? std::string() : core::base::describe(answer.error());
    };
    CHECK(refused({{"do", "dance"}}).find("\"dance\" is no order") != std::string::npos);
    CHECK(refused({{"do", "skip"}}).find("is no order") != std::string::npos);
    CHECK(refused({{"do", "skip"}, {"trial", 7}}).find("no such trial") != std::string::npos);
    CHECK_FALSE(refused({{"do", "enqueue"}, {"parameters", Object{{"x", 5}, {"kind", "b"}}}}).empty());
    CHECK(stateOf(study).trials.size() == 1);
}

TEST_CASE("changes in words become the study's part, or are refused with their reason")
{
    const tests::TempFolder folder;
    const session::StudyFolder study = outsideStudy(folder);
    const auto changed = [&](const std::string& change) {
        return session::changedTuning(study, stateOf(study).spec, {change});
    };
    CHECK(changed("max_jobs=9")->maxJobs == 9);
    CHECK(changed("tuning.max_jobs=9")->maxJobs == 9);
    const auto ends = changed("x=1e-3..2");
    REQUIRE(ends);
    CHECK(ends->parameters[0].min == 1e-3);
    CHECK(ends->parameters[0].max == 2);
    const auto kinds = changed(R"(kind=["a","b","c"])");
    REQUIRE(kinds);
    CHECK(core::base::writeJson(kinds->parameters[1].values) == R"(["a","b","c"])");
    for (const char* wrong : {"x=", "x=3", "x=1..b", "x"}) {
        INFO(wrong);
        const auto refused = changed(wrong);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("is no range") != std::string::npos);
        CHECK(refused.error().where == "x");
    }
    CHECK_FALSE(changed("x=2..1"));
    CHECK_FALSE(changed("max_job=9"));

    const auto more = changed("max_jobs=9");
    REQUIRE(session::orderStudy(study, {{"do", "change"}, {"tuning", tune::tuningFields().write(*more)}}));
    CHECK(stateOf(study).maxJobs == 9);
}

TEST_CASE("an order reaches a study while it is trained, and is answered by who trains it")
{
    const tests::TempFolder folder;
    const session::StudyFolder study = trainedStudy(folder);
    session::Tuner::Options options{folder.path(), "none", "cpu", {}};
    options.executors = [] { return std::unique_ptr<session::Executor>(new EndlessExecutor); };
    auto tuner = session::Tuner::open(study, options);
    REQUIRE(tuner);
    // One of somebody who is gone: it is not carried out any more.
    const auto old = study.path / "orders" / "1-1.order";
    std::filesystem::create_directories(old.parent_path());
    REQUIRE(core::base::writeFileAtomically(old, R"({"do": "pause"})"));
    std::filesystem::last_write_time(old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));

    std::vector<core::base::Result<Object>> answers;
    std::atomic<bool> told = false;
    std::thread person([&] {
        const Object point{{"train.optimizer.lr", 0.5}};
        answers.push_back(session::orderStudy(study, {{"do", "enqueue"}, {"parameters", point}}));
        answers.push_back(session::orderStudy(study, {{"do", "skip"}, {"trial", 99}}));
        told = true;
    });
    session::StudyOrders orders(study);
    const auto ran = (*tuner)->run([&](const tune::StudyState&) {
        orders.take(**tuner);
        return !told;
    });
    person.join();
    CHECK(ran);
    REQUIRE(answers.size() == 2);
    if (!answers[0])
        FAIL(core::base::describe(answers[0].error()));
    const auto number = std::size_t(answers[0]->find("number")->toInt());
    REQUIRE_FALSE(answers[1]);
    CHECK(core::base::describe(answers[1].error()).find("no such trial") != std::string::npos);
    CHECK(std::filesystem::is_empty(study.path / "orders"));
    tuner->reset();
    const tune::StudyState state = stateOf(study);
    CHECK_FALSE(state.paused);
    REQUIRE(state.trials.size() > number);
    CHECK(state.trials[number].source == "person");
    CHECK(state.trials[number].parameters.find("train.optimizer.lr")->toReal() == 0.5);
}
