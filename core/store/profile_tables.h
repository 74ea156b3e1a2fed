// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/h5.h"
#include "core/store/run_record.h"

namespace core::store {

/// `/profile`: where the time of the steps went (`steps`, a row for each block of them; `durations`, step by step;
/// `layers`) and how busy the machine was (`system`).
void writeProfile(hid_t file, const RunRecord& record);

}
