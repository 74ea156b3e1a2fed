// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured of each rank, and the mistakes that are made on purpose, each caught by its rule.
#include "tests/support/golden.h"

#include "core/store/rank_record.h"
#include "core/store/run_record.h"
#include "tests/support/sessions.h"

#include <set>

namespace tests::microscope {

using namespace core;
using base::Value;
using events::RankFigure;

const char* const twoRanks = R"({"data": {"source": "two-moons", "rows": 150},
    "model": {"kind": "mlp", "hidden": [12, 8], "norm": "batch", "activation": "tanh"},
    "train": {"epochs": 6, "batch_size": 8, "threads": 1, "seed": 4},
    "distributed": {"strategy": "ddp", "world_size": 2, "scale_lr": true, "timeout_s": 60}})";

store::RunRecord trained(const std::vector<std::pair<std::string, Value>>& settings)
{
    Value spec = *base::parseJson(twoRanks);
    for (const auto& [path, value] : settings)
        REQUIRE(spec.setAt(path, value));
    const spec::Checked checked = spec::resolve(spec, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    const TempFolder folder;
    auto run = made(checked.value, folder, false);
    run->start();
    const events::RunFinished& end = run->wait();
    INFO(base::describe(end.error));
    REQUIRE(end.state == events::RunState::Completed);
    auto record = store::readRun(run->folder());
    REQUIRE(record);
    return std::move(*record);
}

// The rules of ranks that fired, but for SlowRank, which the machine decides.
std::string caught(const store::RunRecord& record)
{
    std::set<std::string> rules;
    for (const events::Event& event : record.events)
        if (const auto* finding = std::get_if<events::Finding>(&event);
            finding && finding->rule != "SlowRank" && finding->tensor.starts_with("ranks/"))
            rules.insert(finding->rule);
        else if (finding && finding->rule == "RateNotScaled")
            rules.insert(finding->rule);
    std::string text;
    for (const std::string& rule : rules)
        text += (text.empty() ? "" : " ") + rule;
    return text;
}

TEST_CASE("each rank is measured: its rows, loss, gradient, times and buckets")
{
    const store::RunRecord record = trained({});
    const std::vector<std::int64_t> steps = store::rankSteps(record);
    // The first 32, then every tenth.
    REQUIRE(steps.size() > 32);
    CHECK(steps[0] == 0);
    CHECK(steps[31] == 31);
    CHECK(steps[32] == 40);
    const auto at = [&](const std::string& name, std::int64_t step) {
        const store::Series& series = record.scalars.at(name);
        const auto place = std::ranges::lower_bound(series.steps, step) - series.steps.begin();
        return series.values[std::size_t(place)];
    };
    for (const std::int64_t step : steps) {
        INFO("step " << step);
        const events::RankMoment moment = store::ranksOf(record, step);
        REQUIRE(moment.step == step);
        REQUIRE(moment.ranks.size() == 2);
        double rows = 0, loss = 0;
        for (const events::RankMoment::Rank& rank : moment.ranks) {
            rows += rank.figure(RankFigure::Rows);
            loss += rank.figure(RankFigure::Rows) * rank.figure(RankFigure::Loss);
            CHECK(rank.figure(RankFigure::GradNorm) > 0);
            CHECK(rank.figure(RankFigure::Compute) > 0);
            CHECK(rank.figure(RankFigure::Wait) >= 0);
            REQUIRE(rank.buckets.size() == 1);
            CHECK(rank.buckets[0].ready > 0);
            CHECK(rank.buckets[0].done >= rank.buckets[0].ready);
            CHECK(rank.buckets[0].done <= rank.seconds() + 1e-9);
        }
        // What all have is what is recorded of the step.
        CHECK(loss / rows == Approx(at("train/loss", step)).epsilon(1e-9));
        CHECK(moment.equal(RankFigure::WeightsDigest));
        CHECK(moment.equal(RankFigure::StatisticsDigest));
        CHECK_FALSE(moment.sharedRows());
        // A mean of two gradients is no longer than the mean of their lengths.
        const double norm = at("train/grad_norm", step);
        CHECK(norm <= (1 + 1e-6) * std::max(moment.ranks[0].figure(RankFigure::GradNorm),
                                            moment.ranks[1].figure(RankFigure::GradNorm)));
    }
    CHECK(caught(record).empty());
}

TEST_CASE("one rank alone has the gradient that is recorded")
{
    const store::RunRecord record = trained({{"distributed.world_size", 1}});
    for (const std::int64_t step : {0, 5, 17}) {
        const events::RankMoment moment = store::ranksOf(record, step);
        REQUIRE(moment.ranks.size() == 1);
        CHECK(moment.ranks[0].figure(RankFigure::GradNorm) ==
              Approx(record.scalars.at("train/grad_norm").values[std::size_t(step)]).epsilon(1e-5));
    }
}

TEST_CASE("ranks that learn from the same rows learn what one learns from them, and are caught")
{
    const store::RunRecord record = trained({{"distributed.shard_data", false}});
    CHECK(caught(record) == "SameRowsOnRanks");
    for (const std::int64_t step : store::rankSteps(record)) {
        const events::RankMoment moment = store::ranksOf(record, step);
        CHECK(moment.ranks[0].figure(RankFigure::Loss) == moment.ranks[1].figure(RankFigure::Loss));
        CHECK(moment.ranks[0].figure(RankFigure::GradNorm) == moment.ranks[1].figure(RankFigure::GradNorm));
        // Equal gradients, averaged.
        CHECK(record.scalars.at("train/grad_norm").values[std::size_t(step)] ==
              Approx(moment.ranks[0].figure(RankFigure::GradNorm)).epsilon(1e-5));
    }
}

TEST_CASE("batch norm of each rank for itself is caught, and so is a rate that is not scaled")
{
    CHECK(caught(trained({{"distributed.sync_batchnorm", false}})) == "BatchNormNotSynchronized");
    CHECK(caught(trained({{"distributed.scale_lr", false}})) == "RateNotScaled");
}

TEST_CASE("ranks with seeds of their own train on with other weights, which is told and ends nothing")
{
    const store::RunRecord record = trained({{"distributed.same_seed", false}});
    CHECK(caught(record) == "ReplicasDiffer");
    const events::RankMoment first = store::ranksOf(record, 0), last = store::ranksOf(record);
    CHECK_FALSE(first.equal(RankFigure::WeightsDigest));
    CHECK_FALSE(last.equal(RankFigure::WeightsDigest));
    CHECK_FALSE(last.sharedRows());
}

TEST_CASE("what is told of ranks names them and their digests")
{
    const store::RunRecord record = trained({{"train.epochs", 1}});
    const Value report = store::rankReport(record);
    REQUIRE(report["ranks"].array().size() == 2);
    const Value rank = report["ranks"].array()[1];
    CHECK(rank["rank"].toInt() == 1);
    CHECK(rank["weights_digest"].text().size() == 8);
    CHECK(rank["weights_digest"] == report["ranks"].array()[0]["weights_digest"]);
    CHECK(rank["batch_digest"] != report["ranks"].array()[0]["batch_digest"]);
    CHECK(rank["mean"]["compute_seconds"].toReal() > 0);
    CHECK(report["replicas_equal"].toBool());
    CHECK_FALSE(report["rows_shared"].toBool());
    CHECK(store::ranksOf(record, 3).step == 3);
    CHECK(store::ranksOf(store::RunRecord{}).ranks.empty());
}

TEST_CASE("who trains on ranks and asks for no rules is watched by those of ranks")
{
    const auto rulesIn = [](const char* json) {
        const spec::Checked checked = spec::resolve(*base::parseJson(json), {session::catalog()});
        std::string names;
        for (const Value& rule : checked.value["rules"].array())
            names += rule["rule"].text() + " ";
        return names;
    };
    CHECK(rulesIn(twoRanks).find("ReplicasDiffer SameRowsOnRanks BatchNormNotSynchronized RateNotScaled SlowRank") !=
          std::string::npos);
    CHECK(rulesIn(R"({"data": {"source": "two-moons"}})").find("ReplicasDiffer") == std::string::npos);
    CHECK(rulesIn(R"({"data": {"source": "two-moons"}, "rules": [],
                      "distributed": {"strategy": "ddp", "world_size": 2}})")
              .empty());
}

}
