// SPDX-License-Identifier: GPL-3.0-or-later
// Fields that several optimizers have, with what they teach.
#pragma once

#include "core/train/optimizer.h"

namespace core::train {

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

template <class Spec>
void addAmsgrad(base::Fields<Spec>& fields)
{
    fields.add("amsgrad", &Spec::amsgrad, base::Flag{},
               {"Divides by the largest average of squares so far instead of the present one: step sizes never grow "
                "again (Reddi et al. 2018).",
                "v ← max(v, β₂·v + (1 − β₂)·g²)"});
}

/// Whether `weight_decay` works beside the gradient (AdamW's way) or inside it (L2).
template <class Spec>
void addDecoupled(base::Fields<Spec>& fields)
{
    fields.add("decoupled_weight_decay", &Spec::decoupledWeightDecay, base::Flag{},
               {"Decay beside the gradient, as AdamW does it, so that the averages do not rescale it.",
                "w ← w − lr · weight_decay · w"},
               {.live = true});
}

}
