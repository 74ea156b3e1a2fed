// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

#include <cmath>
#include <numbers>

namespace core::data::sources::circles {

namespace {

struct Spec {
    double noise = 0.1;
    double factor = 0.5;
    std::int64_t seed = 0;
};

// The curves of scikit-learn's make_circles.
class Circles final : public Source {
public:
    explicit Circles(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(rows, planeRows(request, 300, 2));
        PlaneSet set{"circles", {"outer", "inner"}, {}, m_spec.noise, std::uint64_t(m_spec.seed)};
        const std::int64_t outer = rows / 2;
        addCircle(set, outer, 1, 0);
        addCircle(set, rows - outer, m_spec.factor, 1);
        return loadPlane(set, request);
    }

private:
    Spec m_spec;

    static void addCircle(PlaneSet& set, std::int64_t points, double radius, std::int64_t label)
    {
        for (std::int64_t i = 0; i < points; ++i) {
            const double angle = 2 * std::numbers::pi * double(i) / double(points);
            set.points.push_back({radius * std::cos(angle), radius * std::sin(angle), label});
        }
    }
};

}

void enroll(Sources& all)
{
    all.add<Circles>(
        "circles", "Circles",
        "A ring inside a ring. A linear model is no better than guessing; x² + y² as a feature would make it trivial.",
        base::Fields<Spec>{}
            .add("noise", &Spec::noise, base::Real{0, 10},
                 {"How far points stray from their ring: the standard deviation of a normal jitter. The outer ring has "
                  "radius 1.",
                  {},
                  "Two clean rings: easy to learn by heart and by rule.",
                  "The rings run into each other."},
                 {.live = true})
            .add("factor", &Spec::factor, base::Real{0, 1, false, true},
                 {"Radius of the inner ring; the outer one has 1.",
                  {},
                  "The inner ring shrinks to a dot: very easy.",
                  "The rings nearly touch: a sharp border is needed."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other points of the same shape."}));
}

}
