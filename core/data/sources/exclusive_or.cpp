// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

namespace core::data::sources::exclusive_or {

namespace {

struct Spec {
    double noise = 0.1;
    double margin = 0.1;
    std::int64_t seed = 0;
};

// Points spread evenly over [−1, 1]², one class where the signs of x and y are alike, the other where they differ.
class ExclusiveOr final : public Source {
public:
    explicit ExclusiveOr(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(rows, planeRows(request, 300, 2));
        PlaneSet set{"xor", {"same sign", "opposite signs"}, {}, m_spec.noise, std::uint64_t(m_spec.seed)};
        const base::Draw draw = planeDraw(set.name, set.seed);
        for (std::int64_t i = 0; i < rows; ++i) {
            // Quadrants in turn, so that the classes are even: + +, − +, − −, + −.
            const double x = (i % 4 == 1 || i % 4 == 2 ? -1 : 1) * draw.uniform(2 * std::uint64_t(i), m_spec.margin, 1);
            const double y = (i % 4 >= 2 ? -1 : 1) * draw.uniform(2 * std::uint64_t(i) + 1, m_spec.margin, 1);
            set.points.push_back({x, y, i % 2});
        }
        return loadPlane(set, request);
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<ExclusiveOr>(
        "xor", "XOR",
        "Four squares, the opposite ones alike. Neither feature tells anything alone: the smallest problem that needs "
        "a "
        "hidden layer.",
        base::Fields<Spec>{}
            .add("noise", &Spec::noise, base::Real{0, 10},
                 {"How far points stray after they got their class: the standard deviation of a normal jitter. The "
                  "square reaches from −1 to 1.",
                  {},
                  "Borders without a wrong point.",
                  "Points end up among the other class, and no network can know."},
                 {.live = true})
            .add("margin", &Spec::margin, base::Real{0, 1, false, true},
                 {"Width of the empty strip on either side of the axes, before noise.",
                  {},
                  "Points lie up to the border.",
                  "Four far corners: easy."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other points of the same shape."}));
}

}
