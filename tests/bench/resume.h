// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

namespace bench {

/// From the death of a job's worker to its first new step, against the start of the process to its first step.
core::base::Result<core::base::Object> resume();

}
