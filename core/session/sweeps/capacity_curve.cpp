// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>

namespace core::session::sweeps::capacity_curve {

namespace {

struct Spec : SweepCommon {
    std::vector<std::int64_t> widths{1, 2, 4, 8, 16, 32, 64, 128};
    std::vector<std::int64_t> depths{1, 2, 3, 4, 5};
};

base::Fields<Spec> fields()
{
    const auto counts = [](std::int64_t most) {
        return std::make_shared<const base::List>(base::List{base::Int{.min = 1, .max = most, .log = true}, 0, 40});
    };
    base::Fields<Spec> all;
    all.add("widths", &Spec::widths, counts(65536),
            {"Neurons (of a cnn: filters) in every hidden layer; the depth stays the experiment's own. Empty: width is "
             "not varied.",
             {},
             "Too stiff: both losses stay high (bias).",
             "Learns the rows by heart: training loss falls, validation loss turns up (variance)."},
            {.unit = "neurons"});
    all.add("depths", &Spec::depths, counts(100),
            {"Hidden layers, each as wide as the experiment's first. Empty: depth is not varied.",
             {},
             "One layer must do everything.",
             "Gradients get small or large on their way: hard to train."},
            {.unit = "layers"});
    addSweepCommon(all);
    return all;
}

class CapacityCurve final : public SweepKind {
public:
    explicit CapacityCurve(Spec spec) : m_spec(std::move(spec))
    {
        std::ranges::sort(m_spec.widths);
        std::ranges::sort(m_spec.depths);
    }

    base::Result<SweepPlan> plan(const SweepContext& context) const override
    {
        const std::string& kind = context.resolved["model"]["kind"].text();
        const std::string key = kind == "mlp" ? "hidden" : kind == "cnn" ? "channels" : "";
        if (key.empty())
            return base::Error{base::ErrorKind::Spec, "width and depth are varied of mlp and cnn, not of " + kind,
                               "/model/kind", "Set model.kind to mlp or cnn"};
        std::vector<std::int64_t> own;
        for (const base::Value& width : context.resolved["model"][key].array())
            own.push_back(width.toInt());
        if (kind == "mlp" && context.resolved["model"]["num_layers"].isInt() && !own.empty())
            own.assign(std::size_t(context.resolved["model"]["num_layers"].toInt()), own.front());
        if (own.empty())
            own.push_back(32);
        SweepPlan plan;
        const std::string unit = kind == "mlp" ? "neurons" : "filters";
        const auto add = [&](std::size_t series, std::int64_t x, std::int64_t width, std::size_t depth) {
            base::Array layers;
            for (std::size_t i = 0; i < depth; ++i)
                layers.emplace_back(width);
            PlannedRun run{series,
                           double(x),
                           0,
                           (series == 0 ? "width " : "depth ") + std::to_string(x),
                           {{"model." + key, std::move(layers)}}};
            if (kind == "mlp")
                run.changes.insert(run.changes.begin(), {"model.num_layers", nullptr});
            spread(plan, context, m_spec, std::move(run));
        };
        plan.series.push_back({"width",
                               {"width", unit, SweepAxis::Scale::Log2},
                               std::to_string(own.size()) + (own.size() == 1 ? " hidden layer" : " hidden layers")});
        plan.series.push_back({"depth",
                               {"depth", "hidden layers", SweepAxis::Scale::Linear},
                               std::to_string(own.front()) + " " + unit + " each"});
        for (const std::int64_t width : m_spec.widths)
            add(0, width, width, own.size());
        for (const std::int64_t depth : m_spec.depths)
            add(1, depth, own.front(), std::size_t(depth));
        if (plan.runs.empty())
            return base::Error{base::ErrorKind::Spec, "neither a width nor a depth is given", "widths",
                               "Name at least one of each or of one of them"};
        return plan;
    }

    std::string closing(const SweepSummary& summary) const override
    {
        std::string text;
        for (const SweepCurve& curve : summary.curves) {
            const SweepPoint *best = nullptr, *last = nullptr;
            for (const SweepPoint& point : curve.points)
                if (const Spread* loss = point.find("validation/loss")) {
                    last = &point;
                    if (!best || loss->mean < best->find("validation/loss")->mean)
                        best = &point;
                }
            if (!last || last == &curve.points.front())
                continue;
            text += (text.empty() ? "Validation loss was lowest at " : " Over depth it was lowest at ") +
                    curve.series.axis.name + " " + figure(best->x) + " (" +
                    figure(best->find("validation/loss")->mean) + ").";
            const Spread *training = last->find("train_eval/loss"), *before = best->find("train_eval/loss");
            if (last != best && training && before)
                text += " At " + curve.series.axis.name + " " + figure(last->x) + " training loss was " +
                        figure(training->mean) + " (" + figure(before->mean) + " there) and validation loss " +
                        figure(last->find("validation/loss")->mean) +
                        (training->mean < before->mean ? ": it fits the training rows better and new rows worse."
                                                       : ": it was harder to train.");
        }
        return text;
    }

    base::Value sample() const override
    {
        using base::Object;
        return Object{{"name", "capacity"},
                      {"data", Object{{"source", Object{{"kind", "two-moons"}, {"noise", 0.35}}}, {"rows", 240}}},
                      {"split", Object{{"train", 0.4}, {"validation", 0.6}, {"test", 0}}},
                      {"model", Object{{"kind", "mlp"}, {"hidden", base::Array{16}}, {"activation", "tanh"}}},
                      {"train", Object{{"epochs", 150},
                                       {"batch_size", 16},
                                       {"optimizer", Object{{"kind", "adam"}, {"lr", 0.01}}},
                                       {"threads", 1}}}};
    }

private:
    Spec m_spec;
};

}

void enroll(Sweeps& all)
{
    all.add<CapacityCurve>("capacity_curve", "Capacity: width and depth",
                           "Training and validation loss against the size of the network. Too small fits neither, too "
                           "large fits the training rows only: the classical U of the validation loss.",
                           fields());
}

}
