// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// Moves parameters along their gradients. One plug-in of `core/train/optim`, with PyTorch's parameter names,
/// defaults and steps. The plug-in's Spec has a field `lr`; the rate of each step comes from the schedule.
class Optimizer {
public:
    explicit Optimizer(std::vector<tensor::NamedTensor> parameters) : m_parameters(std::move(parameters)) {}
    virtual ~Optimizer() = default;

    /// One update with rate `lr` from the parameters' `.grad()`; a parameter without a gradient stays.
    virtual void step(double lr) = 0;
    /// Everything that the next step depends on besides parameters and gradients, named `<state>/<parameter>`
    /// (`exp_avg/0.weight`); the tensors are the live ones, complete before the first step.
    virtual std::vector<tensor::NamedTensor> state() = 0;
    /// Takes over a state saved under the same names; an error names what is missing or misshapen.
    base::Status load(const std::vector<base::Blob>& saved);
    /// Takes over changed parameters between two steps; false, and nothing taken, if one of them may not change.
    virtual bool edit(const base::Value& params) = 0;

protected:
    using Tensors = std::vector<at::Tensor>;

    /// What one update works on: the parameters that have a gradient.
    struct Work {
        Tensors parameters;
        Tensors gradients;
        std::vector<std::size_t> places; ///< in the list of all parameters

        /// Those of `all` (one for each parameter) that belong to this work.
        Tensors of(const Tensors& all) const;
    };
    Work work() const;
    /// Zeros like each parameter.
    Tensors zerosLikeAll() const;
    /// Updates so far: a float32 scalar for each parameter, as the fused kernels want them.
    Tensors counters() const;
    static void countUp(const Tensors& counters);
    /// `<state>/<parameter>` for each list of one tensor a parameter.
    std::vector<tensor::NamedTensor> named(const std::vector<std::pair<std::string, Tensors>>& lists) const;

    /// `spec` with the values of `params`; nothing if one of them differs and its field is not live.
    template <class Spec>
    static std::optional<Spec> edited(const base::Fields<Spec>& fields, const Spec& spec, const base::Value& params)
    {
        base::Value all = fields.write(spec);
        for (const auto& [key, value] : params.object()) {
            if (key == "kind" || all[key] == value)
                continue;
            const base::Field* field = fields.schema().find(key);
            if (!field || !field->live)
                return {};
            all.object().set(key, value);
        }
        return fields.read(all);
    }

    std::vector<tensor::NamedTensor> m_parameters;
};

using Optimizers = base::Registry<Optimizer, const std::vector<tensor::NamedTensor>&>;
const Optimizers& allOptimizers();

/// The rate, with what happens when it is too low or too high.
template <class Spec>
void addRate(base::Fields<Spec>& fields)
{
    fields.add("lr", &Spec::lr, base::Real{.min = 0, .log = true},
               {"The learning rate: how far each update goes. The schedule starts from it.", "w ← w − lr · direction",
                "The loss creeps: many epochs for little.", "The loss jumps about, or grows without bound."},
               {.tunable = true, .live = true});
}

template <class Spec>
void addWeightDecay(base::Fields<Spec>& fields, std::string text, std::string formula)
{
    fields.add("weight_decay", &Spec::weightDecay, base::Real{.min = 0, .log = true},
               {std::move(text), std::move(formula), "Weights may grow as they like: overfitting is not held back.",
                "Weights are pulled to zero before they learn: both losses stay high."},
               {.tunable = true, .live = true});
}

template <class Spec>
void addEps(base::Fields<Spec>& fields)
{
    fields.add("eps", &Spec::eps, base::Real{.min = 0, .log = true},
               {"Added to the divisor so that small gradients are not divided by nothing.",
                {},
                {},
                "Steps shrink: the method turns into plain gradient descent with a small rate."},
               {.live = true});
}

/// Decay rates of Adam's two averages.
template <class Spec>
void addBetas(base::Fields<Spec>& fields)
{
    const base::Domain share = base::Real{.min = 0, .max = 1, .belowMax = true};
    fields.add("betas", &Spec::betas, std::make_shared<const base::List>(base::List{share, 2, 2}),
               {"How slowly the average of the gradients and that of their squares forget: about 1 / (1 − β) steps.",
                "m ← β₁·m + (1 − β₁)·g    v ← β₂·v + (1 − β₂)·g²", "Each batch's noise comes through.",
                "Old gradients push on after the slope has turned."},
               {.live = true});
}

}
