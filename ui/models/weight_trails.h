// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/tensor_series.h"
#include "ui/plots/weights_plot.h"

namespace ui::models {

/// How each tensor's mean ± std and its ends went, thinned to what a small plot can show. Tensors without them, or with
/// one step only, have no trail.
plots::WeightTrails trailsOf(const core::store::TensorMap& tensors);

}
