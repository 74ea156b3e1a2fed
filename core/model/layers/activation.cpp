// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

#include <ATen/ops/elu.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/prelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tanh.h>

namespace core::model::layers::activation {

namespace {

struct Spec {};
struct SlopeSpec {
    double negativeSlope = 0.01;
};
struct AlphaSpec {
    double alpha = 1;
};

/// A function of each number by itself.
class Elementwise : public Layer {
public:
    base::Result<Shape> shapeBehind(const Shape& input) const override { return input; }
};

#define DESCENT_ACTIVATION(Name, call) \
    class Name final : public Elementwise { \
    public: \
        explicit Name(Spec) {} \
        std::string type(const Shape&) const override { return #Name; } \
        std::unique_ptr<Module> make(Maker&, const Shape&) const override \
        { \
            return moduleOf([](const at::Tensor& x, const Mode&) { return call; }); \
        } \
    };

DESCENT_ACTIVATION(ReLU, at::relu(x))
DESCENT_ACTIVATION(GELU, at::gelu(x))
DESCENT_ACTIVATION(SiLU, at::silu(x))
DESCENT_ACTIVATION(SELU, at::selu(x))
DESCENT_ACTIVATION(Tanh, at::tanh(x))
DESCENT_ACTIVATION(Sigmoid, at::sigmoid(x))
DESCENT_ACTIVATION(Softplus, at::softplus(x))

#undef DESCENT_ACTIVATION

class LeakyReLU final : public Elementwise {
public:
    explicit LeakyReLU(SlopeSpec spec) : m_spec(spec) {}
    std::string type(const Shape&) const override { return "LeakyReLU"; }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf(
            [slope = m_spec.negativeSlope](const at::Tensor& x, const Mode&) { return at::leaky_relu(x, slope); });
    }

private:
    SlopeSpec m_spec;
};

class ELU final : public Elementwise {
public:
    explicit ELU(AlphaSpec spec) : m_spec(spec) {}
    std::string type(const Shape&) const override { return "ELU"; }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([alpha = m_spec.alpha](const at::Tensor& x, const Mode&) { return at::elu(x, alpha); });
    }

private:
    AlphaSpec m_spec;
};

/// He et al. 2015: a slope below 0 that is learned, one for all.
class PReLU final : public Elementwise {
public:
    explicit PReLU(Spec) {}
    std::string type(const Shape&) const override { return "PReLU"; }
    std::unique_ptr<Module> make(Maker& maker, const Shape&) const override
    {
        const at::Tensor weight = maker.filled("weight", {1}, 0.25);
        return moduleOf([weight](const at::Tensor& x, const Mode&) { return at::prelu(x, weight); });
    }
};

}

void enroll(Layers& all)
{
    const base::Fields<Spec> none;
    all.add<ReLU>("ReLU", "ReLU", "max(0, x): what is negative becomes 0, and learns nothing while it is.", none);
    all.add<LeakyReLU>("LeakyReLU", "Leaky ReLU", "Like ReLU, with a small slope below 0, so that no neuron dies.",
                       base::Fields<SlopeSpec>{}.add("negative_slope", &SlopeSpec::negativeSlope, base::Real{0, 1},
                                                     {"The slope below 0."}));
    all.add<PReLU>("PReLU", "Parametric ReLU", "Like leaky ReLU, with a slope that is learned.", none);
    all.add<ELU>("ELU", "ELU", "x above 0, alpha · (eˣ − 1) below: bends softly to −alpha.",
                 base::Fields<AlphaSpec>{}.add("alpha", &AlphaSpec::alpha, base::Real{0, 100},
                                               {"Where it ends far below 0, with a minus."}));
    all.add<SELU>("SELU", "SELU", "A scaled ELU that keeps mean 0 and variance 1 in plain deep networks.", none);
    all.add<GELU>("GELU", "GELU", "x · Φ(x): a ReLU with a soft knee; usual in transformers.", none);
    all.add<SiLU>("SiLU", "SiLU", "x · σ(x), also called swish.", none);
    all.add<Tanh>("Tanh", "Tanh", "Between −1 and 1; hardly any gradient comes through where it is saturated.", none);
    all.add<Sigmoid>("Sigmoid", "Sigmoid", "Between 0 and 1; at most a quarter of the gradient comes through.", none);
    all.add<Softplus>("Softplus", "Softplus", "ln(1 + eˣ): always above 0.", none);
}

}
