// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>
#include <cmath>

namespace core::session::sweeps::rank_sweep {

namespace {

struct Spec : SweepCommon {
    std::vector<std::int64_t> ranks{1, 2, 4};
    bool sameTotal = false;
};

base::Fields<Spec> rankSweepFields()
{
    base::Fields<Spec> all;
    all.add("ranks", &Spec::ranks, std::make_shared<const base::List>(base::List{base::Int{1, 64}, 1, 12}),
            {"The numbers of ranks that are trained. On the processor they share its cores: more ranks than cores gain "
             "nothing.",
             "speedup = seconds of one rank / seconds of N"},
            {.unit = "ranks"});
    all.add("same_total", &Spec::sameTotal, base::Flag{},
            {"On: the batch is divided among the ranks, and every run takes the same steps (strong scaling). Off: each "
             "rank has a batch of batch_size rows, and a step learns from N times as many (weak scaling).",
             "rows per rank = batch_size / N"});
    addSweepCommon(all);
    return all;
}

base::Error noRanks(std::string message, std::string where, std::string advice)
{
    return {base::ErrorKind::Spec, std::move(message), std::move(where), std::move(advice)};
}

class RankSweep final : public SweepKind {
public:
    explicit RankSweep(Spec spec) : m_spec(std::move(spec))
    {
        std::ranges::sort(m_spec.ranks);
        const auto twice = std::ranges::unique(m_spec.ranks);
        m_spec.ranks.erase(twice.begin(), twice.end());
    }

    base::Result<SweepPlan> plan(const SweepContext& context) const override
    {
        const base::Value& train = context.resolved["train"];
        if (!train.at("optimizer.lr"))
            return noRanks("has no gradients that ranks could average", "/model", "Choose a network to train");
        if (!train["batch_size"].isInt())
            return noRanks("has all rows in one batch", "/train/batch_size", "Set it to a number");
        const std::int64_t batch = train["batch_size"].toInt();
        SweepPlan plan;
        plan.series = {{m_spec.sameTotal ? "the same batch for all" : "a batch for each rank",
                        {"ranks", {}, SweepAxis::Scale::Log2},
                        m_spec.sameTotal ? "batch_size / N each" : "batch_size each"}};
        for (const std::int64_t ranks : m_spec.ranks) {
            const std::int64_t each = m_spec.sameTotal ? batch / ranks : batch;
            if (each < 1 || each * ranks > context.trainRows || (m_spec.sameTotal && batch % ranks != 0)) {
                plan.notes.push_back(
                    std::to_string(ranks) + " ranks are left out: " +
                    (m_spec.sameTotal
                         ? "a batch of " + std::to_string(batch) + " rows cannot be divided among them evenly"
                         : "there are " + std::to_string(context.trainRows) + " training rows"));
                continue;
            }
            Changes changes{{"distributed.strategy", ranks > 1 ? "ddp" : "none"},
                            {"distributed.world_size", ranks},
                            {"train.batch_size", each},
                            // Every rank computes with one thread, so that one rank is a fair beginning.
                            {"train.threads", std::int64_t(1)}};
            spread(plan, context, m_spec,
                   {0, double(ranks), 0, ranks == 1 ? "1 rank" : std::to_string(ranks) + " ranks", std::move(changes)});
        }
        if (plan.runs.empty())
            return noRanks("none of these numbers of ranks can train it", "ranks", "Name smaller ones");
        return plan;
    }

    std::string closing(const SweepSummary& summary) const override
    {
        const SweepCurve& curve = summary.curves.front();
        const SweepPoint* one = curve.at(1);
        const Spread* alone = one ? one->find("seconds_per_epoch") : nullptr;
        std::string text;
        for (const SweepPoint& point : curve.points) {
            const Spread* seconds = point.find("seconds_per_epoch");
            if (!alone || point.x == 1 || !seconds || !(seconds->mean > 0))
                continue;
            const double speedup = alone->mean / seconds->mean;
            text += (text.empty() ? "" : " ") + point.label + " take an epoch in " + figure(seconds->mean) + " s, " +
                    figure(std::round(100 * speedup) / 100) +
                    " times as fast as one: " + figure(std::round(100 * speedup / point.x)) + " % of " +
                    figure(point.x) + " times.";
        }
        return text;
    }

    base::Value sample() const override
    {
        using base::Object;
        return Object{{"name", "ranks"},
                      {"data", Object{{"source", "fashion-mnist"}, {"rows", 3000}}},
                      {"model", Object{{"kind", "cnn"}, {"channels", base::Array{8, 16}}}},
                      {"train", Object{{"epochs", 2},
                                       {"batch_size", 64},
                                       {"optimizer", Object{{"kind", "sgd"}, {"lr", 0.02}, {"momentum", 0.9}}},
                                       {"threads", 1}}}};
    }

private:
    Spec m_spec;
};

}

void enroll(Sweeps& all)
{
    all.add<RankSweep>("rank_sweep", "Ranks and speed",
                       "The same training on one, two and more ranks: how much faster an epoch is, and what a larger "
                       "batch does to what is learned.",
                       rankSweepFields());
}

}
