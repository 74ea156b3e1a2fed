// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>

namespace core::session::sweeps::optimizer_comparison {

namespace {

using base::Object;

struct Spec : SweepCommon {
    std::vector<std::string> methods{"batch", "mini_batch", "stochastic", "momentum", "adam"};
    double lr = 0.1;
    double adaptiveLr = 2;
    double momentum = 0.9;
    std::int64_t miniBatch = 32;
    std::int64_t updates = 120;
    double start = 20;

    Spec() { seeds = 1; }
};

base::Fields<Spec> fields()
{
    const auto positive = base::Real{.min = 0, .max = 1e6, .aboveMin = true, .log = true};
    base::Fields<Spec> all;
    all.add("methods", &Spec::methods, std::make_shared<const base::List>(base::List{base::Text{}, 1, 20}),
            {"batch, mini_batch and stochastic are one loop with another batch size; momentum is batch with momentum; "
             "any kind of optimizer (adam, rmsprop, lion, …) goes over all rows too."});
    all.add("lr", &Spec::lr, positive,
            {"The rate of the methods that follow the slope as it is.", "w ← w − lr · g",
             "Short steps: far from the "
             "valley's end.",
             "Zigzags across the valley, or flies out of it."});
    all.add("adaptive_lr", &Spec::adaptiveLr, positive,
            {"The rate of the methods that divide by the size of the slope: about the length of their steps.",
             "w ← w − lr · m / √v", "Short steps.", "Circles around the minimum."});
    all.add("momentum", &Spec::momentum, base::Real{.min = 0, .max = 1, .belowMax = true},
            {"The share of the last move that goes on, of the method momentum.", "b ← momentum · b + g",
             "Zigzags like plain descent.", "Overshoots and swings."});
    all.add("mini_batch", &Spec::miniBatch, base::Int{1, 1'000'000},
            {"Rows of each update of mini_batch.", {}, "As noisy as stochastic.", "As smooth as batch."},
            {.unit = "rows"});
    all.add("updates", &Spec::updates, base::Int{1, 100'000}, {"Updates of every method; rows seen differ."},
            {.unit = "updates"});
    all.add("start", &Spec::start, base::Real{.min = 0, .max = 1e6},
            {"The weight that all begin with; the bias begins at 0."});
    addSweepSeeds(all);
    return all;
}

bool adaptive(const std::string& kind)
{
    return kind != "sgd" && kind != "lbfgs";
}

class OptimizerComparison final : public SweepKind {
public:
    explicit OptimizerComparison(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<SweepPlan> plan(const SweepContext& context) const override
    {
        if (context.resolved["model"]["kind"].text() != "linear")
            return base::Error{base::ErrorKind::Spec, "a surface in two dimensions needs a model of two weights",
                               "/model/kind",
                               "Use linear on one feature and a number to predict: its weight and its bias"};
        SweepPlan plan;
        for (const std::string& method : m_spec.methods) {
            const std::size_t series = plan.series.size();
            Object optimizer{{"kind", "sgd"}, {"lr", m_spec.lr}};
            base::Value batch = "full";
            std::string name = method, note = "all rows";
            if (method == "mini_batch") {
                batch = std::min(m_spec.miniBatch, context.trainRows);
                name = "mini-batch";
                note = std::to_string(batch.toInt()) + " rows";
            } else if (method == "stochastic") {
                batch = 1;
                note = "1 row";
            } else if (method == "momentum") {
                optimizer.set("momentum", m_spec.momentum);
            } else if (method != "batch") {
                optimizer = Object{{"kind", method}, {"lr", adaptive(method) ? m_spec.adaptiveLr : m_spec.lr}};
            }
            plan.series.push_back({name, {"method"}, note});
            SweepCommon common = m_spec;
            common.epochs.reset();
            spread(plan, context, common, {series, 0, 0, name, changes(std::move(optimizer), std::move(batch))});
        }
        return plan;
    }

    std::string closing(const SweepSummary& summary) const override
    {
        std::string text;
        const Spread *best = nullptr, *worst = nullptr;
        std::string bestName, worstName;
        for (const SweepCurve& curve : summary.curves)
            for (const SweepPoint& point : curve.points) {
                if (point.diverged > 0)
                    text += (text.empty() ? "" : " ") + curve.series.name + " left the surface.";
                const Spread* loss = point.find("train_eval/loss");
                if (loss && (!best || loss->mean < best->mean))
                    best = loss, bestName = curve.series.name;
                if (loss && (!worst || loss->mean > worst->mean))
                    worst = loss, worstName = curve.series.name;
            }
        if (!best || best == worst)
            return text;
        return "After " + std::to_string(m_spec.updates) + " updates " + bestName + " was lowest (loss " +
               figure(best->mean) + "), " + worstName + " highest (" + figure(worst->mean) + ")." +
               (text.empty() ? "" : " " + text);
    }

    base::Value sample() const override
    {
        return Object{{"name", "descent"},
                      {"data", Object{{"source", "cars"},
                                      {"features", base::Array{"Weight_in_lbs"}},
                                      {"target", "Miles_per_Gallon"},
                                      {"missing", "drop"},
                                      {"normalize", "minmax"}}},
                      {"model", "linear"},
                      {"train", Object{{"loss", "mse"}, {"threads", 1}}}};
    }

    bool hasPaths() const override { return true; }

private:
    Changes changes(Object optimizer, base::Value batch) const
    {
        const Object everyStep{{"collection", "all"}, {"save_interval", 1}, {"reductions", base::Array{"mean"}}};
        return {{"model.init", "constant"},
                {"model.init_scale", m_spec.start},
                {"train.batch_size", std::move(batch)},
                {"train.optimizer", std::move(optimizer)},
                {"train.schedule", "constant"},
                {"train.steps", m_spec.updates},
                {"capture", base::Array{everyStep}}};
    }

    Spec m_spec;
};

}

void enroll(Sweeps& all)
{
    all.add<OptimizerComparison>("optimizer_comparison", "Optimizers on a surface",
                                 "A model of two weights, so that its loss is a landscape one can look at. Batch, "
                                 "mini-batch, stochastic, momentum and Adam walk down from the same place.",
                                 fields());
}

}
