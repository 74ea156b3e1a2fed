// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/tree.h"

namespace core::model::networks::sequential {

namespace {

struct Spec {
    std::vector<base::Pick> layers{{"Flatten", base::Object{}}, {"Linear", base::Object{}}, {"ReLU", base::Object{}}};
    bool head = true;
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add("layers", &Spec::layers, std::make_shared<const base::List>(base::List{base::OneOf{"layers"}, 0, 1000}),
            {"The layers, first to last, with torch.nn's names and parameters."});
    all.add("head", &Spec::head, base::Flag{},
            {"Ends with a Linear layer that has as many outputs as the task needs."});
    addInit(all);
    return all;
}

/// torch.nn.Sequential of any layers.
class Free final : public TreeArchitecture {
public:
    static base::Result<std::unique_ptr<Architecture>> make(Spec spec)
    {
        CORE_TRY(parts, partsOf(spec.layers, "/model/layers"));
        return std::unique_ptr<Architecture>(new Free(std::move(spec), std::move(parts)));
    }

    bool readsTokens() const override { return true; }

private:
    Free(Spec spec, Parts parts)
        : TreeArchitecture({spec.init, spec.initScale}),
          m_spec(std::move(spec)),
          m_parts(std::move(parts))
    {
    }

    Chain plan(const NetworkContext& context) const override
    {
        Parts parts = m_parts;
        if (m_spec.head)
            parts.push_back({std::to_string(parts.size()), layer("Linear", {{"out_features", context.outputs}})});
        return Chain(std::move(parts));
    }

    Spec m_spec;
    Parts m_parts;
};

}

void enroll(Architectures& all)
{
    all.add<Free>("sequential", "Layers of your own",
                  "Any layers one behind the other: add, move and remove blocks, and see at once what fits.", fields());
}

}
