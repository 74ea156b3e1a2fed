// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/policy.h"
#include "core/data/transform.h"

#include <algorithm>

namespace core::data::transforms::rand_augment {

namespace {

struct Spec {
    std::int64_t numOps = 2;
    std::int64_t magnitude = 9;
    std::int64_t numMagnitudeBins = 31;
    std::string interpolation = "nearest";
    double fill = 0;
};

class RandAugment final : public Transform {
public:
    explicit RandAugment(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const std::int64_t bin = std::min(m_spec.magnitude, m_spec.numMagnitudeBins - 1);
        for (std::int64_t i = 0; i < m_spec.numOps; ++i)
            applyStep(image,
                      drawStep(m_space, bin, m_spec.numMagnitudeBins, image.width(), image.height(),
                               draw.within(std::uint64_t(i))),
                      interpolationOf(m_spec.interpolation), float(m_spec.fill));
    }

private:
    Spec m_spec;
    PolicySpace m_space = PolicySpace::randAugment();
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("num_ops", &Spec::numOps, base::Int{0, 14}, {"How many operations one after another."},
               {.tunable = true, .live = true});
    fields.add("magnitude", &Spec::magnitude, base::Int{0, 1000},
               {"How strong each is, counted in bins.", {}, "Hardly any change.", "Images can no longer be told."},
               {.tunable = true, .live = true});
    fields.add("num_magnitude_bins", &Spec::numMagnitudeBins, base::Int{2, 1001},
               {"Bins from nothing to the strongest."});
    addFill(addInterpolation(fields));
    all.add<RandAugment>("RandAugment", "RandAugment",
                         "Operations drawn from fourteen, all of one strength (Cubuk et al. 2019): two numbers to tune "
                         "instead of a policy.",
                         std::move(fields));
}

}
