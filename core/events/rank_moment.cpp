// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/rank_moment.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

namespace core::events {

bool RankMoment::equal(RankFigure which) const
{
    std::set<double> seen;
    for (const Rank& rank : ranks)
        if (!std::isnan(rank.figure(which)))
            seen.insert(rank.figure(which));
    return seen.size() <= 1;
}

bool RankMoment::sharedRows() const
{
    std::set<double> seen;
    for (const Rank& rank : ranks)
        if (const double digest = rank.figure(RankFigure::BatchDigest);
            !std::isnan(digest) && !seen.insert(digest).second)
            return true;
    return false;
}

double RankMoment::rows() const
{
    double all = 0;
    for (const Rank& rank : ranks)
        all += rank.figure(RankFigure::Rows);
    return all;
}

RankMoment ranksAt(std::int64_t step, const ScalarAt& value)
{
    RankMoment moment{step, {}};
    for (std::int64_t rank = 0; value(rankScalar(rank, RankFigure::Rows), step); ++rank) {
        RankMoment::Rank one;
        for (std::size_t i = 0; i < one.figures.size(); ++i)
            one.figures[i] = value(rankScalar(rank, RankFigure(i)), step).value_or(std::nan(""));
        for (std::int64_t bucket = 0; bucket < mostBucketsTold; ++bucket) {
            const auto ready = value(bucketScalar(rank, bucket, false), step),
                       done = value(bucketScalar(rank, bucket, true), step);
            if (!ready || !done)
                break;
            one.buckets.push_back({*ready, *done});
        }
        moment.ranks.push_back(std::move(one));
    }
    return moment;
}

std::string digestText(double digest)
{
    if (!(digest >= 0 && digest < 4294967296.0))
        return {};
    char text[12];
    std::snprintf(text, sizeof text, "%08x", unsigned(digest));
    return text;
}

}
