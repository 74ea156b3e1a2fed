// SPDX-License-Identifier: GPL-3.0-or-later
// Fixes of the rows that are learned from, and of how they come.
#include "core/debug/fix_changes.h"

#include <algorithm>

namespace core::debug {

using base::Array;
using base::Object;
using base::Result;
using base::Value;

namespace {

using From = Fix::From;

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

Result<Changes> divideByChance(const Value& now)
{
    const std::string& kind = now["split"]["kind"].text();
    if (kind != "predefined" && kind != "chronological" && kind != "walk_forward" && kind != "group")
        return doesNotApply("it is divided by chance already");
    return setTo(now, "split.kind", "random");
}

// Transforms that cost many times what others do, for a flip that costs nearly nothing.
Result<Changes> withoutCostly(const Value& now)
{
    static const std::vector<std::string> costly{"AugMix", "AutoAugment", "ElasticTransform", "RandAugment",
                                                 "TrivialAugmentWide"};
    Array kept;
    for (const Value& each : now["augment"].array())
        if (std::ranges::find(costly, each["kind"].text()) == costly.end())
            kept.push_back(each);
    if (kept.size() == now["augment"].array().size())
        return doesNotApply("no augmentation is a costly one");
    if (kept.empty() && isPictures(now))
        kept.push_back(Object{{"kind", "RandomHorizontalFlip"}, {"p", 0.5}});
    return Changes{{"augment", std::move(kept)}};
}

Result<Changes> withoutNoise(const Value& now)
{
    Array kept;
    for (const Value& each : now["data"]["edits"].array())
        if (each["kind"].text() != "add_noise")
            kept.push_back(each);
    if (kept.size() == now["data"]["edits"].array().size())
        return doesNotApply("no noise was written into the data");
    return Changes{{"data.edits", std::move(kept)}};
}

struct Words {
    const char *key, *label, *why;
};

// What the data's doctor would do about a problem of this kind.
void addRemedy(std::vector<Fix>& all, const Words& words, const char* problem)
{
    all.push_back({words.key, words.label, words.why, From::Start,
                   [](const Value&) -> Result<Changes> { return doesNotApply("the data have to be looked at"); },
                   problem});
}

void addRows(std::vector<Fix>& all)
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
                   From::Before, [](const Value& now) { return lossOfClasses(now, "class_weights", "balanced"); }});
    all.push_back({"weighted_sampler", "Draw rare classes more often", "Every batch sees all classes alike.",
                   From::Before, [](const Value& now) { return setTo(now, "data.sampler", "weighted"); }});
    all.push_back({"smote", "Make rows of rare classes (SMOTE)", "New rows between those that there are.", From::Before,
                   [](const Value& now) {
                       return withAugment(now, {{"kind", "SMOTE"}}, false);
                   }});
}

void addWays(std::vector<Fix>& all)
{
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
    all.push_back({"augment_more", "RandAugment", "Pictures are turned, sheared and recoloured, each time otherwise.",
                   From::Before, [](const Value& now) {
                       return withAugment(now, {{"kind", "RandAugment"}}, true);
                   }});
    all.push_back({"feature_noise", "Noise on the numbers", "No exact value is learned by heart.", From::Before,
                   [](const Value& now) {
                       return withAugment(now, {{"kind", "FeatureNoise"}}, false);
                   }});
    all.push_back({"over_sampling", "Take rare rows several times", "Classes become as large as the largest.",
                   From::Start, [](const Value& now) {
                       return withAugment(now, {{"kind", "RandomOverSampler"}}, false);
                   }});
    all.push_back({"prefetch", "Twice as many batches ahead", "A slow batch is made up for by those that are ready.",
                   From::End, [](const Value& now) { return times(now, "data.prefetch_factor", 2); }});
    all.push_back({"augment_less", "A flip instead of a costly augmentation",
                   "Rows are ready when a step wants them; fewer of them differ from epoch to epoch.", From::Before,
                   withoutCostly});
    all.push_back({"undo_noise", "Take back noise that was written into rows",
                   "Training rows go through augment, which leaves validation as it is.", From::Start, withoutNoise});
    all.push_back({"pipe", "Stream the rows", "Training begins with the first rows instead of after the last.",
                   From::Start, [](const Value& now) { return setTo(now, "data.mode", "pipe"); }});
    all.push_back({"by_time", "Divide by date", "Validation comes after all that is learned from, as the future does.",
                   From::Start, [](const Value& now) { return setTo(now, "split.kind", "chronological"); }});
    all.push_back({"by_chance", "Divide by chance", "Training and validation rows are then of one kind.", From::Start,
                   divideByChance});
}

void addRemedies(std::vector<Fix>& all)
{
    addRemedy(all, {"drop_suspects", "Leave suspect rows out", "Labels that all neighbours contradict teach nothing."},
              "label_noise");
    addRemedy(all, {"drop_copies", "Leave copies out", "No row is learned from and judged by."}, "duplicate_rows");
    addRemedy(all, {"drop_leak", "Leave the telling column out", "It will not be there when it matters."},
              "target_leakage");
    addRemedy(all, {"drop_drifting", "Leave the moving column out", "What is spread otherwise cannot be relied on."},
              "drift");
    addRemedy(all, {"drop_outliers", "Leave outliers out", "Values far from all others pull everything to them."},
              "outliers");
    addRemedy(all, {"drop_infinite", "Leave infinite rows out", "One of them makes every weight NaN."},
              "infinite_values");
    addRemedy(all, {"fill_missing", "Fill gaps as the data's doctor says", "A gap is NaN as a number."},
              "missing_values");
}

}

void addDataFixes(std::vector<Fix>& all)
{
    addRows(all);
    addWays(all);
    addRemedies(all);
}

}
