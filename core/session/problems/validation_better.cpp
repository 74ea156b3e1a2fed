// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <algorithm>
#include <cmath>

namespace core::session::problems::validation_better {

namespace {

// The mean of the last epoch's steps.
double lastEpoch(const Evidence& run, const store::Series& loss)
{
    const double share = double(run.stepsPerEpoch) / double(std::max<std::size_t>(1, loss.values.size()));
    return meanOf(loss, std::max(0.0, 1 - share), 1);
}

std::optional<Sighting> look(const Evidence& run)
{
    const store::Series *validation = run.find("validation/loss"), *steps = run.find("train/loss"),
                        *fair = run.find("train_eval/loss");
    if (!validation || !steps)
        return {};
    const double told = lastEpoch(run, *steps), judged = validation->values.back();
    if (!std::isfinite(told) || !(judged < told))
        return {};
    std::string text = "validation/loss " + figure(judged) + " is below train/loss " + figure(told);
    if (fair)
        text += "; measured alike, train_eval/loss is " + figure(fair->values.back()) +
                (fair->values.back() <= judged ? ", below both: all is as it should be" : "");
    return Sighting{text};
}

}

void enroll(Problems& all)
{
    all.add(
        {80,
         "validation_better",
         "Validation is better than training",
         "The validation loss lies below the training loss. That is usually as it should be.",
         {{"train/loss", "train", "measured while it learns: with dropout and augmentation, averaged over the epoch"},
          {"train_eval/loss", "train",
           "the fair partner of validation/loss: the same weights, no dropout, no augmentation"}},
         {"Dropout and augmentation make training harder than validation.",
          "train/loss is a mean over the epoch, validation/loss is of its end: later weights are better.",
          "Label smoothing and penalties belong to training alone.",
          "A small validation split happened to be easy: try another split.seed."},
         {{"no_dropout", "See it without dropout", "The difference that is left comes from averaging over the epoch.",
           Remedy::From::Start, [](const base::Value& now) { return setTo(now, "model.dropout", 0.0); }},
          {"no_augmentation", "See it without augmentation", "Training rows are then as easy as validation rows.",
           Remedy::From::Start, [](const base::Value& now) { return setTo(now, "augment", base::Array{}); }},
          {"other_split", "Another split", "Luck of the draw does not repeat.", Remedy::From::Start,
           [](const base::Value& now) -> base::Result<Changes> {
               return setTo(now, "split.seed", now["split"]["seed"].toInt() + 1);
           }}},
         look,
         "problem-validation-better",
         true});
}

}
