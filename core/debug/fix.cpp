// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/fix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace core::debug {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Value;

namespace {

Error doesNotApply(std::string why)
{
    return {ErrorKind::Spec, std::move(why), {}, {}};
}

// A number times a factor, with six digits.
Result<Changes> times(const Value& now, const std::string& path, double factor)
{
    const Value* before = now.at(path);
    if (!before || !before->isNumber() || before->toReal() == 0)
        return doesNotApply(path + " is no number here");
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", before->toReal() * factor);
    const double next = std::strtod(text, nullptr);
    if (!before->isInt())
        return Changes{{path, next}};
    const auto whole = std::max<std::int64_t>(1, std::llround(next));
    if (whole == before->toInt())
        return doesNotApply(path + " is " + std::to_string(whole) + " already");
    return Changes{{path, whole}};
}

// A setting that this experiment has, to another value.
Result<Changes> setTo(const Value& now, const std::string& path, Value value)
{
    const Value* before = now.at(path);
    if (!before)
        return doesNotApply("this experiment has no " + path);
    if (*before == value || (before->isNumber() && value.isNumber() && before->toReal() == value.toReal()))
        return doesNotApply(path + " is that already");
    return Changes{{path, std::move(value)}};
}

bool isNetwork(const Value& now)
{
    return now.at("model.kind") && !now.at("model.max_depth") && !now.at("model.n_neighbors");
}

Result<Changes> rate(const Value& now, double factor)
{
    if (now["train"]["optimizer"]["lr"].isNumber() && isNetwork(now))
        return times(now, "train.optimizer.lr", factor);
    return times(now, "model.learning_rate", factor);
}

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
            next.push_back(std::max<std::int64_t>(1, std::llround(width.toReal() * factor)));
        return setTo(now, path, std::move(next));
    }
    return doesNotApply("the network has no layers of free width");
}

bool isPictures(const Value& now)
{
    const std::string& kind = now["model"]["kind"].text();
    return kind == "cnn" || kind.starts_with("resnet") || kind == "vit";
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

Result<Changes> warmup(const Value& now)
{
    if (!isNetwork(now) || now["train"]["schedule"]["warmup_steps"].toInt() > 0)
        return doesNotApply("it warms up already");
    return setTo(now, "train.schedule.warmup_steps", 200);
}

Result<Changes> thaw(const Value& now)
{
    const Value* frozen = now.at("model.freeze");
    if (!frozen || *frozen == Value("none"))
        return doesNotApply("no layer is frozen");
    return setTo(now, "model.freeze", "none");
}

Result<Changes> withAugment(const Value& now, Object transform, bool pictures)
{
    if (isPictures(now) != pictures)
        return doesNotApply("the rows are of another kind");
    Array all = now["augment"].array();
    for (const Value& each : all)
        if (each["kind"] == *transform.find("kind"))
            return doesNotApply("it does that already");
    all.push_back(std::move(transform));
    return Changes{{"augment", std::move(all)}};
}

Result<Changes> optimizerOfKind(const Value& now, const char* kind, double lr)
{
    if (!isNetwork(now) || now["train"]["optimizer"]["kind"].text() == kind)
        return doesNotApply("it trains with it already");
    return setTo(now, "train.optimizer", Object{{"kind", kind}, {"lr", lr}});
}

using From = Fix::From;

void addRates(std::vector<Fix>& all)
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
}

