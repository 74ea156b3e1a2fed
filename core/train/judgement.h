// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/checkpoint.h"
#include "core/train/evaluator.h"

namespace core::train {

/// The best value so far of the watched metric, with the state that gave it.
struct Best {
    std::string metric;
    double value = 0;
    std::int64_t epoch = -1, step = -1;
    store::Checkpoint snapshot;
};

/// What an evaluation between two steps gave.
struct Judgement {
    std::vector<std::pair<std::string, double>> values; ///< `validation/loss`, …, `train_eval/loss`, …
    std::vector<std::pair<std::string, double>> old;    ///< of incremental training: `old/loss`, …, `old/forgetting`
    EvaluationResult validation;                        ///< with tables if they were asked for
    bool improved = false;                              ///< Engine::best() is new
};

}
