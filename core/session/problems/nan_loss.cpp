// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <cmath>

namespace core::session::problems::nan_loss {

namespace {

std::optional<Sighting> look(const Evidence& run)
{
    for (const char* name : {"train/loss", "train/grad_norm", "validation/loss"})
        if (const store::Series* series = run.find(name))
            for (std::size_t i = 0; i < series->values.size(); ++i)
                if (!std::isfinite(series->values[i]))
                    return Sighting{std::string(name) + " became " +
                                        (std::isnan(series->values[i]) ? "NaN" : "infinite") + " at step " +
                                        std::to_string(series->steps[i]),
                                    series->steps[i]};
    return {};
}

}

void enroll(Problems& all)
{
    all.add(
        {20,
         "nan_loss",
         "The loss is NaN",
         "A loss or a gradient became infinite or no number, and the run ended.",
         {{"train/loss", "train", "it rises steeply in the steps before"},
          {"train/grad_norm", "train", "it grows by factors before the loss does"},
          {"inputs", "data", "missing or infinite values, a column of huge numbers"}},
         {"The rate is too high: each step overshoots further than the one before.",
          "Gradients explode through many layers or steps of time.", "Inputs or targets with huge or missing values.",
          "float16 overflows; bfloat16 does not."},
         {{"lr_down", "A tenth of the rate", "The first thing to try, from an epoch before it broke.",
           Remedy::From::Before, [](const base::Value& now) { return times(now, "train.optimizer.lr", 0.1); }},
          {"clip", "Clip the gradient to length 1", "A single wild step cannot throw the weights away.",
           Remedy::From::Before, [](const base::Value& now) { return setTo(now, "train.clip_grad_norm", 1.0); }},
          {"warmup", "Warm up over 100 steps", "The first steps meet random weights: let them be small.",
           Remedy::From::Start, [](const base::Value& now) { return setTo(now, "train.schedule.warmup_steps", 100); }},
          {"precision", "bfloat16 instead of float16", "The same speed with the range of float32.",
           Remedy::From::Before,
           [](const base::Value& now) -> base::Result<Changes> {
               if (now["train"]["precision"].text() != "16-mixed")
                   return doesNotApply("it does not train in float16");
               return setTo(now, "train.precision", "bf16-mixed");
           }}},
         look,
         "problem-nan"});
}

}
