// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/collection_help.h"

#include <algorithm>
#include <utility>

namespace core::spec {

namespace {

constexpr std::pair<std::string_view, std::string_view> texts[] = {
    {"weights", "The weights of every layer before each update. Do they grow, shrink, or stand still?"},
    {"biases", "The biases of every layer before each update."},
    {"gradients",
     "How the loss would change with each weight, before clipping. Close to 0 in early layers: they vanish; "
     "NaN or huge: they explode."},
    {"all", "Weights, biases and gradients; of boosted trees all that there is to see."},
    {"updates",
     "What each step adds to the weights. About a thousandth of a weight's size is healthy; a hundredth says "
     "that the rate is high, a hundred-thousandth that it is low."},
    {"activations", "What each layer says for the step's first batch: the same as outputs."},
    {"inputs", "What each layer is given, and input_0, what the network is given. Their means should lie near 0."},
    {"outputs", "What each layer says for the step's first batch."},
    {"relu_output",
     "What ReLU layers say. A unit that is 0 for every row is dead: no gradient comes through it any more."},
    {"relu_input",
     "What ReLU layers are given. How their variances differ from layer to layer shows whether the weights "
     "began well."},
    {"tanh_input", "What tanh layers are given. Far from 0 tanh is flat, and nothing is learned through it."},
    {"sigmoid_input",
     "What sigmoid layers are given. Far from 0 a sigmoid is flat, and nothing is learned through it."},
    {"labels", "What is true of the step's rows, with how many there are of each class: uneven classes show here."},
    {"predictions",
     "What the model says of the step's rows, with how many of each class are wrong, and taken for what."},
    {"losses", "The losses. They are recorded at every step anyhow."},
    {"metrics", "The metrics. They are recorded at every evaluation anyhow."},
    {"trees", "Of boosted trees the nodes and the depth of each round's trees: deep ones tell single rows apart."},
    {"feature_importance",
     "Of boosted trees how often each feature is asked for (weight), what that gains and how many "
     "rows come by (gain, cover). One feature far ahead of all others may give the answer away."}};

}

std::string_view collectionHelp(std::string_view collection)
{
    const auto found = std::ranges::find(texts, collection, [](const auto& each) { return each.first; });
    return found == std::end(texts) ? std::string_view{} : found->second;
}

}
