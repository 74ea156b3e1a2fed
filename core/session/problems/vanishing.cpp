// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <cmath>

namespace core::session::problems::vanishing {

namespace {

constexpr double little = 1e-3; ///< of the last layer's gradient

std::optional<Sighting> look(const Evidence& run)
{
    if (run.gradients.size() < 3)
        return {};
    const auto& [first, low] = run.gradients.front();
    const auto& [last, high] = run.gradients.back();
    if (!std::isfinite(low) || !std::isfinite(high) || !(high > 0) || low > little * high)
        return {};
    return Sighting{"the gradient of " + first + " has norm " + figure(low) + ", that of " + last + " " + figure(high)};
}

}

void enroll(Problems& all)
{
    all.add({90,
             "vanishing",
             "Gradients vanish",
             "The last layers learn, the first hardly move: what goes back shrinks from layer to layer.",
             {{"gradient/<layer>", "model", "norms fall by a factor from each layer to the one below"},
              {"train/loss", "train", "falls a little and stays: only the top learns"}},
             {"Activations with small slopes (sigmoid, tanh) over many layers.", "Weights that begin too small.",
              "Deep networks without norms or shortcuts."},
             {{"relu", "ReLU", "Its slope is 1 wherever it lets something through.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "model.activation", "relu"); }},
              {"init", "Kaiming's weights", "As large as keeps signals their size.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "model.init", "kaiming_normal"); }},
              {"norm", "Batch normalization", "Each layer's signals are brought back to size.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "model.norm", "batch"); }}},
             look,
             "problem-vanishing"});
}

}
