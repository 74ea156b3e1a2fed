// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/h5.h"

namespace core::store::layout {

/// `/raw/<name>/step` and `/value` [steps, …shape] of the tensors that a run keeps, nothing if it keeps none. Where the
/// first axis is of different length, `/rows` tells it and what is missing is NaN. `besideStatistics`: the same values
/// are found as `/tensors/<name>/value`, too.
void writeRaw(hid_t file, const std::filesystem::path& run, bool besideStatistics);

}
