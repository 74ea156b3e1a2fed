// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/transform.h"

namespace core::data::transforms::feature_masking {

namespace {

struct Spec {
    double p = 0.1;
};

class FeatureMasking final : public Transform {
public:
    explicit FeatureMasking(Spec spec) : m_spec(spec) {}

    Works works() const override { return Works::Values; }

    void apply(Sample& row, const base::Draw& draw) const override
    {
        for (std::size_t i = 0; i < row.values.size(); ++i)
            if (draw.uniform(i) < m_spec.p)
                row.values[i] = 0;
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    all.add<FeatureMasking>(
        "FeatureMasking", "Feature masking",
        "Hides single features by setting them to 0 (their mean, with data.normalize standard), so that no single "
        "column is relied on.",
        base::Fields<Spec>{}.add(
            "p", &Spec::p, base::Real{0, 1},
            {"Chance that a feature is hidden.", {}, "Hardly any change.", "Nothing is left to learn from."},
            {.tunable = true, .live = true}));
}

}
