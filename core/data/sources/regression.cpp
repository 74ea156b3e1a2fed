// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/generator.h"

#include <algorithm>

namespace core::data::sources::regression {

namespace {

struct Spec {
    std::int64_t nFeatures = 100;
    std::int64_t nInformative = 10;
    double noise = 0;
    double bias = 0;
    std::int64_t seed = 0;
};

// As scikit-learn's make_regression: normal features, of which some count with weights drawn from 0 to 100.
class Regression final : public Source {
public:
    explicit Regression(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_CHECK(checkTask(request, {"regression"}));
        const std::int64_t features = m_spec.nFeatures, informative = std::min(m_spec.nInformative, features);
        CORE_TRY(rows, rowsToMake(request, 100, 2, features + 1));
        const base::Draw draw = drawOf("regression", m_spec.seed), normals = draw.within(0), weights = draw.within(1),
                         jitter = draw.within(2);
        std::vector<double> values(std::size_t(rows * features)), target;
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = normals.normal(i);
        for (std::int64_t row = 0; row < rows; ++row) {
            double y = m_spec.bias + m_spec.noise * jitter.normal(std::uint64_t(row));
            for (std::int64_t f = 0; f < informative; ++f)
                y += weights.uniform(std::uint64_t(f), 0, 100) * values[std::size_t(row * features + f)];
            target.push_back(y);
        }
        Loaded loaded =
            shuffledTable("regression", features, values, numberColumn("y", std::move(target)), draw.within(3));
        loaded.table->task = "regression";
        return loaded;
    }

private:
    Spec m_spec;
};

}

void enroll(Sources& all)
{
    all.add<Regression>(
        "regression", "Regression",
        "A number to predict that is a weighted sum of a few features among many that mean nothing: a linear model "
        "finds it exactly, and L1 finds which features count.",
        base::Fields<Spec>{}
            .add("n_features", &Spec::nFeatures, base::Int{1, 10'000},
                 {"How many features there are.",
                  {},
                  "Nothing to choose from.",
                  "More features than rows: the training rows are learned by heart."})
            .add("n_informative", &Spec::nInformative, base::Int{0, 10'000},
                 {"How many of them the target depends on; the others mean nothing."})
            .add("noise", &Spec::noise, base::Real{0, 1e6},
                 {"Standard deviation of what nothing explains.",
                  {},
                  "R² of 1 is possible.",
                  "R² is limited by the noise, whatever the model."},
                 {.live = true})
            .add("bias", &Spec::bias, base::Real{-1e6, 1e6}, {"The target where all features are 0."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other rows and other weights."}));
}

}
