// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pruner.h"

#include "core/spec/check.h"
#include "core/tune/halving.h"
#include "core/tune/records.h"
#include "core/tune/replay.h"
#include "core/tune/study.h"
#include "tests/support/tuning_golden.h"

#include <deque>

namespace tests::pruners_test {

using namespace core;
using tests::numbersOf;
using tune::TrialState;

namespace {

const std::string line = R"([{"path": "x", "min": 0, "max": 1}])";

std::unique_ptr<tune::Pruner> prunerOf(const std::string& kind, const base::Object& params = {})
{
    const auto* entry = tune::allPruners().family().find(kind);
    REQUIRE(entry);
    const base::Catalog none;
    const auto checked = spec::check(entry->schema, params, "", {none});
    for (const auto& problem : checked.problems)
        FAIL(base::describe(problem));
    auto made = tune::allPruners().make({kind, checked.value});
    REQUIRE(made);
    return std::move(*made);
}

// Drawn curves told one after the other or several at a time, as stops() of the goldens' script does.
struct Theatre {
    const tune::Pruner& pruner;
    std::vector<std::vector<double>> curves;
    std::string goal = "minimize";
    bool meanAsValue = false, obey = true;

    std::vector<tune::Trial> trials = {};
    std::vector<double> stops = {};
    std::int64_t order = 0;
    tune::Space space = tests::spaceOf(line);
    std::vector<tune::ObjectiveSpec> objectives = {{"loss", goal}};

    tune::History history() const { return {space, objectives, trials}; }

    void play(std::size_t atOnce)
    {
        stops.assign(curves.size(), -1);
        std::vector<std::pair<std::size_t, std::size_t>> running;
        while (trials.size() < curves.size() || !running.empty()) {
            while (trials.size() < curves.size() && running.size() < atOnce) {
                running.emplace_back(trials.size(), 0);
                trials.push_back({.number = std::int64_t(trials.size()), .state = TrialState::Running});
            }
            std::vector<std::pair<std::size_t, std::size_t>> left;
            for (const auto& [number, step] : running)
                if (!tell(number, step))
                    left.emplace_back(number, step + 1);
            running = left;
        }
    }

