// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

#include <cmath>
#include <numbers>

namespace core::data::sources::spirals {

namespace {

struct Spec {
    double noise = 0.03;
    double turns = 1.5;
    std::int64_t arms = 2;
    std::int64_t seed = 0;
};

// Archimedean spirals from the centre to radius 1, one class an arm (after Lang and Witbrock 1988, who had two arms of
// three turns).
class Spirals final : public Source {
public:
    explicit Spirals(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(rows, planeRows(request, 400, m_spec.arms));
        PlaneSet set{"spirals", {}, {}, m_spec.noise, std::uint64_t(m_spec.seed)};
        for (std::int64_t arm = 0; arm < m_spec.arms; ++arm) {
            set.classes.push_back(std::to_string(arm));
            const std::int64_t points = rows / m_spec.arms + (arm < rows % m_spec.arms ? 1 : 0);
            for (std::int64_t i = 0; i < points; ++i) {
                const double along = (double(i) + 1) / double(points);
                const double angle = 2 * std::numbers::pi * (m_spec.turns * along + double(arm) / double(m_spec.arms));
                set.points.push_back({along * std::cos(angle), along * std::sin(angle), arm});
            }
        }
        return loadPlane(set, request);
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Spirals>(
        "spirals", "Spirals",
        "Arms that wind around each other: the hardest of the small sets. It wants width, depth and patience.",
        base::Fields<Spec>{}
            .add("noise", &Spec::noise, base::Real{0, 10},
                 {"How far points stray from their arm: the standard deviation of a normal jitter. The arms reach "
                  "radius 1.",
                  {},
                  "Clean curves: only the shape is hard.",
                  "Neighbouring arms mix, and what looks learned is learned by heart."},
                 {.live = true})
            .add("turns", &Spec::turns, base::Real{0, 10, true},
                 {"How often an arm winds around the centre.",
                  {},
                  "Nearly straight arms, which wedges part.",
                  "More bends than a small network can follow."},
                 {.unit = "turns"})
            .add("arms", &Spec::arms, base::Int{2, 10}, {"How many arms there are; each is a class."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other points of the same shape."}));
}

}
