// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/series.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::magnitude_warping {

namespace {

struct Spec {
    double sigma = 0.2;
    std::int64_t knot = 4;
};

class MagnitudeWarping final : public Transform {
public:
    explicit MagnitudeWarping(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Series; }

    void apply(Sample& series, const base::Draw& draw) const override
    {
        const std::int64_t steps = series.width();
        const std::vector<double> knots = evenly(0, double(steps - 1), m_spec.knot + 2),
                                  at = evenly(0, double(steps - 1), steps);
        for (std::int64_t channel = 0; channel < series.channels() && steps > 1; ++channel) {
            const base::Draw own = draw.within(std::uint64_t(channel));
            std::vector<double> factors;
            for (std::int64_t knot = 0; knot < m_spec.knot + 2; ++knot)
                factors.push_back(1 + m_spec.sigma * own.normal(std::uint64_t(knot)));
            const std::vector<double> curve = cubicSpline(knots, factors, at);
            for (std::int64_t step = 0; step < steps; ++step)
                series.plane(channel)[step] *= float(curve[std::size_t(step)]);
        }
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("sigma", &Spec::sigma, base::Real{0, 5},
               {"How far the curve strays from 1 at its knots.", "spline through N(1, sigma)", "Hardly any change.",
                "The series is turned over in places."},
               {.tunable = true, .live = true});
    fields.add("knot", &Spec::knot, base::Int{2, 64},
               {"Knots of the curve between its two ends.", {}, "Slow drifts only.", "As good as noise."},
               {.live = true});
    all.add<MagnitudeWarping>("MagnitudeWarping", "Magnitude warping",
                              "Multiplies the series by a smooth curve around 1 (Um et al. 2017): a gain that drifts.",
                              std::move(fields));
}

}
