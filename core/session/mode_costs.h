// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/base/value.h"

#include <functional>

namespace core::session {

/// What one way to bring rows to a training costs.
struct ModeCost {
    double firstStep = 0; ///< seconds until the first batch is there
    double epoch = 0;     ///< seconds that reading the training rows takes beside an epoch; 0: nothing is read again
    std::uint64_t memory = 0;       ///< bytes that the rows take
    std::uint64_t readPerEpoch = 0; ///< bytes that are read from disk again in every epoch
    bool measured = false;          ///< else told from a sample of the rows
};

/// `data.mode` file and pipe side by side, on this machine and this data.
struct ModeCosts {
    ModeCost file, pipe;
    std::int64_t rows = 0;
    std::uint64_t disk = 0;      ///< bytes of the files
    std::uint64_t available = 0; ///< bytes of memory that are free
    std::string pipeRefused;     ///< why this experiment cannot be streamed; empty: it can
    std::string suggested;       ///< `file` or `pipe`
    std::string rule;            ///< the rule that fired, with its figures
};

/// Streams until the first batch; loads all rows where that takes little time and memory, else a sample of them.
/// `stopped` is asked now and then: true ends the measuring with an error of kind Run.
base::Result<ModeCosts> measureModes(const base::Value& resolved, const std::function<bool()>& stopped = {});

}
