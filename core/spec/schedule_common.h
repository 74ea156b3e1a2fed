// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"

namespace core::spec {

/// Parameters that every schedule has: linear warm-up over `warmup_steps` from `warmup_start_factor` of the rate.
struct WarmupSpec {
    std::int64_t warmupSteps = 0;
    double warmupStartFactor = 0;
};
const base::Fields<WarmupSpec>& warmupFields();
std::shared_ptr<const base::Schema> scheduleCommon();

}
