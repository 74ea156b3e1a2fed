// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/ops/policy.h"
#include "core/data/transform.h"

namespace core::data::transforms::aug_mix {

namespace {

struct Spec {
    std::int64_t severity = 3;
    std::int64_t mixtureWidth = 3;
    std::int64_t chainDepth = -1;
    double alpha = 1;
    bool allOps = true;
    std::string interpolation = "bilinear";
    double fill = 0;
};

class AugMix final : public Transform {
public:
    explicit AugMix(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const double share = drawBeta(m_spec.alpha, draw.within(1));
        const auto shares = drawDirichlet(std::size_t(m_spec.mixtureWidth), m_spec.alpha, draw.within(2));
        std::vector<float> mixed(image.values.size());
        add(mixed, image, share);
        for (std::size_t chain = 0; chain < shares.size(); ++chain) {
            // Chains go different ways, so what stands where is told by the image alone.
            Sample branch{.modality = image.modality, .shape = image.shape, .values = image.values};
            walk(branch, draw.within(3 + chain));
            add(mixed, branch, (1 - share) * shares[chain]);
        }
        image.values = std::move(mixed);
    }

private:
    static constexpr std::int64_t bins = 10;
    Spec m_spec;
    PolicySpace m_space = PolicySpace::augMix(m_spec.allOps);

    static void add(std::vector<float>& to, const Sample& image, double share)
    {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] += float(share) * image.values[i];
    }

    void walk(Sample& image, const base::Draw& draw) const
    {
        const std::int64_t depth = m_spec.chainDepth > 0 ? m_spec.chainDepth : 1 + std::int64_t(draw.below(0, 3));
        for (std::int64_t i = 0; i < depth; ++i) {
            const base::Draw own = draw.within(std::uint64_t(i));
            const std::int64_t bin = std::int64_t(own.below(2, std::uint64_t(m_spec.severity)));
            applyStep(image, drawStep(m_space, bin, bins, image.width(), image.height(), own),
                      interpolationOf(m_spec.interpolation), float(m_spec.fill));
        }
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("severity", &Spec::severity, base::Int{1, 10}, {"How strong operations may be, of 10."},
               {.tunable = true, .live = true});
    fields.add("mixture_width", &Spec::mixtureWidth, base::Int{1, 16}, {"How many chains of operations are mixed."},
               {.live = true});
    fields.add("chain_depth", &Spec::chainDepth, base::Int{-1, 16}, {"Operations in a chain; −1: 1 to 3, drawn anew."},
               {.live = true});
    fields.add(
        "alpha", &Spec::alpha, base::Real{.min = 0, .max = 100, .aboveMin = true},
        {"How evenly chains are mixed, with each other and with the image itself.", "Dirichlet(α, …), Beta(α, α)"},
        {.tunable = true, .live = true});
    fields.add("all_ops", &Spec::allOps, base::Flag{},
               {"Brightness, colour, contrast and sharpness too; off where a network is to be tested on these."});
    addFill(addInterpolation(fields));
    all.add<AugMix>("AugMix", "AugMix",
                    "Mixes an image with chains of small changes of itself (Hendrycks et al. 2019): sturdier against "
                    "fog, blur and noise.",
                    std::move(fields));
}

}
