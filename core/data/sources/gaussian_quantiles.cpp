// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::data::sources::gaussian_quantiles {

namespace {

struct Spec {
    std::int64_t nClasses = 3;
    double cov = 1;
    std::int64_t seed = 0;
};

// As scikit-learn's make_gaussian_quantiles in two dimensions: one normal cloud, cut into rings of as many rows each.
class GaussianQuantiles final : public Source {
public:
    explicit GaussianQuantiles(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(rows, planeRows(request, 300, m_spec.nClasses));
        PlaneSet set{"gaussian-quantiles", {}, {}, 0, std::uint64_t(m_spec.seed)};
        const base::Draw draw = planeDraw(set.name, set.seed);
        for (std::int64_t c = 0; c < m_spec.nClasses; ++c)
            set.classes.push_back(std::to_string(c));
        const double spread = std::sqrt(m_spec.cov);
        for (std::uint64_t i = 0; i < std::uint64_t(rows); ++i)
            set.points.push_back({spread * draw.normal(2 * i), spread * draw.normal(2 * i + 1), 0});
        std::sort(set.points.begin(), set.points.end(),
                  [](const PlanePoint& a, const PlanePoint& b) { return std::hypot(a.x, a.y) < std::hypot(b.x, b.y); });
        const std::int64_t each = rows / m_spec.nClasses;
        for (std::int64_t i = 0; i < rows; ++i)
            set.points[std::size_t(i)].label = std::min(i / each, m_spec.nClasses - 1);
        return loadPlane(set, request);
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<GaussianQuantiles>(
        "gaussian-quantiles", "Gaussian quantiles",
        "One round cloud, cut into rings: how far a point lies from the middle is its class. x² + y² as a feature "
        "would "
        "make it trivial.",
        base::Fields<Spec>{}
            .add("n_classes", &Spec::nClasses, base::Int{2, 50}, {"How many rings there are; each is a class."})
            .add("cov", &Spec::cov, base::Real{0, 1e6, true}, {"Variance of the cloud: its size, squared."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other points."}));
}

}
