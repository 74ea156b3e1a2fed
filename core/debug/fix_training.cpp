// SPDX-License-Identifier: GPL-3.0-or-later
// Fixes of how a network is trained.
#include "core/debug/fix_changes.h"

#include <algorithm>

namespace core::debug {

using base::Object;
using base::Result;
using base::Value;

namespace {

using From = Fix::From;

Result<Changes> rate(const Value& now, double factor)
{
    if (now["train"]["optimizer"]["lr"].isNumber() && isNetwork(now))
        return times(now, "train.optimizer.lr", factor);
    return times(now, "model.learning_rate", factor);
}

Result<Changes> regularize(const Value& now)
{
    if (now["train"]["optimizer"]["weight_decay"].isNumber() && isNetwork(now)) {
        const double before = now["train"]["optimizer"]["weight_decay"].toReal();
        return before > 0 ? times(now, "train.optimizer.weight_decay", 10)
                          : setTo(now, "train.optimizer.weight_decay", 0.01);
    }
    if (now.at("model.lambda"))
        return times(now, "model.lambda", 10);
    return setTo(now, "train.l2", 0.001);
}

Result<Changes> lessDecay(const Value& now)
{
    Changes all;
    for (const char* path : {"train.optimizer.weight_decay", "train.l1", "train.l2"})
        if (const Value* before = now.at(path); before && before->toReal() > 0)
            all.emplace_back(path, 0.0);
    if (all.empty())
        return doesNotApply("nothing pulls at the weights");
    return all;
}

Result<Changes> longer(const Value& now)
{
    return times(now, now["train"]["steps"].isInt() ? "train.steps" : "train.epochs", 2);
}

Result<Changes> clip(const Value& now)
{
    if (!isNetwork(now))
        return doesNotApply("there are no gradients");
    if (const Value* limit = now.at("train.clip_grad_norm"); limit && limit->isNumber() && limit->toReal() <= 1)
        return times(now, "train.clip_grad_norm", 0.1);
    return setTo(now, "train.clip_grad_norm", 1.0);
}

Result<Changes> stopAtBest(const Value& now)
{
    if (now.at("train.early_stopping") && now["train"]["early_stopping"].isObject())
        return doesNotApply("it stops early already");
    if (now["split"]["validation"].toReal() == 0)
        return doesNotApply("there are no validation rows to judge by");
    return setTo(now, "train.early_stopping",
                 Object{{"metric", "validation/loss"}, {"patience", 3}, {"restore_best", true}});
}

Result<Changes> morePatience(const Value& now)
{
    const char* const path = "train.early_stopping.patience";
    const Value* patience = now.at(path);
    if (!patience || !patience->isInt())
        return doesNotApply("it does not stop early");
    return setTo(now, path, std::max<std::int64_t>(5, 2 * patience->toInt()));
}

Result<Changes> warmup(const Value& now)
{
    if (!isNetwork(now) || now["train"]["schedule"]["warmup_steps"].toInt() > 0)
        return doesNotApply("it warms up already");
    return setTo(now, "train.schedule.warmup_steps", 200);
}

Result<Changes> optimizerOfKind(const Value& now, const char* kind, double lr)
{
    if (!isNetwork(now) || now["train"]["optimizer"]["kind"].text() == kind)
        return doesNotApply("it trains with it already");
    return setTo(now, "train.optimizer", Object{{"kind", kind}, {"lr", lr}});
}

// The linear scaling rule, from the batch that rates are usually told for.
Result<Changes> withBatch(const Value& now)
{
    constexpr std::int64_t usual = 32;
    const Value* batch = now.at("train.batch_size");
    if (!isNetwork(now) || !batch || !batch->isInt() || batch->toInt() <= usual)
        return doesNotApply("the batch is not above 32");
    return times(now, "train.optimizer.lr", double(batch->toInt()) / double(usual));
}

Result<Changes> lossOf(const Value& now, const char* kind)
{
    const Value* before = now.at("train.loss");
    if (!isNetwork(now) || !before || (before->isObject() && (*before)["kind"] == Value(kind)))
        return doesNotApply("it is the loss already");
    return Changes{{"train.loss", Object{{"kind", kind}}}};
}

}

void addRateFixes(std::vector<Fix>& all)
{
    all.push_back({"lr_down", "A tenth of the rate", "Smaller steps do not jump over the valley.", From::Before,
                   [](const Value& now) { return rate(now, 0.1); }});
    all.push_back({"lr_up", "Ten times the rate", "The same steps take it further.", From::Before,
                   [](const Value& now) { return rate(now, 10); }});
    all.push_back({"warmup", "Warm up over 200 steps", "Large steps wait until the weights are no longer random.",
                   From::Start, warmup});
    all.push_back({"cosine", "Let the rate glide to zero", "Large steps first, small ones to come to rest.",
                   From::Before, [](const Value& now) -> Result<Changes> {
                       if (!isNetwork(now) || now["train"]["schedule"]["kind"].text() == "cosine")
                           return doesNotApply("it has that schedule already");
                       return Changes{{"train.schedule", Object{{"kind", "cosine"}}}};
                   }});
    all.push_back({"batch_up", "Four times the batch", "The noise of a gradient halves.", From::Before,
                   [](const Value& now) { return times(now, "train.batch_size", 4); }});
    all.push_back({"batch_down", "A quarter of the batch",
                   "Four times as many updates an epoch, and some noise in each.", From::Before,
                   [](const Value& now) { return times(now, "train.batch_size", 0.25); }});
    all.push_back(
        {"clip", "Clip gradients at length 1", "No single batch can throw the weights far.", From::Before, clip});
    all.push_back({"adam", "Adam", "Each weight gets a rate of its own.", From::Start,
                   [](const Value& now) { return optimizerOfKind(now, "adam", 0.001); }});
    all.push_back({"momentum_down", "Momentum of 0.9", "Ten steps add up instead of a hundred.", From::Before,
                   [](const Value& now) -> Result<Changes> {
                       if (!(now["train"]["optimizer"]["momentum"].toReal() > 0.9))
                           return doesNotApply("momentum is not above 0.9");
                       return setTo(now, "train.optimizer.momentum", 0.9);
                   }});
    all.push_back({"scale_rate", "A rate that grows with the batch",
                   "k times the rows a step, k times the rate (Goyal et al. 2017), of a batch of 32.", From::Before,
                   withBatch});
    all.push_back({"shuffle", "Shuffle the rows", "Each batch is a fair sample of all.", From::Before,
                   [](const Value& now) { return setTo(now, "train.shuffle", true); }});
    all.push_back({"full_precision", "Numbers of 32 bits", "They end at 3e38, those of 16 at 65,504.", From::Start,
                   [](const Value& now) { return setTo(now, "train.precision", "32-true"); }});
}

void addTrainingFixes(std::vector<Fix>& all)
{
    all.push_back({"stop_best", "Stop early and keep the best",
                   "Ends when validation/loss has not got better for 3 epochs, with the best weights.", From::Start,
                   stopAtBest});
    all.push_back({"patience", "Twice the patience, 5 at least", "A noisy curve gets more time to fall.", From::Best,
                   morePatience});
    all.push_back(
        {"decay", "More weight decay", "Small weights bend less around single rows.", From::Before, regularize});
    all.push_back({"less_decay", "No penalty on the weights",
                   "They may grow as large as the task needs, from the start: what was pulled to nothing comes back "
                   "slowly.",
                   From::Start, lessDecay});
    all.push_back({"longer", "Twice as long", "If the loss was still falling, let it.", From::End, longer});
    all.push_back({"hold_rate", "A rate that stays", "What the schedule takes away cannot be learned with any more.",
                   From::Before, [](const Value& now) -> Result<Changes> {
                       if (now["train"]["schedule"]["kind"].text() == "constant")
                           return doesNotApply("the rate stays already");
                       return setTo(now, "train.schedule", Object{{"kind", "constant"}});
                   }});
    all.push_back({"deterministic", "Only operations that repeat", "The same seed then gives the same bits.",
                   From::Start, [](const Value& now) { return setTo(now, "train.deterministic", true); }});
    all.push_back({"shallower", "Trees of half the depth", "Fewer leaves have less room for single rows.", From::Start,
                   [](const Value& now) { return times(now, "model.max_depth", 0.5); }});
    all.push_back({"gamma", "Splits have to pay", "A split is made only if the loss falls by gamma.", From::Start,
                   [](const Value& now) { return setTo(now, "model.gamma", 1.0); }});
    all.push_back({"colsample", "Half of the features for each tree", "Others get a chance beside the strongest.",
                   From::Start, [](const Value& now) { return setTo(now, "model.colsample_bytree", 0.5); }});
    all.push_back({"mae_loss", "Absolute error", "A row counts by how far off it is, not by the square of that.",
                   From::Start, [](const Value& now) { return lossOf(now, "mae"); }});
    all.push_back({"huber_loss", "Huber's loss", "Squared for small errors, straight for large ones.", From::Start,
                   [](const Value& now) { return lossOf(now, "huber"); }});
    all.push_back({"cross_entropy", "Cross-entropy", "Its slope does not die where the network is sure and wrong.",
                   From::Start, [](const Value& now) -> Result<Changes> {
                       const Value* kind = now.at("train.loss.kind");
                       if (!kind || (kind->text() != "hinge" && kind->text() != "kl_div" && kind->text() != "focal" &&
                                     kind->text() != "bce"))
                           return doesNotApply("the loss is no other one of classes");
                       return lossOf(now, "cross_entropy");
                   }});
    all.push_back({"label_smoothing", "Smooth labels by 0.1", "No single label is believed altogether.", From::Before,
                   [](const Value& now) { return lossOfClasses(now, "label_smoothing", 0.1); }});
}

}
