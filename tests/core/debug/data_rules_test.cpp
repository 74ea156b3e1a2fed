// SPDX-License-Identifier: GPL-3.0-or-later
// Rules of ours that tell what is wrong with the data, or with how a run ended: a sick run, and one that is not.
#include "core/base/json.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::data_rules_test {

using core::debug::RunFacts;
using test::fires;
using test::rule;

namespace {

std::string message(const std::string& picture, const std::string& name)
{
    const auto found = core::debug::run({rule(name)}, test::traceOf(picture), {}, core::debug::Ending::Done).findings;
    return found.empty() ? "" : found.front().tensor + ": " + found.front().message;
}

// Of so many evaluations after steps of these losses: a training loss before each, and both figures at it.
std::string evaluations(const std::vector<std::array<double, 3>>& all)
{
    std::string mode = "mode:", step = "step:", loss = "train/loss:", fair = "train_eval/loss:",
                judged = "validation/loss:";
    int at = 0;
    for (const auto& [trained, known, unknown] : all) {
        step += " " + std::to_string(at) + " " + std::to_string(at + 1);
        mode += " T E";
        loss += " " + std::to_string(trained) + " .";
        fair += " . " + std::to_string(known);
        judged += " . " + std::to_string(unknown);
        ++at;
    }
    return step + "\n" + mode + "\n" + loss + "\n" + fair + "\n" + judged;
}

std::vector<std::array<double, 3>> courses(int count, double (*trained)(int), double (*judged)(int))
{
    std::vector<std::array<double, 3>> all;
    for (int i = 0; i < count; ++i)
        all.push_back({trained(i), trained(i), judged(i)});
    return all;
}

RunFacts stopping(int patience, int total)
{
    RunFacts facts;
    facts.spec =
        *core::base::parseJson(R"({"train": {"early_stopping": {"patience": )" + std::to_string(patience) + "}}}");
    facts.totalSteps = total;
    return facts;
}

}

TEST_CASE("what the doctor says of the data fires the rule that reads it")
{
    CHECK(fires("data/label_noise: 0.08 . .\ntrain/loss: 1 1 1", rule("LabelNoise")) == "0");
    CHECK(fires("data/label_noise: 0.005\ntrain/loss: 1", rule("LabelNoise")).empty());
    CHECK(fires("data/label_noise: 0.005\ntrain/loss: 1", rule("LabelNoise", {{"threshold", 0.001}})) == "0");
    CHECK(fires("data/target_leakage: 1\ndata/target_leakage_of/paid: 1", rule("TargetLeakage")) == "0");
    CHECK(message("data/target_leakage: 2\ndata/target_leakage_of/paid: 1\ndata/target_leakage_of/due: 1",
                  "TargetLeakage") ==
          "data/target_leakage_of/paid: Columns paid, due tell the target, each by itself.");
    CHECK(fires("data/target_leakage: 0", rule("TargetLeakage")).empty());
    CHECK(fires("data/duplicate_rows: 0.2\ndata/duplicate_rows_across: 0.05", rule("DuplicateRows")) == "0");
    // Copies within a part are none of its business.
    CHECK(fires("data/duplicate_rows: 0.2\ndata/duplicate_rows_across: 0", rule("DuplicateRows")).empty());
    CHECK(fires("data/date_under_random_split: 1\ndata/date_under_random_split_of/day: 1", rule("ShuffledTime")) ==
          "0");
    CHECK(fires("data/date_under_random_split: 0", rule("ShuffledTime")).empty());
    CHECK(message("data/drift: 1\ndata/drift_of/age: 1", "ValidationDrift") ==
          "data/drift_of/age: Column age is spread differently in validation than in training.");
    CHECK(fires("data/drift: 0", rule("ValidationDrift")).empty());
}

TEST_CASE("a run without the doctor's figures is not called healthy by the rules that read them")
{
    for (const char* name : {"LabelNoise", "TargetLeakage", "DuplicateRows", "ShuffledTime", "ValidationDrift"}) {
        INFO(name);
        CHECK(fires("train/loss: 1 1", rule(name)).starts_with("Error: No debug data"));
    }
}

TEST_CASE("rows that are learned while others stay as unknown as at the start are noise learned by heart")
{
    const auto falls = [](int i) { return 0.7 / (1 + i); };
    const auto stays = [](int i) { return 0.7 + 0.05 * i; };
    const auto follows = [](int i) { return 0.7 / (1 + 0.5 * i); };
    const auto rises = [](int i) { return i < 3 ? 0.7 - 0.15 * i : 0.4 + 0.1 * (i - 3); };
    CHECK(fires(evaluations(courses(6, falls, stays)), rule("MemorizedNoise")) == "4 5 6");
    CHECK(fires(evaluations(courses(6, falls, follows)), rule("MemorizedNoise")).empty());
    // Overfitting after something was learned is another thing.
    CHECK(fires(evaluations(courses(8, falls, rises)), rule("MemorizedNoise")).empty());
    CHECK(fires(evaluations(courses(
                    6, [](int) { return 0.69; }, stays)),
                rule("MemorizedNoise"))
              .empty());
}

