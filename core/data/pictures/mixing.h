// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/ops/frame.h"
#include "core/data/transform.h"

namespace core::data {

// Rows of a batch with the row before them; the first with the last.

/// What is wrong with mixing targets of this data; empty if nothing.
std::string mixingMisfit(const DatasetInfo& info);
/// share · x + (1 − share) · (the row before).
at::Tensor mixedWithPrevious(const at::Tensor& rows, double share);
/// The same of targets: class ids become shares [n, classes] first.
at::Tensor mixedTargets(const at::Tensor& targets, std::int64_t classes, double share);
/// Images [n, channels, height, width]: the frame comes from the image before.
at::Tensor pastedFromPrevious(const at::Tensor& images, const Frame& frame);

}
