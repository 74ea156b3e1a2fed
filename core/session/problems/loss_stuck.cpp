// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <cmath>

namespace core::session::problems::loss_stuck {

namespace {

std::optional<Sighting> look(const Evidence& run)
{
    const store::Series* loss = run.find("train/loss");
    if (!loss || loss->values.size() < 20)
        return {};
    const double first = meanOf(*loss, 0, 0.1), last = meanOf(*loss, 0.8, 1);
    if (!(last > 0.95 * first) || !(last < 1.5 * first))
        return {};
    return Sighting{"train/loss began at " + figure(first) + " and stands at " + figure(last) + " after " +
                    std::to_string(run.steps) + " steps"};
}

}

void enroll(Problems& all)
{
    all.add({10,
             "loss_stuck",
             "The loss does not fall",
             "The training loss stays where it began, from the first epoch on.",
             {{"train/loss", "train", "a flat line at about the loss of guessing (ln of the number of classes)"},
              {"train/grad_norm", "train", "near 0: nothing reaches the weights; normal size: the rate is too low"}},
             {"The rate is too low, or so high that it jumps about on a plateau.",
              "All weights began alike (zeros, a constant): every neuron learns the same.",
              "Inputs are far from 0 and 1: they were not normalized.",
              "Targets do not belong to the inputs: wrong labels, a wrong column."},
             {{"lr_up", "Ten times the rate", "If the gradient is of normal size, steps are too short.",
               Remedy::From::Start, [](const base::Value& now) { return times(now, "train.optimizer.lr", 10); }},
              {"adam", "Adam instead",
               "It gives each weight a step of its own: steps hardly depend on the size of the gradient.",
               Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   if (now["train"]["optimizer"]["kind"].text() == "adam")
                       return doesNotApply("it trains with adam already");
                   return setTo(now, "train.optimizer", base::Object{{"kind", "adam"}, {"lr", 0.001}});
               }},
              {"init", "Draw the weights anew", "Weights that are all alike stay alike.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "model.init", "default"); }},
              {"normalize", "Normalize the inputs", "Inputs of mean 0 and deviation 1 are what rates are made for.",
               Remedy::From::Start, [](const base::Value& now) { return setTo(now, "data.normalize", "standard"); }}},
             look,
             "problem-stuck"});
}

}
