// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/blur.h"
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::gaussian_blur {

namespace {

struct Spec {
    std::int64_t kernelSize = 5;
    std::vector<double> sigma{0.1, 2.0};
};

class GaussianBlur final : public Transform {
public:
    explicit GaussianBlur(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const double sigma = draw.uniform(0, m_spec.sigma.front(), m_spec.sigma.back());
        // torchvision refuses even sizes; here they count as the next odd one.
        const std::int64_t size = m_spec.kernelSize | 1;
        gaussianBlur(image, size, size, sigma);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("kernel_size", &Spec::kernelSize, base::Int{1, 63},
               {"Pixels that are mixed, in each direction; an odd number, an even one counts as the next."},
               {.unit = "pixels", .live = true});
    fields.add("sigma", &Spec::sigma, std::make_shared<const base::List>(base::List{base::Real{0.01, 100}, 1, 2}),
               {"Width of the bell, from and to; one number: always that.",
                "weight ∝ e^(−x² / 2σ²)",
                {},
                "Details are lost that tell classes apart."},
               {.unit = "pixels", .live = true});
    all.add<GaussianBlur>("GaussianBlur", "Gaussian blur",
                          "Images slightly out of focus, by a width drawn anew each time.", std::move(fields));
}

}
