// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/resampling.h"

#include <numeric>

namespace core::data::transforms::random_over_sampler {

namespace {

struct Spec {
    base::Value samplingStrategy = "auto";
};

class RandomOverSampler final : public Transform {
public:
    explicit RandomOverSampler(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Rows; }
    std::string misfit(const DatasetInfo& info) const override { return balancingMisfit(info); }

    base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const override
    {
        const auto classes = rowsByClass(rows);
        CORE_TRY(added, addedRows(m_spec.samplingStrategy, classes));
        Resampled made{.kept = std::vector<std::int64_t>(std::size_t(rows.inputs.size(0)))};
        std::iota(made.kept.begin(), made.kept.end(), 0);
        for (std::size_t label = 0; label < classes.size(); ++label)
            for (std::int64_t i = 0; i < added[label]; ++i)
                made.kept.push_back(classes[label][draw.within(label).below(std::uint64_t(i), classes[label].size())]);
        return made;
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    addStrategy(fields);
    all.add<RandomOverSampler>("RandomOverSampler", "Random over-sampling",
                               "Takes rows of rare classes several times, drawn with replacement, until classes are as "
                               "large as the largest. Simple; the same rows may be learned by heart.",
                               std::move(fields));
}

}
