// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/model/layers.h"

namespace core::model {

// Parameters that several kinds of networks have. A kind's Spec names them `activation`, `dropout`, `norm`,
// `normPosition`, `init`.

inline base::Domain listOfInts(std::int64_t min, std::int64_t max, std::size_t minItems = 0)
{
    return std::make_shared<const base::List>(base::List{base::Int{min, max}, minItems, 100});
}

template <class Spec>
void addActivation(base::Fields<Spec>& fields)
{
    fields.add(
        "activation", &Spec::activation, base::Choice{activationNames()},
        {"What bends each layer's sum. Without it all layers together were one line.",
         "relu: max(0, x)    tanh, sigmoid: saturate    leaky_relu, elu, gelu, silu: let a little below 0 through"},
        {.tunable = true});
}

template <class Spec>
void addDropout(base::Fields<Spec>& fields)
{
    fields.add("dropout", &Spec::dropout, base::Real{.min = 0, .max = 1, .belowMax = true},
               {"The share of a hidden layer's neurons that each training step switches off; the others are scaled up. "
                "Off when evaluating.",
                "x · mask / (1 − p)", "Neurons lean on each other: overfitting is not held back.",
                "Too little is left to learn with: both losses stay high."},
               {.tunable = true, .live = true});
}

template <class Spec>
void addNorm(base::Fields<Spec>& fields)
{
    fields.add("norm", &Spec::norm, base::Choice{{"none", "batch"}},
               {"batch: brings each layer's values to mean 0 and variance 1 over the batch, then scales them by what "
                "it learns.",
                "γ · (x − μ) / √(σ² + ε) + β"},
               {.tunable = true});
    fields.add("norm_position", &Spec::normPosition, base::Choice{{"before", "after"}},
               {"Whether the norm stands before or after the activation."},
               {.tunable = true, .visibleWhen = {{"norm", {"batch"}}}});
}

template <class Spec>
void addInit(base::Fields<Spec>& fields)
{
    fields.add("init", &Spec::init, base::Choice{initNames()},
               {"How large the first random weights are. default: PyTorch's. kaiming keeps the size of signals through "
                "relu, xavier through tanh.",
                "kaiming: σ² = 2 / inputs    xavier: σ² = 2 / (inputs + outputs)"},
               {.tunable = true});
}

/// The activation of a hidden layer, with its norm where one is asked for.
template <class Spec>
void addActivated(Layers& layers, const Spec& spec)
{
    if (spec.norm == "batch" && spec.normPosition == "before")
        layers.list.push_back(BatchNorm{});
    layers.list.push_back(activationOf(spec.activation));
    if (spec.norm == "batch" && spec.normPosition == "after")
        layers.list.push_back(BatchNorm{});
}

}