void addNetworks(std::vector<Fix>& all)
{
    all.push_back({"relu", "ReLU", "Its slope is 1 wherever it lets something through.", From::Before,
                   [](const Value& now) { return setTo(now, "model.activation", "relu"); }});
    all.push_back({"leaky_relu", "LeakyReLU", "It lets a little through below zero, so that no unit dies.",
                   From::Before, [](const Value& now) -> Result<Changes> {
                       if (now["model"]["activation"].text() != "relu")
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
}

void addTraining(std::vector<Fix>& all)
{
    all.push_back({"stop_best", "Stop early and keep the best",
                   "Ends when validation/loss has not got better for 3 epochs, with the best weights.", From::Start,
                   stopAtBest});
    all.push_back({"patience", "Twice the patience", "A noisy curve gets more time to fall.", From::Best,
                   [](const Value& now) { return times(now, "train.early_stopping.patience", 2); }});
    all.push_back(
        {"decay", "More weight decay", "Small weights bend less around single rows.", From::Before, regularize});
    all.push_back({"less_decay", "No penalty on the weights", "They may grow as large as the task needs.", From::Before,
                   lessDecay});
    all.push_back({"longer", "Twice as long", "If the loss was still falling, let it.", From::End, longer});
    all.push_back({"hold_rate", "A rate that stays", "What the schedule takes away cannot be learned with any more.",
                   From::Before, [](const Value& now) {
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
}

void addData(std::vector<Fix>& all)
{
    all.push_back({"augment", "Flip pictures at random", "Each epoch sees other pictures: fewer are learned by heart.",
                   From::Before, [](const Value& now) {
                       return withAugment(now, {{"kind", "RandomHorizontalFlip"}, {"p", 0.5}}, true);
                   }});
    all.push_back({"normalize", "Normalize the inputs", "Zero mean and unit variance.", From::Start,
                   [](const Value& now) { return setTo(now, "data.normalize", "standard"); }});
    all.push_back({"drop_missing", "Leave out rows with missing values", "They are NaN as numbers.", From::Start,
                   [](const Value& now) { return setTo(now, "data.missing", "drop"); }});
    all.push_back({"class_weights", "Weights for the classes", "A rare class counts as much as a frequent one.",
                   From::Before, [](const Value& now) { return setTo(now, "train.loss.class_weights", "balanced"); }});
    all.push_back({"weighted_sampler", "Draw rare classes more often", "Every batch sees all classes alike.",
                   From::Before, [](const Value& now) { return setTo(now, "data.sampler", "weighted"); }});
    all.push_back({"smote", "Make rows of rare classes (SMOTE)", "New rows between those that there are.", From::Before,
                   [](const Value& now) {
                       return withAugment(now, {{"kind", "SMOTE"}}, false);
                   }});
    all.push_back({"all_in_memory", "All rows in memory", "Streaming saves memory and costs time.", From::Start,
                   [](const Value& now) { return setTo(now, "data.mode", "file"); }});
    all.push_back({"shorter_texts", "Cut texts at half the length", "Less padding.", From::Start,
                   [](const Value& now) { return times(now, "data.tokens.max_length", 0.5); }});
    all.push_back({"vocabulary", "Twice the vocabulary", "Fewer words are unknown.", From::Start,
                   [](const Value& now) { return times(now, "data.tokens.vocabulary", 2); }});
    all.push_back({"workers", "More threads that make batches", "They are ready when a step wants them.", From::End,
                   [](const Value& now) -> Result<Changes> {
                       if (!isNetwork(now) || !now.at("data.num_workers"))
                           return doesNotApply("it loads no batches");
                       return setTo(now, "data.num_workers",
                                    std::max<std::int64_t>(2, now["data"]["num_workers"].toInt() * 2));
                   }});
}

}

std::string_view name(Fix::From from)
{
    static constexpr std::array<std::string_view, 4> names{"before", "best", "end", "start"};
    return names[std::size_t(from)];
}

const std::vector<Fix>& allFixes()
{
    static const std::vector<Fix> fixes = [] {
        std::vector<Fix> all;
        addRates(all);
        addNetworks(all);
        addTraining(all);
        addData(all);
        return all;
    }();
    return fixes;
}

const Fix* fixNamed(std::string_view key)
{
    const auto found = std::ranges::find(allFixes(), key, &Fix::key);
    return found == allFixes().end() ? nullptr : &*found;
}

std::vector<Offer> offersOf(const std::vector<std::string>& keys, const Value& resolved)
{
    std::vector<Offer> offers;
    for (const std::string& key : keys)
        if (const Fix* fix = fixNamed(key))
            if (auto changes = fix->changes(resolved))
                offers.push_back({fix->key, fix->label, fix->why, fix->from, std::move(*changes)});
    return offers;
}

Value toValue(const Offer& offer)
{
    Object changes;
    for (const auto& [path, value] : offer.changes)
        changes.set(path, value);
    return Object{{"fix", offer.key},
                  {"label", offer.label},
                  {"why", offer.why},
                  {"from", std::string(name(offer.from))},
                  {"changes", std::move(changes)}};
}

}
