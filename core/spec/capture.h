// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace core::spec {

/// Which tensors are looked at, at which steps, and what is kept of them.
struct CaptureSpec {
    std::optional<std::string> collection;
    std::string regex; ///< found anywhere in a name
    std::int64_t saveInterval = 500;
    std::int64_t startStep = 0;
    std::optional<std::int64_t> endStep; ///< exclusive
    std::vector<std::int64_t> saveSteps;
    std::string mode = "TRAIN";
    std::vector<std::string> reductions; ///< empty: usualStatistics()
    bool histogram = false;
    std::int64_t bins = 64;
    bool raw = false;

    bool operator==(const CaptureSpec&) const = default;
    bool savesAt(std::int64_t step) const;
};

/// `weights`, `biases`, `gradients`, `all` of these; `updates`, `activations`.
const std::vector<std::string>& collections();
/// Whether `name` (`0.weight`, `gradient/0.weight`) is meant. The regex must be one; it finds updates and activations
/// only if it speaks of them.
std::vector<bool> selected(const CaptureSpec& capture, const std::vector<std::string>& names);

/// Every name that a reduction may be given by, `l1_norm` beside `l1`.
const std::vector<std::string>& reductionNames();
/// What is recorded unless somebody asks for less or more.
const std::vector<std::string>& usualStatistics();
/// The statistics of a capture under the names of their columns, each once.
std::vector<std::string> statisticsOf(const CaptureSpec& capture);

/// What no single field of `/capture` can see.
void checkCapture(const std::vector<CaptureSpec>& captures, std::vector<base::Error>& problems);

}
