// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/loss.h"
#include "core/train/ranks/world.h"

namespace core::train {

/// This rank's part of the loss of a batch whose rows are spread over ranks, so that all parts together are the loss,
/// and have the gradient, of one process with all the rows.
struct SharedLoss {
    at::Tensor value;     ///< a scalar with a graph
    double lossRows = 0;  ///< Σ over ranks of value · lossRows is the whole's loss · its rows
    double slopeRows = 0; ///< the same of the gradients
};

/// Rows of a batch that is spread over ranks: rank r of N has r, r + N, … of them.
struct SharedRows {
    double own = 0;         ///< that count
    std::int64_t ofAll = 0; ///< of all ranks
    bool inTurns = true;    ///< false: every rank has the same ones
};

/// All ranks call it with their outputs and targets, in the same order. The figure above holds for losses of pairs of
/// rows as well: outputs of all ranks are gathered for those.
SharedLoss sharedLoss(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                      ranks::World& world);

}
