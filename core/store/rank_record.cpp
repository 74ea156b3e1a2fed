// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/rank_record.h"

#include <algorithm>
#include <cmath>

namespace core::store {

using base::Array;
using base::Object;
using base::Value;
using events::RankFigure;

namespace {

std::optional<double> valueIn(const RunRecord& record, const std::string& name, std::int64_t step)
{
    const auto found = record.scalars.find(name);
    if (found == record.scalars.end())
        return {};
    const auto& steps = found->second.steps;
    const auto at = std::ranges::lower_bound(steps, step);
    if (at == steps.end() || *at != step)
        return {};
    return found->second.values[std::size_t(at - steps.begin())];
}

Value numberOrNull(double value)
{
    return std::isfinite(value) ? Value(value) : Value();
}

Value meanOf(const RunRecord& record, const std::string& name)
{
    const auto found = record.scalars.find(name);
    double sum = 0;
    if (found == record.scalars.end() || found->second.values.empty())
        return {};
    for (const double value : found->second.values)
        sum += value;
    return numberOrNull(sum / double(found->second.values.size()));
}

}

std::vector<std::int64_t> rankSteps(const RunRecord& record)
{
    const auto found = record.scalars.find(events::rankScalar(0, RankFigure::Rows));
    return found == record.scalars.end() ? std::vector<std::int64_t>{} : found->second.steps;
}

events::RankMoment ranksOf(const RunRecord& record, std::int64_t step)
{
    const std::vector<std::int64_t> steps = rankSteps(record);
    const auto after = step < 0 ? steps.end() : std::ranges::upper_bound(steps, step);
    if (after == steps.begin())
        return {};
    return events::ranksAt(*std::prev(after),
                           [&](const std::string& name, std::int64_t at) { return valueIn(record, name, at); });
}

base::Object rankReport(const RunRecord& record, std::int64_t step)
{
    const events::RankMoment moment = ranksOf(record, step);
    Array ranks;
    for (std::size_t i = 0; i < moment.ranks.size(); ++i) {
        const events::RankMoment::Rank& rank = moment.ranks[i];
        Object object{{"rank", std::int64_t(i)}};
        for (std::size_t figure = 0; figure < rank.figures.size(); ++figure) {
            const std::string name(events::rankFigureNames[figure]);
            object.set(name, figure >= std::size_t(RankFigure::WeightsDigest)
                                 ? Value(events::digestText(rank.figures[figure]))
                                 : numberOrNull(rank.figures[figure]));
        }
        Array buckets;
        for (const events::RankMoment::Bucket& bucket : rank.buckets)
            buckets.push_back(Object{{"ready_seconds", bucket.ready}, {"done_seconds", bucket.done}});
        object.set("buckets", std::move(buckets));
        Object mean;
        for (const RankFigure figure : {RankFigure::Loss, RankFigure::Compute, RankFigure::Wait})
            mean.set(std::string(events::rankFigureNames[std::size_t(figure)]),
                     meanOf(record, events::rankScalar(std::int64_t(i), figure)));
        object.set("mean", std::move(mean));
        ranks.push_back(std::move(object));
    }
    return {{"step", moment.step},
            {"measured_steps", std::int64_t(rankSteps(record).size())},
            {"ranks", std::move(ranks)},
            {"replicas_equal", moment.equal(RankFigure::WeightsDigest)},
            {"statistics_equal", moment.equal(RankFigure::StatisticsDigest)},
            {"rows_shared", moment.sharedRows()}};
}

}
