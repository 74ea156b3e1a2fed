// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

#include <cmath>
#include <numbers>

namespace core::data::sources::two_moons {

namespace {

struct Spec {
    double noise = 0.2;
    std::int64_t seed = 0;
};

// The curves of scikit-learn's make_moons: half circles of radius 1, the lower one moved by (1, 0.5).
class TwoMoons final : public Source {
public:
    explicit TwoMoons(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(rows, planeRows(request, 300, 2));
        PlaneSet set{"two-moons", {"upper", "lower"}, {}, m_spec.noise, std::uint64_t(m_spec.seed)};
        const std::int64_t upper = rows / 2, lower = rows - upper;
        for (std::int64_t i = 0; i < upper; ++i)
            set.points.push_back({std::cos(angle(i, upper)), std::sin(angle(i, upper)), 0});
        for (std::int64_t i = 0; i < lower; ++i)
            set.points.push_back({1 - std::cos(angle(i, lower)), 0.5 - std::sin(angle(i, lower)), 1});
        return loadPlane(set, request);
    }

private:
    Spec m_spec;

    static double angle(std::int64_t i, std::int64_t n)
    {
        return n > 1 ? std::numbers::pi * double(i) / double(n - 1) : 0;
    }
};

}

void enroll(Sources& all)
{
    all.add<TwoMoons>(
        "two-moons", "Two moons",
        "Two half circles that reach into each other. No straight line parts them, a small hidden layer does.",
        base::Fields<Spec>{}
            .add("noise", &Spec::noise, base::Real{0, 10},
                 {"How far points stray from their curve: the standard deviation of a normal jitter. The moons have "
                  "radius 1.",
                  {},
                  "Every network reaches 100 %, and nothing is there to overfit.",
                  "The classes mix: no network can tell them apart."},
                 {.live = true})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other points of the same shape."}));
}

}
