// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/model/plain_layers.h"

namespace core::model {

// Parameters that several kinds of networks have. A kind's Spec names them `activation`, `dropout`, `norm`,
// `normPosition`, `normGroups`, `init`, `initScale`.

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
    fields.add(
        "norm", &Spec::norm, base::Choice{{"none", "batch", "layer", "group", "instance"}},
        {"Brings values to mean 0 and variance 1, then scales them by what it learns. batch: each channel over "
         "the batch. The others within each row: layer over all channels, group over some of them, instance over "
         "the pixels of each. They do not depend on the batch size.",
         "γ · (x − μ) / √(σ² + ε) + β"},
        {.tunable = true});
    fields.add("norm_position", &Spec::normPosition, base::Choice{{"before", "after"}},
               {"Whether the norm stands before or after the activation."},
               {.tunable = true, .visibleWhen = {{"norm", {"batch", "layer", "group", "instance"}}}});
    fields.add("norm_groups", &Spec::normGroups, base::Int{1, 1 << 20},
               {"Into how many groups of one size the channels are divided."},
               {.unit = "groups", .visibleWhen = {{"norm", {"group"}}}});
}

template <class Spec>
void addInit(base::Fields<Spec>& fields)
{
    fields.add("init", &Spec::init, base::Choice{initNames()},
               {"How the first weights are drawn. default: PyTorch's. kaiming keeps the size of signals through relu, "
                "xavier through tanh, orthogonal keeps every length. constant and zeros begin all neurons of a layer "
                "alike, and they stay so: see what goes wrong.",
                "kaiming: σ² = 2 / inputs    xavier: σ² = 2 / (inputs + outputs)    normal: σ = init_scale"},
               {.tunable = true});
    fields.add("init_scale", &Spec::initScale, base::Real{.min = 0, .max = 1e6, .log = true},
               {"The standard deviation of normal, or the value of constant.",
                {},
                "Signals and gradients die on their way through the layers.",
                "They grow from layer to layer, and the loss with them."},
               {.tunable = true, .visibleWhen = {{"init", {"normal", "constant"}}}});
}

/// The norm that a Spec asks for; nothing where it asks for none.
template <class Spec>
std::optional<PlainLayer> normOf(const Spec& spec)
{
    if (spec.norm == "none")
        return {};
    if (spec.norm == "batch")
        return BatchNorm{};
    return GroupNorm{spec.norm == "layer" ? 1 : spec.norm == "instance" ? 0 : spec.normGroups};
}

/// The activation of a hidden layer, with its norm where one is asked for.
template <class Spec>
void addActivated(PlainLayers& layers, const Spec& spec)
{
    const std::optional<PlainLayer> norm = normOf(spec);
    if (norm && spec.normPosition == "before")
        layers.list.push_back(*norm);
    layers.list.push_back(activationOf(spec.activation));
    if (norm && spec.normPosition == "after")
        layers.list.push_back(*norm);
}

}
