// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

#include <ATen/ops/linear.h>

namespace core::model::layers::linear {

namespace {

struct Spec {
    std::int64_t outFeatures = 64;
    bool bias = true;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("out_features", &Spec::outFeatures, base::Int{1, 1 << 24}, {"Neurons: numbers that come out."},
             {.unit = "neurons"})
        .add("bias", &Spec::bias, base::Flag{}, {"Whether each neuron adds a number of its own."});
}

/// torch.nn.Linear over the last dimension: y = x · Wᵀ + b.
class LinearLayer final : public Layer {
public:
    explicit LinearLayer(Spec spec) : m_spec(spec) {}

    std::string type(const Shape&) const override { return "Linear"; }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.empty() || input.size() > 2)
            return misfit("rows of numbers or steps × features", input, "put Flatten in front");
        Shape output = input;
        output.back() = m_spec.outFeatures;
        return output;
    }

    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const at::Tensor weight = maker.weight("weight", {m_spec.outFeatures, input.back()});
        std::optional<at::Tensor> bias;
        if (m_spec.bias)
            bias = maker.bias("bias", m_spec.outFeatures, input.back());
        return moduleOf([weight, bias](const at::Tensor& x, const Mode&) { return at::linear(x, weight, bias); });
    }

private:
    Spec m_spec;
};

}

void enroll(Layers& all)
{
    all.add<LinearLayer>("Linear", "Linear", "Every neuron sees every number that comes in.", fields());
}

}
