// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/chain.h"

namespace core::model::layers::concat {

namespace {

struct Spec {
    std::vector<base::Pick> layers;
};

/// Layers whose output is put beside what came in.
class Concat final : public Layer {
public:
    static base::Result<std::unique_ptr<Layer>> make(Spec spec)
    {
        CORE_TRY(inside, partsOf(spec.layers, "/layers"));
        return std::unique_ptr<Layer>(new Concat(std::move(inside)));
    }

    std::string type(const Shape& input) const override { return m_block.type(input); }
    std::string text(const Shape& input, const Shape& output) const override { return m_block.text(input, output); }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return m_block.shapeBehind(input); }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override { return m_block.make(maker, input); }

private:
    explicit Concat(Parts inside) : m_block(std::move(inside)) {}
    ConcatBlock m_block;
};

}

void enroll(Layers& all)
{
    all.add<Concat>(
        "Concat", "Concatenation",
        "Puts what its layers make behind the channels of what came in, so that later layers see both: a "
        "skip connection as in U-Net and DenseNet.",
        base::Fields<Spec>{}.add(
            "layers", &Spec::layers, std::make_shared<const base::List>(base::List{base::OneOf{"layers"}, 0, 100}),
            {"The layers inside. Pictures that come out smaller are brought to the size of what came in."}));
}

}
