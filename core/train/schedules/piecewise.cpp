// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace core::train::schedules::piecewise {

namespace {

struct Spec {
    std::vector<std::int64_t> milestones{0};
    std::vector<double> factors{1};
    std::string interpolation = "linear";
    std::string unit = "step";
};

base::Domain listOf(base::Domain items)
{
    return std::make_shared<const base::List>(base::List{std::move(items), 1, 1000});
}

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("milestones", &Spec::milestones, listOf(base::Int{0, 1'000'000'000}),
             {"When the rate passes through each of its points, in rising order. Drag the points of the curve instead "
              "of typing them."},
             {.live = true})
        .add("factors", &Spec::factors, listOf(base::Real{.min = 0, .max = 1e6}),
             {"The rate at each milestone, as a multiple of lr.", "lr(t) = lr · factor(t)", "Nothing is learned there.",
              "The loss jumps there."},
             {.live = true})
        .add("interpolation", &Spec::interpolation, base::Choice{{"linear", "exponential", "none"}},
             {"How the rate goes from point to point: in a line, by equal factors (between points above 0), or it "
              "stays until the next point."},
             {.live = true})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// The rate through points drawn by hand; before the first and after the last it stays. Without interpolation this is
/// torch.optim.lr_scheduler.MultiStepLR with a factor for each milestone, with `linear` numpy.interp.
class Piecewise final : public Schedule {
public:
    static base::Result<std::unique_ptr<Schedule>> make(Spec spec, const ScheduleContext& context)
    {
        using base::Error;
        using base::ErrorKind;
        if (spec.milestones.size() != spec.factors.size())
            return Error{ErrorKind::Spec,
                         std::to_string(spec.milestones.size()) + " milestones have " +
                             std::to_string(spec.factors.size()) + " factors",
                         "/train/schedule/factors", "Give each milestone one factor"};
        for (std::size_t i = 1; i < spec.milestones.size(); ++i)
            if (spec.milestones[i] <= spec.milestones[i - 1])
                return Error{ErrorKind::Spec,
                             "milestone " + std::to_string(spec.milestones[i]) + " does not come after " +
                                 std::to_string(spec.milestones[i - 1]),
                             "/train/schedule/milestones/" + std::to_string(i), "Name the milestones in rising order"};
        return std::unique_ptr<Schedule>(new Piecewise(std::move(spec), context));
    }

    double lr(std::int64_t step) const override
    {
        const std::int64_t t = unitsBefore(step, m_spec.unit, m_context);
        const auto next = std::ranges::upper_bound(m_spec.milestones, t);
        const std::size_t after = std::size_t(next - m_spec.milestones.begin());
        if (after == 0 || next == m_spec.milestones.end() || m_spec.interpolation == "none")
            return m_context.lr * m_spec.factors[after == 0 ? 0 : after - 1];
        const double from = m_spec.factors[after - 1], to = m_spec.factors[after];
        const double share =
            double(t - m_spec.milestones[after - 1]) / double(m_spec.milestones[after] - m_spec.milestones[after - 1]);
        if (m_spec.interpolation == "exponential" && from > 0 && to > 0)
            return m_context.lr * from * std::pow(to / from, share);
        return m_context.lr * (from + (to - from) * share);
    }

private:
    Piecewise(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Piecewise>("piecewise", "Drawn by hand",
                       "The rate goes through points that are dragged on its curve, before or while it trains.",
                       fields());
}

}
