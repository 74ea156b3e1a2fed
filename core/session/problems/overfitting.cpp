// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <algorithm>
#include <cmath>

namespace core::session::problems::overfitting {

namespace {

std::optional<Sighting> look(const Evidence& run)
{
    const store::Series *validation = run.find("validation/loss"), *training = run.find("train_eval/loss");
    if (!validation || !training || validation->values.size() < 4 ||
        training->values.size() != validation->values.size())
        return {};
    const auto lowest = std::min_element(validation->values.begin(), validation->values.end());
    const auto at = std::size_t(lowest - validation->values.begin());
    const double rise = validation->values.back() / *lowest - 1;
    if (!std::isfinite(rise) || rise < 0.05 || training->values.back() > training->values[at])
        return {};
    return Sighting{"validation/loss rose from " + figure(*lowest) + " at step " +
                        std::to_string(validation->steps[at]) + " to " + figure(validation->values.back()) +
                        ", while train_eval/loss fell from " + figure(training->values[at]) + " to " +
                        figure(training->values.back()),
                    validation->steps[at]};
}

}

void enroll(Problems& all)
{
    all.add(
        {40,
         "overfitting",
         "Overfitting",
         "Training loss falls on, validation loss turns and rises: it learns the rows by heart.",
         {{"validation/loss", "train", "a minimum, and then a rise"},
          {"train_eval/loss", "train", "the gap to it opens"}},
         {"Too few rows for so many weights.", "Trained too long.", "Nothing holds the weights back.",
          "Classes or rows that repeat: nothing new is learned."},
         {{"early_stopping", "Stop early", "Goes back to the best weights when nothing got better for 5 epochs.",
           Remedy::From::Start,
           [](const base::Value& now) {
               return setTo(now, "train.early_stopping", base::Object{{"metric", "validation/loss"}, {"patience", 5}});
           }},
          {"dropout", "Dropout 0.3", "Neurons that are left out at random cannot rely on each other.",
           Remedy::From::Best, [](const base::Value& now) { return setTo(now, "model.dropout", 0.3); }},
          {"l2", "L2 0.01", "Small weights bend less around single rows.", Remedy::From::Best,
           [](const base::Value& now) { return setTo(now, "train.l2", 0.01); }},
          {"smaller", "Half as many neurons", "Fewer weights have less room for single rows.", Remedy::From::Start,
           [](const base::Value& now) -> base::Result<Changes> {
               if (now["model"]["kind"].text() != "mlp")
                   return doesNotApply("the network has no hidden layers of free width");
               base::Array halves;
               for (const base::Value& width : now["model"]["hidden"].array())
                   halves.emplace_back(std::max<std::int64_t>(1, width.toInt() / 2));
               return setTo(now, "model.hidden", std::move(halves));
           }}},
         look,
         "problem-overfitting"});
}

}
