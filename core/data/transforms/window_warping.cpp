// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/series.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::window_warping {

namespace {

struct Spec {
    double windowRatio = 0.1;
    std::vector<double> scales{0.5, 2};
};

class WindowWarping final : public Transform {
public:
    explicit WindowWarping(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Series; }

    void apply(Sample& series, const base::Draw& draw) const override
    {
        const std::int64_t steps = series.width();
        const std::int64_t window = std::int64_t(std::ceil(m_spec.windowRatio * double(steps)));
        if (steps < window + 3 || m_spec.scales.empty())
            return;
        const double scale = m_spec.scales[std::size_t(draw.below(0, m_spec.scales.size()))];
        const std::int64_t from = 1 + std::int64_t(draw.below(1, std::uint64_t(steps - window - 2)));
        const std::vector<double> at = warpedWindow(steps, from, from + window, scale);
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
    fields.add("window_ratio", &Spec::windowRatio, base::Real{0.01, 0.9},
               {"Share of the series that is played at another speed."}, {.tunable = true, .live = true});
    fields.add("scales", &Spec::scales, std::make_shared<const base::List>(base::List{base::Real{0.05, 20}, 1, 16}),
               {"One of these is drawn: how much longer the window takes; 2 is half the speed."}, {.live = true});
    all.add<WindowWarping>(
        "WindowWarping", "Window warping",
        "Plays a window of the series slower or faster and the rest so that the length stays (Le Guennec et al. 2016).",
        std::move(fields));
}

}
