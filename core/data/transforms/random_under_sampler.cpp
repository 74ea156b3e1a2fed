// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/resampling.h"

#include <algorithm>

namespace core::data::transforms::random_under_sampler {

namespace {

struct Spec {
    base::Value samplingStrategy = "auto";
    bool replacement = false;
};

class RandomUnderSampler final : public Transform {
public:
    explicit RandomUnderSampler(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Rows; }
    std::string misfit(const DatasetInfo& info) const override { return balancingMisfit(info); }

    base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const override
    {
        const auto classes = rowsByClass(rows);
        CORE_TRY(kept, keptRows(m_spec.samplingStrategy, classes));
        Resampled made;
        for (std::size_t label = 0; label < classes.size(); ++label) {
            const std::vector<std::int64_t>& own = classes[label];
            const base::Draw each = draw.within(label);
            if (kept[label] == std::int64_t(own.size())) {
                made.kept.insert(made.kept.end(), own.begin(), own.end());
            } else if (m_spec.replacement) {
                for (std::int64_t i = 0; i < kept[label]; ++i)
                    made.kept.push_back(own[each.below(std::uint64_t(i), own.size())]);
            } else {
                const auto order = base::permutation(std::int64_t(own.size()), each);
                for (std::int64_t i = 0; i < kept[label]; ++i)
                    made.kept.push_back(own[std::size_t(order[std::size_t(i)])]);
            }
        }
        std::sort(made.kept.begin(), made.kept.end());
        return made;
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("sampling_strategy", &Spec::samplingStrategy, base::Real{.min = 0, .max = 1, .aboveMin = true},
               {"Which classes shrink to the size of the smallest: all others (auto, not minority), the largest one "
                "(majority), all but the largest (not majority). A number, for two classes: rows of the smaller one "
                "for each of the larger one.",
                "rows(minority) / rows(majority)"},
               {.words = {"auto", "majority", "not minority", "not majority", "all"}});
    fields.add("replacement", &Spec::replacement, base::Flag{}, {"Draws with replacement: a row may be kept twice."});
    all.add<RandomUnderSampler>("RandomUnderSampler", "Random under-sampling",
                                "Leaves out rows of common classes at random until classes are as small as the "
                                "smallest. Fast; what is left out is not learned from.",
                                std::move(fields));
}

}
