// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/chain.h"

namespace core::model::layers::residual {

namespace {

struct Spec {
    std::vector<base::Pick> layers;
    std::vector<base::Pick> shortcut;
    double stochasticDepth = 0;
};

base::Domain listOfLayers()
{
    return std::make_shared<const base::List>(base::List{base::OneOf{"layers"}, 0, 100});
}

/// Layers whose output is added to what came in.
class Residual final : public Layer {
public:
    static base::Result<std::unique_ptr<Layer>> make(Spec spec)
    {
        CORE_TRY(main, partsOf(spec.layers, "/layers"));
        CORE_TRY(shortcut, partsOf(spec.shortcut, "/shortcut"));
        for (Part& part : shortcut)
            part.name = "shortcut." + part.name;
        return std::unique_ptr<Layer>(
            new Residual({"Residual", std::move(main), std::move(shortcut), {}, spec.stochasticDepth}));
    }

    std::string type(const Shape& input) const override { return m_block.type(input); }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return m_block.shapeBehind(input); }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override { return m_block.make(maker, input); }

private:
    explicit Residual(ResidualParts parts) : m_block(std::move(parts)) {}
    ResidualBlock m_block;
};

}

void enroll(Layers& all)
{
    all.add<Residual>("Residual", "Residual block",
                      "Adds what its layers make to what came in, so that gradients have a straight way back.",
                      base::Fields<Spec>{}
                          .add("layers", &Spec::layers, listOfLayers(), {"The layers inside."})
                          .add("shortcut", &Spec::shortcut, listOfLayers(),
                               {"Layers on the way around, where the shape changes. None: what came in, as it is."})
                          .add("stochastic_depth", &Spec::stochasticDepth,
                               base::Real{.min = 0, .max = 1, .belowMax = true},
                               {"The share of rows for which a training step leaves the layers inside out."}));
}

}
