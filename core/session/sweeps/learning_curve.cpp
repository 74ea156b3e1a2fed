// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>
#include <cmath>

namespace core::session::sweeps::learning_curve {

namespace {

struct Spec : SweepCommon {
    std::vector<double> fractions{0.05, 0.1, 0.2, 0.4, 0.7, 1};
    bool sameUpdates = true;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("fractions", &Spec::fractions,
            std::make_shared<const base::List>(base::List{base::Real{.min = 0, .max = 1, .aboveMin = true}, 1, 40}),
            {"Shares of the training rows, of each class alike; a smaller share is part of every larger one. All are "
             "judged on the same validation rows.",
             "rows = round(fraction · training rows)", "Luck of the draw rules: look at the spread.", "1: all rows."});
    all.add("same_updates", &Spec::sameUpdates, base::Flag{},
            {"Every run makes as many updates as the one with all rows, so that fewer rows do not also mean less "
             "training. Off: the same epochs."});
    addSweepCommon(all);
    return all;
}

class LearningCurve final : public SweepKind {
public:
    explicit LearningCurve(Spec spec) : m_spec(std::move(spec)) { std::ranges::sort(m_spec.fractions); }

    base::Result<SweepPlan> plan(const SweepContext& context) const override
    {
        const base::Value& train = context.resolved["train"];
        const std::int64_t batch = train["batch_size"].isInt() ? train["batch_size"].toInt() : context.trainRows,
                           accumulate = std::max<std::int64_t>(1, train["accumulate"].toInt(1));
        const std::int64_t epochs = m_spec.epochs.value_or(train["epochs"].toInt());
        const std::int64_t perEpoch =
            ((context.trainRows + batch - 1) / std::max<std::int64_t>(1, batch) + accumulate - 1) / accumulate;
        const std::int64_t updates =
            train["steps"].isInt() && !m_spec.epochs ? train["steps"].toInt() : epochs * perEpoch;
        SweepPlan plan;
        plan.series = {{"rows", {"training rows", "rows", SweepAxis::Scale::Log}}};
        for (const double fraction : m_spec.fractions) {
            base::Array augment{base::Object{{"kind", "RandomSubset"}, {"fraction", fraction}}};
            for (const base::Value& other : context.resolved["augment"].array())
                augment.push_back(other);
            const auto rows = std::max<std::int64_t>(1, std::llround(fraction * double(context.trainRows)));
            SweepCommon common = m_spec;
            PlannedRun run{0, double(rows), 0, std::to_string(rows) + " rows", {{"augment", std::move(augment)}}};
            if (m_spec.sameUpdates) {
                common.epochs.reset();
                run.changes.emplace_back("train.steps", updates);
            }
            spread(plan, context, common, std::move(run));
        }
        return plan;
    }

    std::string closing(const SweepSummary& summary) const override
    {
        const auto& points = summary.curves.front().points;
        const SweepPoint *first = nullptr, *last = nullptr, *before = nullptr;
        for (const SweepPoint& point : points)
            if (point.find(summary.validation())) {
                if (!first)
                    first = &point;
                before = last;
                last = &point;
            }
        if (!before)
            return {};
        const double sign = summary.higherIsBetter ? 1 : -1;
        const Spread &low = *first->find(summary.validation()), &high = *last->find(summary.validation()),
                     &near = *before->find(summary.validation());
        const double late = sign * (high.mean - near.mean);
        std::string text = "From " + first->label + " to " + last->label + " validation " + summary.metric +
                           (sign * (high.mean - low.mean) >= 0 ? " improved from " : " fell back from ") +
                           valued(summary, low.mean) + " to " + valued(summary, high.mean) + ". ";
        const double noise = std::sqrt((high.std * high.std + near.std * near.std) / 2);
        if (late > noise)
            text += "The last step, from " + before->label + ", still brought " + difference(summary, late) +
                    ": more rows would help.";
        else
            text += "The last step, from " + before->label + ", brought " + difference(summary, std::max(0.0, late)) +
                    ", within the spread over seeds: more rows would help little here.";
        const Spread *gap = last->find("gap/" + summary.metric), *wide = first->find("gap/" + summary.metric);
        if (gap && wide)
            text += " The gap to the training rows went from " + difference(summary, wide->mean) + " to " +
                    difference(summary, gap->mean) + ".";
        return text;
    }

    base::Value sample() const override
    {
        using base::Object;
        return Object{{"name", "learning-curve"},
                      {"data", Object{{"source", "fashion-mnist"}, {"rows", 6000}}},
                      {"model", Object{{"kind", "mlp"}, {"hidden", base::Array{64}}}},
                      {"train", Object{{"epochs", 6},
                                       {"batch_size", 64},
                                       {"optimizer", Object{{"kind", "adam"}, {"lr", 0.001}}},
                                       {"threads", 1}}}};
    }

private:
    Spec m_spec;
};

}

void enroll(Sweeps& all)
{
    all.add<LearningCurve>("learning_curve", "Learning curve: how many rows",
                           "The same network on growing shares of the training rows, judged on the same validation "
                           "rows. It tells whether more data or another model would help.",
                           fields());
}

}
