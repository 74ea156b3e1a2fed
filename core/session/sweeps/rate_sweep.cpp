// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace core::session::sweeps::rate_sweep {

namespace {

struct Spec : SweepCommon {
    double from = 1e-4;
    double to = 10;
    std::int64_t points = 11;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("from", &Spec::from, base::Real{.min = 0, .max = 1e6, .aboveMin = true, .log = true},
            {"The lowest rate.", {}, "Time for runs that hardly move.", {}});
    all.add("to", &Spec::to, base::Real{.min = 0, .max = 1e6, .aboveMin = true, .log = true},
            {"The highest rate. Some that diverge belong to it: without them the edge is not seen.",
             {},
             {},
             "Many runs that diverge at once; they are counted, and cost little."});
    all.add("points", &Spec::points, base::Int{2, 60},
            {"Rates from the lowest to the highest, by equal factors.", "lr_i = from · (to / from)^(i / (points − 1))"},
            {.unit = "rates"});
    addSweepCommon(all);
    return all;
}

// What a person would write: two digits.
double rounded(double rate)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", rate);
    return std::strtod(text, nullptr);
}

class RateSweep final : public SweepKind {
public:
    explicit RateSweep(Spec spec) : m_spec(std::move(spec)) {}

    base::Result<SweepPlan> plan(const SweepContext& context) const override
    {
        if (!(m_spec.from < m_spec.to))
            return base::Error{base::ErrorKind::Spec, "the lowest rate is not below the highest", "from",
                               "Give from a smaller value than to"};
        if (!context.resolved.at("train.optimizer.lr"))
            return base::Error{base::ErrorKind::Spec, "has no learning rate", "/train/optimizer",
                               "Choose a network to train"};
        SweepPlan plan;
        plan.series = {{"rate",
                        {"learning rate", {}, SweepAxis::Scale::Log},
                        context.resolved["train"]["optimizer"]["kind"].text()}};
        double before = 0;
        for (std::int64_t i = 0; i < m_spec.points; ++i) {
            const double rate =
                rounded(m_spec.from * std::pow(m_spec.to / m_spec.from, double(i) / double(m_spec.points - 1)));
            if (rate != before)
                spread(plan, context, m_spec, {0, rate, 0, "lr " + figure(rate), {{"train.optimizer.lr", rate}}});
            before = rate;
        }
        return plan;
    }

    std::string closing(const SweepSummary& summary) const override
    {
        const double sign = summary.higherIsBetter ? 1 : -1;
        const SweepPoint *best = nullptr, *low = nullptr, *edge = nullptr;
        for (const SweepPoint& point : summary.curves.front().points) {
            if (point.diverged > 0 && !edge)
                edge = &point;
            const Spread* value = point.find(summary.validation());
            if (!value)
                continue;
            if (!low)
                low = &point;
            if (!best || sign * value->mean > sign * best->find(summary.validation())->mean)
                best = &point;
        }
        if (!best)
            return {};
        const Spread &top = *best->find(summary.validation()), &bottom = *low->find(summary.validation());
        std::string text = "The best rate was " + figure(best->x) + " with validation " + summary.metric + " " +
                           valued(summary, top.mean);
        if (top.n > 1)
            text += " ± " + difference(summary, top.std);
        if (low != best)
            text += ". At " + figure(low->x) + " it was " + difference(summary, std::abs(top.mean - bottom.mean)) +
                    " worse after the same epochs.";
        else
            text += ", the lowest that was tried: lower ones may be better still.";
        if (edge)
            text += " From " + figure(edge->x) + " on runs diverged (" + std::to_string(edge->diverged) + " of " +
                    std::to_string(edge->ended) + " there): the best rate lies a factor of " +
                    figure(rounded(edge->x / best->x)) + " below the edge.";
        else
            text += " None diverged: the edge lies above " + figure(m_spec.to) + ".";
        return text;
    }

    base::Value sample() const override
    {
        using base::Object;
        return Object{{"name", "rates"},
                      {"data", Object{{"source", "fashion-mnist"}, {"rows", 4000}}},
                      {"model", Object{{"kind", "mlp"}, {"hidden", base::Array{64}}}},
                      {"train", Object{{"epochs", 5},
                                       {"batch_size", 32},
                                       {"optimizer", Object{{"kind", "sgd"}, {"lr", 0.05}, {"momentum", 0.9}}},
                                       {"threads", 1}}}};
    }

private:
    Spec m_spec;
};

}

void enroll(Sweeps& all)
{
    all.add<RateSweep>("rate_sweep", "Learning rate",
                       "The same training with rates that differ by factors. Too low creeps, too high diverges; the "
                       "best lies shortly before the edge.",
                       fields());
}

}
