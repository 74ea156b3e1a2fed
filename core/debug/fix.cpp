// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/fix_changes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace core::debug {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Value;

Error doesNotApply(std::string why)
{
    return {ErrorKind::Spec, std::move(why), {}, {}};
}

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

Result<Changes> setTo(const Value& now, const std::string& path, Value value)
{
    const Value* before = now.at(path);
    if (!before)
        return doesNotApply("this experiment has no " + path);
    if (*before == value || (before->isNumber() && value.isNumber() && before->toReal() == value.toReal()))
        return doesNotApply(path + " is that already");
    return Changes{{path, std::move(value)}};
}

Result<Changes> lossOfClasses(const Value& now, const std::string& key, Value value)
{
    const Value* loss = now.at("train.loss");
    if (!loss || !isNetwork(now))
        return doesNotApply("it has no loss that can be set");
    if (!loss->isNull())
        return setTo(now, "train.loss." + key, std::move(value));
    return Changes{{"train.loss", Object{{"kind", "cross_entropy"}, {key, std::move(value)}}}};
}

bool isNetwork(const Value& now)
{
    return now.at("model.kind") && !now.at("model.max_depth") && !now.at("model.n_neighbors");
}

bool isPictures(const Value& now)
{
    const std::string& kind = now["model"]["kind"].text();
    return kind == "cnn" || kind.starts_with("resnet") || kind == "vit";
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
        addRateFixes(all);
        addNetworkFixes(all);
        addTrainingFixes(all);
        addDataFixes(all);
        addRankFixes(all);
        return all;
    }();
    return fixes;
}

const Fix* fixNamed(std::string_view key)
{
    const auto found = std::ranges::find(allFixes(), key, &Fix::key);
    return found == allFixes().end() ? nullptr : &*found;
}

std::vector<Offer> offersOf(const std::vector<std::string>& keys, const Value& resolved, const Remedies& remedies)
{
    std::vector<Offer> offers;
    for (const std::string& key : keys) {
        const Fix* fix = fixNamed(key);
        if (!fix)
            continue;
        const auto remedy = fix->problem.empty() ? remedies.end() : remedies.find(fix->problem);
        if (remedy != remedies.end())
            offers.push_back({fix->key, fix->label, fix->why, fix->from, remedy->second});
        else if (auto changes = fix->changes(resolved))
            offers.push_back({fix->key, fix->label, fix->why, fix->from, std::move(*changes)});
    }
    return offers;
}

bool asksTheData(const std::vector<std::string>& keys)
{
    return std::ranges::any_of(keys, [](const std::string& key) {
        const Fix* fix = fixNamed(key);
        return fix && !fix->problem.empty();
    });
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
