// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/rank_moment.h"
#include "core/store/run_record.h"

namespace core::store {

/// Steps at which ranks were measured, ascending; empty for a run of one process.
std::vector<std::int64_t> rankSteps(const RunRecord& record);
/// Of those steps the last one not after `step`; −1: the last of all.
events::RankMoment ranksOf(const RunRecord& record, std::int64_t step = -1);
/// `step`, `ranks` (each its figures, digests as text, `buckets`, and `mean` over all measured steps),
/// `measured_steps`, `replicas_equal`, `statistics_equal`, `rows_shared`.
base::Object rankReport(const RunRecord& record, std::int64_t step = -1);

}
