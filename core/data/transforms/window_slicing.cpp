// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/series.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::window_slicing {

namespace {

struct Spec {
    double reduceRatio = 0.9;
};

class WindowSlicing final : public Transform {
public:
    explicit WindowSlicing(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Series; }

    void apply(Sample& series, const base::Draw& draw) const override
    {
        const std::int64_t steps = series.width();
        const std::int64_t window = std::min(std::int64_t(std::ceil(m_spec.reduceRatio * double(steps))), steps);
        if (window >= steps)
            return;
        const std::int64_t from = std::int64_t(draw.below(0, std::uint64_t(steps - window)));
        const std::vector<double> at = evenly(double(from), double(from + window - 1), steps);
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
    fields.add("reduce_ratio", &Spec::reduceRatio, base::Real{0.05, 1},
               {"Share of the series that is kept.", {}, "Most of the series is never seen.", "Hardly any change."},
               {.tunable = true, .live = true});
    all.add<WindowSlicing>(
        "WindowSlicing", "Window slicing",
        "Cuts a window out of the series and stretches it to the full length (Le Guennec et al. 2016).",
        std::move(fields));
}

}