    bool tell(std::size_t number, std::size_t step)
    {
        tune::Trial& trial = trials[number];
        trial.reports.push_back({std::int64_t(step), curves[number][step], ++order});
        const auto stop = pruner.judge(history(), trial);
        if (stop && stops[number] < 0)
            stops[number] = double(step);
        if (stop) {
            CHECK_FALSE(stop->message.empty());
            CHECK(stop->step == std::int64_t(step));
        }
        if (stop && obey) {
            trial.state = TrialState::Stopped;
            trial.stop = stop;
        } else if (step + 1 == curves[number].size()) {
            trial.state = TrialState::Completed;
            double mean = 0;
            for (const double value : curves[number])
                mean += value / double(curves[number].size());
            trial.values = {meanAsValue ? mean : curves[number][step]};
        } else {
            return false;
        }
        trial.finished = ++order;
        return true;
    }
};

std::vector<double> stopsOf(const std::string& kind, const base::Object& params,
                            std::vector<std::vector<double>> curves, std::string* message = nullptr)
{
    const auto pruner = prunerOf(kind, params);
    Theatre theatre{*pruner, std::move(curves)};
    theatre.play(1);
    if (message)
        for (const tune::Trial& trial : theatre.trials)
            if (trial.stop)
                *message = trial.stop->message;
    return theatre.stops;
}

}

TEST_CASE("strategies and rules declare themselves, with defaults that are right")
{
    const base::Catalog none;
    for (const base::Family* family : {&tune::allPruners().family(), &tune::allSamplers().family()})
        for (const base::Entry& entry : family->entries) {
            INFO(entry.kind);
            CHECK_FALSE(entry.title.empty());
            CHECK_FALSE(entry.help.empty());
            for (const base::Field& field : entry.schema.fields)
                CHECK_FALSE(field.help.text.empty());
            CHECK(spec::check(entry.schema, base::Object{}, "", {none}).problems.empty());
        }
}

TEST_CASE("Optuna's pruners stop where Optuna stops")
{
    for (const auto& each : tests::tuningGolden()["pruners"].array()) {
        const std::string& kind = each["kind"].text();
        INFO(kind << " " << base::writeJson(each["params"]) << " " << each["goal"].text());
        const auto pruner = prunerOf(kind, each["params"].object());
        Theatre theatre{*pruner, tests::rowsOf(each["curves"]), each["goal"].text(), kind == "Wilcoxon"};
        theatre.play(std::size_t(each["at_once"].toInt()));
        CHECK(theatre.stops == numbersOf(each["stops"]));
    }
}

TEST_CASE("four things are called median stopping")
{
    // Running averages at step 1: 2, 3, 4; the median is 3. Values there: 1, 2, 5; the median is 2.
    const std::vector<std::vector<double>> before{{3, 1}, {4, 2}, {3, 5}};
    const auto at = [&](const std::string& kind, const base::Object& params, std::vector<double> curve,
                        std::string* message = nullptr) {
        auto curves = before;
        curves.push_back(std::move(curve));
        // The first three are let end: they are what is compared with.
        const auto pruner = prunerOf(kind, params), off = prunerOf("Off");
        Theatre theatre{*off, curves};
        for (std::size_t i = 0; i < 3; ++i) {
            theatre.trials.push_back({.number = std::int64_t(i), .state = TrialState::Running});
            theatre.stops.push_back(-1);
            for (std::size_t step = 0; step < 2; ++step)
                theatre.tell(i, step);
        }
        Theatre last{*pruner, curves, "minimize", false, true, theatre.trials, {-1, -1, -1, -1}, 100};
        last.trials.push_back({.number = 3, .state = TrialState::Running});
        for (std::size_t step = 0; step < 2; ++step)
            if (last.tell(3, step))
                break;
        if (message && last.trials[3].stop)
            *message = last.trials[3].stop->message;
        return last.stops[3];
    };
    std::string why;
    // Step 0: the median of 3, 4, 3 is 3.
    CHECK(at("Auto", {}, {3, 3.5}, &why) == 1);
    CHECK(why == "loss: its value 3.5 at step 1 is worse than 3, the median of running averages of 3 trials");
    CHECK(at("Auto", {}, {3, 3}) == -1);
    CHECK(at("Auto", {}, {3.1, 0}) == 0);
    CHECK(at("MedianVertex", {}, {3, 9}) == -1);
    CHECK(at("MedianVertex", {}, {3.2, 3.1}) == 0);
    CHECK(at("MedianVertex", {{"warmup_steps", 1}}, {3.2, 3.1}) == 1);
    CHECK(at("MedianOptuna", {{"startup_trials", 3}, {"warmup_steps", 1}}, {2.5, 2.5}) == 1);
    CHECK(at("MedianOptuna", {{"startup_trials", 3}, {"warmup_steps", 1}}, {2, 9}) == -1);
    CHECK(at("MedianOptuna", {}, {9, 9}) == -1);
    CHECK(at("MedianSyneTune", {{"grace_population", 3}}, {2, 4.5}) == 1);
    CHECK(at("MedianSyneTune", {{"grace_population", 3}}, {2, 4}) == -1);
    CHECK(at("MedianSyneTune", {}, {2, 9}) == -1);
    CHECK(at("Auto", {}, {3, std::nan("")}, &why) == 1);
    CHECK(why == "loss is no number at step 1");
}

TEST_CASE("Hyperband's tables are those of the paper, and resuming costs less than starting again")
{
    const auto table = tune::hyperbandTable(1, 27, 3);
    REQUIRE(table.size() == 4);
    CHECK(table[0] == tune::Bracket{{27, 1}, {9, 3}, {3, 9}, {1, 27}});
    CHECK(table[1] == tune::Bracket{{12, 3}, {4, 9}, {1, 27}});
    CHECK(table[2] == tune::Bracket{{6, 9}, {2, 27}});
    CHECK(table[3] == tune::Bracket{{4, 27}});
    const tune::Bracket halving{{16, 1}, {8, 2}, {4, 4}, {2, 8}};
    CHECK(tune::costOf(halving, true) == 40);
    CHECK(tune::costOf(halving, false) == 64);
    CHECK(tune::bracketOf(0, table) == 0);
    CHECK(tune::bracketOf(27, table) == 1);
    CHECK(tune::bracketOf(48, table) == 3);
    CHECK(tune::bracketOf(49, table) == 0);
    CHECK(tune::hyperbandTable(1, 1000, 10).size() == 4);
    CHECK(tune::hyperbandTable(2, 1, 3).size() == 1);
}

TEST_CASE("what goes on in a study of Hyperband's takes 40 epochs where a restart costs 64")
{
    // 16 trials at 1 epoch, 8 of them at 2, 4 at 4, 2 at 8: every other one is better than all before it, the others
    // are worse.
    auto made = tune::Study::create("halving", tests::tuning(R"([{"path": "x", "min": 0, "max": 1}])",
                                                             R"("max_jobs": 16, "max_parallel_jobs": 16,
                                    "strategy": {"kind": "ASHA", "min_resource": 1, "reduction_factor": 2})"));
    REQUIRE(made);
    std::vector<std::int64_t> going;
    for (int i = 0; i < 16; ++i) {
        const auto trial = made->ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        going.push_back((*trial)->number);
    }
    std::int64_t resumed = 0, restarted = 0;
    for (std::int64_t epochs = 1, before = 0; epochs <= 8; before = epochs, epochs *= 2) {
        std::vector<std::int64_t> next;
        for (std::size_t k = 0; k < going.size(); ++k) {
            restarted += epochs;
            for (std::int64_t epoch = before; epoch < epochs; ++epoch) {
                const bool good = k % 2 == 0;
                const auto stop = made->report(going[k], epoch + 1, good ? 10 - double(k) : 10 + double(k));
                REQUIRE(stop);
                ++resumed;
                if (*stop) {
                    CHECK(epoch + 1 == epochs);
                    REQUIRE(made->stop(going[k], **stop));
                } else if (epoch + 1 == epochs) {
                    next.push_back(going[k]);
                }
            }
        }
        CHECK(next.size() == going.size() / 2);
        going = next;
    }
    CHECK(resumed == 40);
    CHECK(restarted == 64);
}

TEST_CASE("where one report leads over several rungs, who was stopped at the first counts at no other")
{
    auto made = tune::Study::create("halving", tests::tuning(R"([{"path": "x", "min": 0, "max": 1}])",
                                                             R"("max_jobs": 9, "max_parallel_jobs": 9,
                                    "strategy": {"kind": "ASHA", "min_resource": 1, "reduction_factor": 2})"));
    REQUIRE(made);
    // At step 2 lie rungs 0 and 1. 5 and 6 end at rung 0, so that 0.95 meets 1 and 0.9 alone at rung 1.
    std::vector<std::optional<std::int64_t>> rungs;
    std::string why;
    for (const double value : {1.0, 5.0, 6.0, 0.9, 0.95}) {
        const auto trial = made->ask();
        REQUIRE(trial);
        REQUIRE(*trial);
        const auto stop = made->report((*trial)->number, 2, value);
        REQUIRE(stop);
        rungs.push_back(*stop ? (*stop)->rung : std::nullopt);
        if (*stop) {
            why = (*stop)->message;
            REQUIRE(made->stop((*trial)->number, **stop));
            // It is on record.
            const auto& kept = made->state().trials.back().stop;
            CHECK(kept == tune::records::stopOf(tune::records::asValue(**stop)));
        }
    }
    CHECK(rungs == std::vector<std::optional<std::int64_t>>{{}, 0, 0, {}, 1});
    CHECK(why ==
          "loss: its value 0.95 at step 2 is worse than 0.9, the limit of the best 1 of 3 trials at rung 1 (step 2)");
}

TEST_CASE("no rule stops the only trial but for its own curve, and every stop says what was compared")
{
    for (const base::Entry& entry : tune::allPruners().family().entries) {
        if (entry.kind == "Threshold" || entry.kind == "Patience")
            continue;
        INFO(entry.kind);
        CHECK(stopsOf(entry.kind, {}, {{5, 6, 7, 8, 9, 10, 11, 12}}) == std::vector<double>{-1});
    }
    std::string why;
    CHECK(stopsOf("Threshold", {{"upper", 2}}, {{1, 2, 3}}, &why) == std::vector<double>{2});
    CHECK(why == "loss: 3 at step 2 is above 2");
    CHECK(stopsOf("Patience", {{"patience", 1}}, {{3, 2, 3, 3}}, &why) == std::vector<double>{3});
    CHECK(why == "loss: the best of the last 2 values 3 at step 3 is worse than 2, the best before them");
    CHECK(stopsOf("SuccessiveHalving", {{"min_resource", 1}, {"reduction_factor", 2}},
                  {{0, 1, 1}, {0, 2, 2}, {0, 0.5, 0.5}}, &why) == std::vector<double>{-1, 1, -1});
    CHECK(why == "loss: its value 2 at step 1 is worse than 1, the limit of the best 1 of 2 trials at rung 0 (step 1)");
}

TEST_CASE("a rule says of recorded trials what it says live, and what its stops would have cost")
{
    const auto pruner = prunerOf("Auto"), off = prunerOf("Off");
    const std::vector<std::vector<double>> curves{{4, 3, 2, 1}, {5, 2.5, 2, 0.9}, {3, 3.6, 1, 0.2}, {2, 2, 2, 2}};
    Theatre live{*pruner, curves}, whole{*off, curves};
    live.play(2);
    whole.play(2);
    const tune::Replayed replayed = tune::replayPruner(*pruner, whole.history());
    std::vector<double> stops(curves.size(), -1);
    std::int64_t saved = 0;
    for (const auto& each : replayed.stopped) {
        stops[std::size_t(each.trial)] = double(each.why.step);
        saved += each.stepsSaved;
    }
    CHECK(stops == live.stops);
    CHECK(stops == std::vector<double>{-1, 0, 1, -1});
    CHECK(replayed.steps == 16);
    CHECK(replayed.stepsSaved == saved);
    CHECK(saved == 3 + 2);
    CHECK(*replayed.best == 2);
    CHECK(*replayed.bestLeft == 0);
    CHECK(replayed.regret == Approx(0.8));
    CHECK(tune::replayPruner(*off, whole.history()).regret == 0);
}

}
