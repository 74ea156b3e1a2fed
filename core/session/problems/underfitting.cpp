// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <cmath>

namespace core::session::problems::underfitting {

namespace {

std::optional<Sighting> look(const Evidence& run)
{
    const store::Series *validation = run.find("validation/loss"), *training = run.find("train_eval/loss"),
                        *accuracy = run.find("train_eval/accuracy");
    const store::Series* steps = run.find("train/loss");
    if (!validation || !training || !steps || training->values.size() < 3)
        return {};
    const double first = meanOf(*steps, 0, 0.02), last = training->values.back(),
                 gap = validation->values.back() / last - 1;
    if (!std::isfinite(gap) || gap > 0.15 || last < 0.4 * first || (accuracy && accuracy->values.back() > 0.9))
        return {};
    return Sighting{"train_eval/loss ended at " + figure(last) + ", " + figure(100 * last / first) +
                    " % of where it began, and validation/loss beside it at " + figure(validation->values.back())};
}

}

void enroll(Problems& all)
{
    all.add({50,
             "underfitting",
             "Underfitting",
             "Training and validation loss end close together, and both too high.",
             {{"train_eval/loss", "train", "high, and no gap to validation/loss"},
              {"train/loss", "train", "still falling at the end: it was stopped too early"}},
             {"The model is too small or too simple.", "Trained too short, or with too low a rate.",
              "Too much regularization.", "The features do not tell what is asked for."},
             {{"longer", "Twice the epochs", "If the loss was still falling, let it.", Remedy::From::End,
               [](const base::Value& now) -> base::Result<Changes> {
                   if (now["train"]["steps"].isInt())
                       return times(now, "train.steps", 2);
                   return times(now, "train.epochs", 2);
               }},
              {"wider", "Four times as many neurons", "More weights can bend more.", Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   if (now["model"]["kind"].text() != "mlp")
                       return doesNotApply("the network has no hidden layers of free width");
                   base::Array more;
                   for (const base::Value& width : now["model"]["hidden"].array())
                       more.emplace_back(width.toInt() * 4);
                   return setTo(now, "model.hidden", std::move(more));
               }},
              {"mlp", "A network with hidden layers", "A linear model has straight borders only.", Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   if (now["model"]["kind"].text() != "linear")
                       return doesNotApply("it has hidden layers already");
                   return setTo(now, "model", base::Object{{"kind", "mlp"}, {"hidden", base::Array{32, 32}}});
               }},
              {"lr_up", "Three times the rate", "The same epochs take it further.", Remedy::From::Start,
               [](const base::Value& now) { return times(now, "train.optimizer.lr", 3); }},
              {"no_dropout", "No dropout", "Nothing has to be held back yet.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "model.dropout", 0.0); }}},
             look,
             "problem-underfitting"});
}

}
