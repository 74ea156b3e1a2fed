// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/capture.h"
#include "core/store/run_record.h"

namespace core::session {

/// Statistics that were not recorded, of the tensors that a run kept (`raw`, or imported from npz): those that `wanted`
/// asks for are computed now and stand in `record.tensors` as if they had been recorded at the steps of these tensors.
/// Nothing is added for a run that kept none. `*` of a statistic: of the run's classes, or of those that its labels
/// have.
base::Status addRawStatistics(store::RunRecord& record, const std::vector<spec::CaptureSpec>& wanted);

}
