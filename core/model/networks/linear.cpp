// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network_fields.h"
#include "core/model/sequence.h"

namespace core::model::networks::linear {

namespace {

struct Spec {
    std::string init = "default";
    double initScale = 0.01;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    addInit(all);
    return all;
}

/// One torch.nn.Linear: logistic regression with cross_entropy, linear regression with mse.
class LinearModel final : public Architecture {
public:
    explicit LinearModel(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<LayerInfo> describe(const NetworkContext& context) const override
    {
        return model::describe(plan(context.outputs), context.inputShape);
    }

    base::Result<std::unique_ptr<Network>> build(const NetworkContext& context) const override
    {
        return makeSequence(plan(context.outputs), context);
    }

private:
    PlainLayers plan(std::int64_t outputs) const
    {
        return {.list = {Linear{outputs}}, .rows = true, .bare = true, .init = {m_spec.init, m_spec.initScale}};
    }

    Spec m_spec;
};

}

void enroll(Architectures& all)
{
    all.add<LinearModel>(
        "linear", "Linear",
        "One weighted sum for each output: a straight border between classes, or a plane through numbers.", fields());
}

}
