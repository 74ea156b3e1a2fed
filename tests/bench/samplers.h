// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

namespace bench {

core::base::Result<core::base::Object> samplers();

}
