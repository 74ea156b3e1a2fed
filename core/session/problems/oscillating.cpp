// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <algorithm>
#include <cmath>

namespace core::session::problems::oscillating {

namespace {

constexpr double wild = 0.08; ///< mean jump between evaluations, of their mean

std::optional<Sighting> look(const Evidence& run)
{
    const store::Series* loss = run.find("train_eval/loss");
    if (!loss || loss->values.size() < 8)
        return {};
    const std::size_t from = loss->values.size() / 3;
    double jumps = 0, sum = 0;
    std::size_t turns = 0, count = 0;
    for (std::size_t i = from + 1; i < loss->values.size(); ++i) {
        const double step = loss->values[i] - loss->values[i - 1];
        if (!std::isfinite(step))
            return {};
        jumps += std::abs(step);
        sum += loss->values[i];
        turns += i >= from + 2 && step * (loss->values[i - 1] - loss->values[i - 2]) < 0;
        ++count;
    }
    if (!(sum > 0) || jumps / sum < wild || double(turns) < 0.4 * double(count))
        return {};
    return Sighting{"train_eval/loss jumps by " + figure(100 * jumps / sum) +
                        " % from one evaluation to the next and turned " + std::to_string(turns) + " times in " +
                        std::to_string(count),
                    loss->steps[from]};
}

}

void enroll(Problems& all)
{
    all.add({30,
             "oscillating",
             "The loss jumps about",
             "It falls on the whole, or no longer, but goes up and down by a lot.",
             {{"train_eval/loss", "train", "zigzag from one evaluation to the next"},
              {"train/lr", "train", "jumps are as large at the end as at the start: the rate never fell"}},
             {"The rate is too high for the end of the training.", "Batches are so small that each points elsewhere.",
              "Much momentum: it swings through the valley.", "Rows are not shuffled."},
             {{"lr_down", "A third of the rate", "Smaller steps stay in the valley.", Remedy::From::Before,
               [](const base::Value& now) { return times(now, "train.optimizer.lr", 1.0 / 3, 2); }},
              {"cosine", "Let the rate fall (cosine)", "Large steps first, small ones at the end.", Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   if (now["train"]["schedule"]["kind"].text() == "cosine")
                       return doesNotApply("the rate falls along a cosine already");
                   return setTo(now, "train.schedule", "cosine");
               }},
              {"batch", "Four times the batch", "The noise of the gradient halves.", Remedy::From::Before,
               [](const base::Value& now) { return times(now, "train.batch_size", 4); }},
              {"shuffle", "Shuffle the rows", "Sorted rows pull first one way, then another.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "train.shuffle", true); }}},
             look,
             "problem-oscillating"});
}

}
