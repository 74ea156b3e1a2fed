// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/attention.h"

namespace core::model::layers::transformer {

namespace {

base::Fields<EncoderBlockSpec> blockFields()
{
    return base::Fields<EncoderBlockSpec>{}
        .add("nhead", &EncoderBlockSpec::heads, base::Int{1, 256},
             {"Parts of the features that look at the steps separately; they must divide evenly."}, {.unit = "heads"})
        .add("dim_feedforward", &EncoderBlockSpec::feedforward, base::Int{1, 1 << 20},
             {"Neurons of the layer that each step goes through by itself."}, {.unit = "neurons"})
        .add("dropout", &EncoderBlockSpec::dropout, base::Real{.min = 0, .max = 1, .belowMax = true},
             {"The share that is switched off: of attention, of neurons and of what each half adds."})
        .add("activation", &EncoderBlockSpec::activation, base::Choice{{"relu", "gelu"}},
             {"What bends the sums of the feed-forward half."})
        .add("norm_first", &EncoderBlockSpec::normFirst, base::Flag{},
             {"Norms in front of each half, instead of behind it: trains without a warm-up."});
}

class EncoderLayer final : public Layer {
public:
    explicit EncoderLayer(EncoderBlockSpec spec) : m_block(std::move(spec)) {}
    std::string type(const Shape& input) const override { return m_block.type(input); }
    std::string text(const Shape& input, const Shape& output) const override { return m_block.text(input, output); }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return m_block.shapeBehind(input); }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override { return m_block.make(maker, input); }

private:
    EncoderBlock m_block;
};

struct Spec {};

class Positions final : public Layer {
public:
    explicit Positions(Spec) {}
    std::string type(const Shape& input) const override { return m_layer.type(input); }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return m_layer.shapeBehind(input); }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override { return m_layer.make(maker, input); }

private:
    SinePositions m_layer;
};

}

void enroll(Layers& all)
{
    all.add<EncoderLayer>("TransformerEncoderLayer", "Transformer layer",
                          "Each step looks at all the others and takes what it needs; then each goes through a small "
                          "network by itself.",
                          blockFields());
    all.add<Positions>("PositionalEncoding", "Positional encoding",
                       "Adds waves that tell each step where it stands: a transformer knows no order by itself.",
                       base::Fields<Spec>{});
}

}
