// SPDX-License-Identifier: GPL-3.0-or-later
// Fixes of what a network is made of.
#include "core/debug/fix_changes.h"

#include <algorithm>
#include <cmath>

namespace core::debug {

using base::Array;
using base::Result;
using base::Value;

namespace {

using From = Fix::From;

Result<Changes> normAfterEachLayer(const Value& now)
{
    return setTo(now, "model.norm", "batch");
}

Result<Changes> hidden(const Value& now, double factor)
{
    for (const char* path : {"model.hidden", "model.channels"}) {
        const Value* widths = now.at(path);
        if (!widths || !widths->isArray() || widths->array().empty())
            continue;
        Array next;
        for (const Value& width : widths->array())
            next.emplace_back(std::max<std::int64_t>(1, std::llround(width.toReal() * factor)));
        return setTo(now, path, std::move(next));
    }
    return doesNotApply("the network has no layers of free width");
}

Result<Changes> thaw(const Value& now)
{
    const Value* frozen = now.at("model.freeze");
    if (!frozen || *frozen == Value("none"))
        return doesNotApply("no layer is frozen");
    return setTo(now, "model.freeze", "none");
}

}

void addNetworkFixes(std::vector<Fix>& all)
{
    all.push_back({"relu", "ReLU", "Its slope is 1 wherever it lets something through.", From::Before,
                   [](const Value& now) { return setTo(now, "model.activation", "relu"); }});
    all.push_back({"leaky_relu", "LeakyReLU", "It lets a little through below zero, so that no unit dies.",
                   From::Before, [](const Value& now) -> Result<Changes> {
                       const std::string& kind = now["model"]["kind"].text();
                       if (now["model"]["activation"].text() != "relu" || kind == "transformer" || kind == "vit")
                           return doesNotApply("its activation is no ReLU that can be set");
                       return setTo(now, "model.activation", "leaky_relu");
                   }});
    all.push_back({"batch_norm", "Batch normalization", "Each layer's signals are brought back to size.", From::Start,
                   normAfterEachLayer});
    all.push_back({"init_kaiming", "Kaiming's weights", "As large as keeps signals their size behind a ReLU.",
                   From::Start, [](const Value& now) { return setTo(now, "model.init", "kaiming_normal"); }});
    all.push_back({"init_xavier", "Xavier's weights", "As large as keeps signals their size behind tanh and sigmoid.",
                   From::Start, [](const Value& now) { return setTo(now, "model.init", "xavier_normal"); }});
    all.push_back({"dropout", "Dropout 0.3", "Neurons that are left out at random cannot rely on each other.",
                   From::Before, [](const Value& now) { return setTo(now, "model.dropout", 0.3); }});
    all.push_back({"no_dropout", "No dropout", "Nothing has to be held back yet.", From::Before,
                   [](const Value& now) { return setTo(now, "model.dropout", 0.0); }});
    all.push_back({"smaller", "Half as many neurons", "Fewer weights have less room for single rows.", From::Start,
                   [](const Value& now) { return hidden(now, 0.5); }});
    all.push_back({"larger", "Twice as many neurons", "More weights can bend more.", From::Start,
                   [](const Value& now) { return hidden(now, 2); }});
    all.push_back({"thaw", "Let all layers learn", "What is frozen stays as it was.", From::Before, thaw});
    all.push_back({"init_orthogonal", "Orthogonal weights",
                   "They turn signals without stretching them, however many layers there are (Saxe et al. 2013).",
                   From::Start, [](const Value& now) { return setTo(now, "model.init", "orthogonal"); }});
    all.push_back({"layer_norm", "Layer normalization", "As batch normalization, for each row by itself.", From::Start,
                   [](const Value& now) { return setTo(now, "model.norm", "layer"); }});
}

}
