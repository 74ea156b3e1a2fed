// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/pictures/mixing.h"

namespace core::data::transforms::mix_up {

namespace {

struct Spec {
    double alpha = 1;
};

/// torchvision's MixUp, for any input: λ · x + (1 − λ) · (the row before).
class MixUp final : public Transform {
public:
    explicit MixUp(Spec spec) : m_spec(spec) {}

    Works works() const override { return Works::Batch; }
    std::string misfit(const DatasetInfo& info) const override { return mixingMisfit(info); }

    void mix(Batch& batch, std::int64_t classes, const base::Draw& draw) const override
    {
        const double lambda = drawBeta(m_spec.alpha, draw);
        batch.input = mixedWithPrevious(batch.input, lambda);
        batch.target = mixedTargets(batch.target, classes, lambda);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    all.add<MixUp>("MixUp", "Mixup",
                   "Mixes each row of a batch, and its target, with another one (Zhang et al. 2017): between two "
                   "things lies something between. Works on images, tables, sound and series.",
                   base::Fields<Spec>{}.add(
                       "alpha", &Spec::alpha, base::Real{.min = 0, .max = 100, .aboveMin = true, .log = true},
                       {"How evenly two are mixed.", "λ ~ Beta(α, α);  λ · a + (1 − λ) · b",
                        "Nearly always one of the two alone.", "Nearly always half and half: no row is seen as it is."},
                       {.tunable = true, .live = true}));
}

}
