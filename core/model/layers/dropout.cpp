// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/dropout.h"

#include "core/model/module.h"

#include <cmath>

namespace core::model::layers::dropout {

namespace {

struct Spec {
    double p = 0.5;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}.add("p", &Spec::p, base::Real{.min = 0, .max = 1, .belowMax = true},
                                    {"The share that each training step switches off.",
                                     {},
                                     "Overfitting is not held back.",
                                     "Too little is left to learn with."});
}

class DropoutLayer : public Layer {
public:
    explicit DropoutLayer(Spec spec) : m_spec(spec) {}
    std::string text(const Shape&, const Shape&) const override
    {
        std::string text = std::to_string(m_spec.p);
        text.erase(text.find_last_not_of('0') + 1);
        return "p = " + (text.ends_with('.') ? text + "0" : text);
    }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return input; }

protected:
    Spec m_spec;
};

/// torch.nn.Dropout (Srivastava et al. 2014).
class Dropout final : public DropoutLayer {
public:
    using DropoutLayer::DropoutLayer;
    std::string type(const Shape&) const override { return "Dropout"; }
    std::unique_ptr<Module> make(Maker& maker, const Shape&) const override
    {
        return moduleOf([p = m_spec.p, place = maker.place()](const at::Tensor& x, const Mode& mode) {
            return dropped(x, p, mode, place);
        });
    }
};

/// torch.nn.Dropout1d and Dropout2d (Tompson et al. 2015): whole channels fall.
class ChannelDropout final : public DropoutLayer {
public:
    using DropoutLayer::DropoutLayer;
    std::string type(const Shape&) const override { return "Dropout2d"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        return input.size() > 1 ? base::Result<Shape>(input) : misfit("channels of pixels or steps", input);
    }
    std::unique_ptr<Module> make(Maker& maker, const Shape&) const override
    {
        return moduleOf([p = m_spec.p, place = maker.place()](const at::Tensor& x, const Mode& mode) {
            return dropped(x, p, mode, place, 2);
        });
    }
};

/// torch.nn.AlphaDropout (Klambauer et al. 2017): what falls becomes SELU's lowest value, and mean and variance stay.
class AlphaDropout final : public DropoutLayer {
public:
    using DropoutLayer::DropoutLayer;
    std::string type(const Shape&) const override { return "AlphaDropout"; }
    std::unique_ptr<Module> make(Maker& maker, const Shape&) const override
    {
        return moduleOf([p = m_spec.p, place = maker.place()](const at::Tensor& x, const Mode& mode) {
            if (!mode.training || p <= 0)
                return x;
            constexpr double alpha = 1.7580993408473766; // SELU's scale · alpha
            const double a = 1 / std::sqrt((alpha * alpha * p + 1) * (1 - p));
            const at::ScalarType type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
            const at::Tensor kept =
                dropoutMask(x.numel(), type, x.device(), p, mode, place).gt(0).view(x.sizes()).to(x.scalar_type());
            return x.mul(kept.mul(a)).add(kept.mul(alpha * a).add(alpha * a * (p - 1)));
        });
    }
};

}

void enroll(Layers& all)
{
    all.add<Dropout>("Dropout", "Dropout", "Each training step switches off some neurons.", fields());
    all.add<ChannelDropout>("Dropout2d", "Channel dropout",
                            "Each training step switches off some whole channels: neighbouring pixels say the same.",
                            fields());
    all.add<AlphaDropout>("AlphaDropout", "Alpha dropout", "Dropout that fits SELU: mean and variance stay.", fields());
}

}
