// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"

#include <QString>

namespace ui::models {

/// What one row is, as a person would say it: `28 × 28, grey`, `texts of up to 64 tokens, 2000 are known`, `4
/// features`.
QString shapeText(const core::data::DatasetInfo& info);

}
