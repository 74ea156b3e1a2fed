// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/policy.h"
#include "core/data/transform.h"

namespace core::data::transforms::trivial_augment_wide {

namespace {

struct Spec {
    std::int64_t numMagnitudeBins = 31;
    std::string interpolation = "nearest";
    double fill = 0;
};

class TrivialAugmentWide final : public Transform {
public:
    explicit TrivialAugmentWide(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const std::int64_t bin = std::int64_t(draw.below(2, std::uint64_t(m_spec.numMagnitudeBins)));
        applyStep(image, drawStep(m_space, bin, m_spec.numMagnitudeBins, image.width(), image.height(), draw),
                  interpolationOf(m_spec.interpolation), float(m_spec.fill));
    }

private:
    Spec m_spec;
    PolicySpace m_space = PolicySpace::trivialAugmentWide();
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("num_magnitude_bins", &Spec::numMagnitudeBins, base::Int{2, 1001},
               {"Bins from nothing to the strongest."});
    addFill(addInterpolation(fields));
    all.add<TrivialAugmentWide>(
        "TrivialAugmentWide", "TrivialAugment",
        "One operation of one strength, both drawn anew for each image (Müller & Hutter 2021): nothing to tune.",
        std::move(fields));
}

}
