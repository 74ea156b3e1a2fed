// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/series.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::time_warping {

namespace {

struct Spec {
    double sigma = 0.2;
    std::int64_t knot = 4;
};

class TimeWarping final : public Transform {
public:
    explicit TimeWarping(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Series; }

    void apply(Sample& series, const base::Draw& draw) const override
    {
        const std::int64_t steps = series.width();
        if (steps < 2)
            return;
        const std::vector<double> knots = evenly(0, double(steps - 1), m_spec.knot + 2);
        // One clock for all channels: they belong together.
        std::vector<double> times;
        for (std::size_t i = 0; i < knots.size(); ++i)
            times.push_back(knots[i] * (1 + m_spec.sigma * draw.normal(i)));
        std::vector<double> at = cubicSpline(knots, times, evenly(0, double(steps - 1), steps));
        const double last = std::abs(at.back()) > 1e-6 ? at.back() : double(steps - 1);
        for (double& place : at)
            place = std::clamp(place * double(steps - 1) / last, 0.0, double(steps - 1));
        std::vector<float> line(static_cast<std::size_t>(steps));
        for (std::int64_t channel = 0; channel < series.channels(); ++channel) {
            interpolate(series.plane(channel), steps, at, line.data());
            std::copy(line.begin(), line.end(), series.plane(channel));
        }
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("sigma", &Spec::sigma, base::Real{0, 1},
               {"How far the speed strays at its knots.", {}, "Hardly any change.", "Time runs backwards in places."},
               {.tunable = true, .live = true});
    fields.add("knot", &Spec::knot, base::Int{2, 64}, {"Knots of the curve between its two ends."}, {.live = true});
    all.add<TimeWarping>(
        "TimeWarping", "Time warping",
        "Lets time run now slower, now faster, along a smooth curve (Um et al. 2017); the length stays.",
        std::move(fields));
}

}
