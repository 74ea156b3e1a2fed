// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <algorithm>
#include <cmath>

namespace core::session::problems::exploding {

namespace {

constexpr double large = 50; ///< times the median

std::optional<Sighting> look(const Evidence& run)
{
    const store::Series* norms = run.find("train/grad_norm");
    if (!norms || norms->values.size() < 10)
        return {};
    std::vector<double> finite;
    for (const double value : norms->values)
        if (std::isfinite(value))
            finite.push_back(value);
    if (finite.size() < 10)
        return {};
    std::vector<double> early(finite.begin(),
                              finite.begin() + std::ptrdiff_t(std::max<std::size_t>(5, finite.size() / 2)));
    std::nth_element(early.begin(), early.begin() + std::ptrdiff_t(early.size() / 2), early.end());
    const double usual = early[early.size() / 2];
    for (std::size_t i = 0; i < norms->values.size(); ++i)
        if (norms->values[i] > large * usual)
            return Sighting{"train/grad_norm reached " + figure(norms->values[i]) + " at step " +
                                std::to_string(norms->steps[i]) + "; usual were " + figure(usual),
                            norms->steps[i]};
    return {};
}

}

void enroll(Problems& all)
{
    all.add({100,
             "exploding",
             "Gradients explode",
             "Single steps have gradients many times as long as the others; the loss jumps up with them.",
             {{"train/grad_norm", "train", "spikes, or growth by factors"},
              {"gradient/<layer>", "model", "which layer it comes from"}},
             {"The rate is too high.", "Recurrent networks over long series.", "Weights that began too large.",
              "Rows that are far out: look for outliers."},
             {{"clip", "Clip the gradient to length 1", "The direction stays, the length is bounded.",
               Remedy::From::Before, [](const base::Value& now) { return setTo(now, "train.clip_grad_norm", 1.0); }},
              {"lr_down", "A tenth of the rate", "Shorter steps do not climb out of the valley.", Remedy::From::Before,
               [](const base::Value& now) { return times(now, "train.optimizer.lr", 0.1); }},
              {"init", "Smaller weights to begin with", "PyTorch's usual initialization.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "model.init", "default"); }}},
             look,
             "problem-exploding"});
}

}
