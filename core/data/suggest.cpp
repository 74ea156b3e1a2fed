// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/suggest.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::int64_t fewSuggested = 500, fewPerClass = 10;
constexpr double imbalanced = 3;

// The rules of the house, in the order in which they are asked.
struct Rule {
    const char* kind;
    const char* text;
    bool (*fits)(const SplitFacts&);
};

std::int64_t rarest(const SplitFacts& facts)
{
    std::int64_t least = facts.rows;
    for (const std::int64_t count : facts.classCounts)
        if (count > 0)
            least = std::min(least, count);
    return least;
}

bool uneven(const SplitFacts& facts)
{
    const auto most = std::max_element(facts.classCounts.begin(), facts.classCounts.end());
    return !facts.classCounts.empty() && double(*most) > imbalanced * double(rarest(facts));
}

const Rule rules[] = {
    {"predefined", "the data says itself which rows train, validate and test",
     [](const SplitFacts& f) { return f.predefined; }},
    {"random", "rows of one group belong together, and a stream cannot keep them so: set data.mode to file",
     [](const SplitFacts& f) { return f.streamed && !f.groupColumn.empty(); }},
    {"random",
     "rows have dates and are not in their order: a stream cannot divide them in time. Sort the file, or set data.mode "
     "to file: a random split learns from the future",
     [](const SplitFacts& f) { return f.streamed && f.times && !f.ordered; }},
    {"chronological", "rows have dates: a random split would learn from the future",
     [](const SplitFacts& f) { return f.streamed && f.times; }},
    {"random",
     "blocks of a stream are dealt out at random, which gives each part about its share of every class; a stratified "
     "split needs data.mode file",
     [](const SplitFacts& f) { return f.streamed && !f.classCounts.empty(); }},
    {"random", "blocks of a stream are dealt out at random; folds need data.mode file",
     [](const SplitFacts& f) { return f.streamed; }},
    {"group", "rows of one group belong together: apart, the model would be judged by what it has half seen",
     [](const SplitFacts& f) { return !f.groupColumn.empty(); }},
    {"walk_forward", "few rows with dates: several steps forward in time use them all",
     [](const SplitFacts& f) { return f.times && f.rows < fewSuggested; }},
    {"chronological", "rows have dates: a random split would learn from the future",
     [](const SplitFacts& f) { return f.times; }},
    {"stratified_k_fold", "few rows: each validates once, and every fold has its share of each class",
     [](const SplitFacts& f) { return f.rows < fewSuggested && !f.classCounts.empty() && rarest(f) >= fewPerClass; }},
    {"k_fold", "few rows: a single validation part would say little",
     [](const SplitFacts& f) { return f.rows < fewSuggested; }},
    {"stratified", "classes of different size: each part keeps its share of the small ones",
     [](const SplitFacts& f) { return uneven(f); }},
    {"stratified", "classes: each part gets its share of every one",
     [](const SplitFacts& f) { return !f.classCounts.empty(); }},
    {"random", "many rows that do not depend on each other", [](const SplitFacts&) { return true; }},
};

}

SplitAdvice suggestSplit(const SplitFacts& facts)
{
    for (const Rule& rule : rules)
        if (rule.fits(facts))
            return {rule.kind, std::string(rule.kind) == "group" ? facts.groupColumn : "", rule.text};
    return {};
}

}
