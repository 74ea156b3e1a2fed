// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/pictures/mixing.h"

namespace core::data::transforms::cut_mix {

namespace {

struct Spec {
    double alpha = 1;
};

/// torchvision's CutMix: a rectangle of the image before, and as much of its class as the rectangle is of the area.
class CutMix final : public Transform {
public:
    explicit CutMix(Spec spec) : m_spec(spec) {}

    Works works() const override { return Works::Batch; }

    std::string misfit(const DatasetInfo& info) const override
    {
        return info.modality == Modality::Image ? mixingMisfit(info) : "pastes parts of images, and these are none";
    }

    void mix(Batch& batch, std::int64_t classes, const base::Draw& draw) const override
    {
        const std::int64_t height = batch.input.size(2), width = batch.input.size(3);
        const Frame frame = drawCutMix(width, height, drawBeta(m_spec.alpha, draw.within(0)), draw.within(1));
        batch.input = pastedFromPrevious(batch.input, frame);
        const double kept = 1 - double(frame.width * frame.height) / double(width * height);
        batch.target = mixedTargets(batch.target, classes, kept);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    all.add<CutMix>("CutMix", "CutMix",
                    "Pastes a rectangle of one image into another, and shares the target by area (Yun et al. 2019): "
                    "a network must look at all parts of a thing.",
                    base::Fields<Spec>{}.add("alpha", &Spec::alpha,
                                             base::Real{.min = 0, .max = 100, .aboveMin = true, .log = true},
                                             {"How the area is shared.", "λ ~ Beta(α, α): the share that stays",
                                              "Nearly all of one image.", "Nearly always half of each."},
                                             {.tunable = true, .live = true}));
}

}
