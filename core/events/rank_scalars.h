// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace core::events {

/// What is recorded of each rank of a training that several share, as scalars `ranks/<rank>/<figure>`. Values at step
/// s are of the step before its update; seconds are counted from its forward pass on.
enum class RankFigure { Rows, Loss, GradNorm, Compute, Wait, WeightsDigest, StatisticsDigest, BatchDigest };

/// - `rows` that it learned from, mean `loss` of them, L2 `grad_norm` of its own gradients before they are averaged;
/// - `compute_seconds` until its last gradient was there, without waiting; `wait_seconds` for the others and the
/// network;
/// - `weights_digest`, `statistics_digest` (batch norm's), `batch_digest` (the rows): XXH3, 32 bits.
inline constexpr std::array<std::string_view, 8> rankFigureNames{
    "rows",         "loss",           "grad_norm",         "compute_seconds",
    "wait_seconds", "weights_digest", "statistics_digest", "batch_digest"};

/// Of more ranks only the first are told of one by one, and of more buckets the last stands for those behind it.
inline constexpr std::int64_t mostRanksTold = 64, mostBucketsTold = 6;

inline std::string rankScalar(std::int64_t rank, RankFigure figure)
{
    return "ranks/" + std::to_string(rank) + "/" + std::string(rankFigureNames[std::size_t(figure)]);
}

/// `ranks/<rank>/bucket/<bucket>/ready_seconds`: its gradients are there; `done_seconds`: their mean over all ranks is.
inline std::string bucketScalar(std::int64_t rank, std::int64_t bucket, bool done)
{
    return "ranks/" + std::to_string(rank) + "/bucket/" + std::to_string(bucket) +
           (done ? "/done_seconds" : "/ready_seconds");
}

}