TEST_CASE("a run that stopped on a noisy curve while it was getting better stopped too soon")
{
    const auto falls = [](int i) { return 1.0 / (1 + 0.3 * i); };
    const auto jumps = [](int i) { return 1.0 / (1 + 0.2 * i) + (i % 2 ? 0.1 : 0.0); };
    const auto rises = [](int i) { return i < 4 ? 1.0 - 0.1 * i : 0.7 + 0.1 * (i - 3); };
    const auto noisy = evaluations(courses(6, falls, jumps));
    CHECK(fires(noisy, rule("StoppedTooSoon"), stopping(1, 100)) == "6");
    // At its planned end, without early stopping, or with more patience than was used up there is nothing to tell.
    CHECK(fires(noisy, rule("StoppedTooSoon"), stopping(1, 7)).empty());
    CHECK(fires(noisy, rule("StoppedTooSoon")).empty());
    CHECK(fires(noisy, rule("StoppedTooSoon"), stopping(3, 100)).empty());
    // Where validation gets worse by more than its noise, it was right to stop.
    CHECK(fires(evaluations(courses(7, falls, rises)), rule("StoppedTooSoon"), stopping(3, 100)).empty());
    // And where nothing more was learned.
    CHECK(fires(evaluations(courses(
                    6, [](int) { return 0.5; }, jumps)),
                rule("StoppedTooSoon"), stopping(1, 100))
              .empty());
}

TEST_CASE("single steps that make up most of a regression's loss are told once a window")
{
    std::string spiked = "train/loss:", smooth = "train/loss:", early = "train/loss:";
    for (int i = 0; i < 400; ++i) {
        spiked += i % 40 == 7 ? " 50" : " 0.2";
        smooth += i % 40 == 7 ? " 1" : " 0.2";
        early += i < 20 ? " " + std::to_string(50.0 - 2 * i) : " 0.2";
    }
    CHECK(fires(spiked, rule("OutlierLoss")) == "199 399");
    CHECK(fires(smooth, rule("OutlierLoss")).empty());
    CHECK(fires(early, rule("OutlierLoss")).empty()); // it began far off
    RunFacts classes;
    classes.classes = {"a", "b"};
    CHECK(fires(spiked, rule("OutlierLoss"), classes).empty());
}

TEST_CASE("underfitting is a loss that stays high and flat on both sides")
{
    const auto high = [](int i) { return i == 0 ? 1.0 : 0.8; };
    CHECK(fires(evaluations(courses(6, high, high)), rule("Underfit")) == "5 6");
    // A plateau in the first half of what is planned may yet be left.
    RunFacts longer;
    longer.totalSteps = 20;
    CHECK(fires(evaluations(courses(6, high, high)), rule("Underfit"), longer).empty());
    CHECK(fires(evaluations(courses(12, high, high)), rule("Underfit"), longer) == "10 11 12");
    // It still falls; it has learned; validation is far above it.
    CHECK(fires(evaluations(courses(
                    6, [](int i) { return 1.0 / (1 + 0.05 * i); }, high)),
                rule("Underfit"))
              .empty());
    const auto low = [](int i) { return i == 0 ? 1.0 : 0.2; };
    CHECK(fires(evaluations(courses(6, low, low)), rule("Underfit")).empty());
    CHECK(fires(evaluations(courses(6, high, [](int) { return 1.2; })), rule("Underfit")).empty());
}

TEST_CASE("slow convergence is a loss that hardly falls and is still far up")
{
    const auto slow = [](int i) { return 1.0 - 0.005 * i; };
    CHECK(fires(evaluations(courses(7, slow, slow)), rule("SlowConvergence")) == "4 5 6 7");
    const auto steady = [](int i) { return 1.0 / (1 + 0.1 * i); };
    CHECK(fires(evaluations(courses(7, steady, steady)), rule("SlowConvergence")).empty());
    // Flat at the bottom is the end of the way.
    const auto done = [](int i) { return i == 0 ? 1.0 : 0.3; };
    CHECK(fires(evaluations(courses(7, done, done)), rule("SlowConvergence")).empty());
    // A fall in between begins the count anew.
    const auto steps = [](int i) { return 1.0 - 0.08 * (i / 3); };
    CHECK(fires(evaluations(courses(9, steps, steps)), rule("SlowConvergence")).empty());
}

TEST_CASE("the report of boosted trees asks for signals and finds nothing")
{
    CHECK(fires("train/loss: 1 0.5\nfeature_importance/weight/x mean: 1 1\nlabels class_count(0): 5 5",
                rule("CreateXgboostReport"))
              .find("Error") == std::string::npos);
    const auto made = core::debug::allRules().make({"CreateXgboostReport", core::base::Object{}});
    REQUIRE(made);
    CHECK_FALSE((*made)->needs().empty());
}

}
