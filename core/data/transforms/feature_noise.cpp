// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/transform.h"

namespace core::data::transforms::feature_noise {

namespace {

struct Spec {
    double sigma = 0.1;
    double p = 1;
};

class FeatureNoise final : public Transform {
public:
    explicit FeatureNoise(Spec spec) : m_spec(spec) {}

    Works works() const override { return Works::Values; }

    void apply(Sample& row, const base::Draw& draw) const override
    {
        const base::Draw normals = draw.within(1);
        for (std::size_t i = 0; i < row.values.size(); ++i)
            if (draw.uniform(i) < m_spec.p)
                row.values[i] += float(m_spec.sigma * normals.normal(i));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("sigma", &Spec::sigma, base::Real{0, 10},
               {"Standard deviation of the noise; with data.normalize standard, 1 is a feature's own.",
                "x + sigma · N(0, 1)", "Hardly any change.", "What tells classes apart drowns."},
               {.tunable = true, .live = true});
    fields.add("p", &Spec::p, base::Real{0, 1}, {"Chance that a feature gets noise."}, {.tunable = true, .live = true});
    all.add<FeatureNoise>("FeatureNoise", "Feature noise",
                          "Adds Gaussian noise to the numbers of a row, so that no exact value is learned by heart.",
                          std::move(fields));
}

}
