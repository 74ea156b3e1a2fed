// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

namespace core::data::sources::blobs {

namespace {

struct Spec {
    std::int64_t centers = 3;
    double clusterStd = 1;
    double centerBox = 10;
    std::int64_t seed = 0;
};

// As scikit-learn's make_blobs: centres drawn evenly from a box, normal clouds of equal size around them.
class Blobs final : public Source {
public:
    explicit Blobs(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(rows, planeRows(request, 300, m_spec.centers));
        PlaneSet set{"blobs", {}, {}, m_spec.clusterStd, std::uint64_t(m_spec.seed)};
        const base::Draw draw = planeDraw(set.name, set.seed);
        for (std::int64_t c = 0; c < m_spec.centers; ++c) {
            set.classes.push_back(std::to_string(c));
            const double x = draw.uniform(2 * std::uint64_t(c), -m_spec.centerBox, m_spec.centerBox);
            const double y = draw.uniform(2 * std::uint64_t(c) + 1, -m_spec.centerBox, m_spec.centerBox);
            const std::int64_t points = rows / m_spec.centers + (c < rows % m_spec.centers ? 1 : 0);
            set.points.insert(set.points.end(), std::size_t(points), PlanePoint{x, y, c});
        }
        return loadPlane(set, request);
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Blobs>(
        "blobs", "Blobs", "Round clouds, one for each class. A linear model does well as long as they stay apart.",
        base::Fields<Spec>{}
            .add("centers", &Spec::centers, base::Int{2, 100}, {"How many clouds there are; each is a class."})
            .add("cluster_std", &Spec::clusterStd, base::Real{0, 100},
                 {"How wide a cloud is: the standard deviation of its points from its centre.",
                  {},
                  "Dots that any model tells apart.",
                  "Clouds overlap: some points belong to two as well as to one."})
            .add("center_box", &Spec::centerBox, base::Real{0, 1000},
                 {"Centres are drawn from the square that reaches from minus this to plus this.",
                  {},
                  "Centres fall together.",
                  "Clouds are far apart: easy."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other centres and points."}));
}

}
