// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <map>
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

/// Types of the network's layers by their names, as RunOpened tells them: `0 Linear`.
using LayerTypes = std::map<std::string, std::string>;
LayerTypes layerTypes(const std::vector<std::string>& told);

/// AWS's names, `all` (weights, biases and gradients), and ours: `updates`, `activations` (as `outputs`).
const std::vector<std::string>& collections();
/// The collections that a tensor is in. `0.weight` and `gradient/0.weight` tell it by themselves; `activation/1` and
/// `input/1` by their layer's type; names of other programs, such as `relu0_output_0`, by AWS's default regexes.
/// `validation/` before a name, of a tensor seen at an evaluation, changes nothing.
std::vector<std::string> collectionsOf(const std::string& name, const LayerTypes& layers = {});
bool isIn(const std::string& collection, const std::string& name, const LayerTypes& layers = {});
/// The collections that one of AWS's default regexes stands for: `.*relu_output`, `.*tanh_input|.*sigmoid_input`.
/// Empty for any other regex.
std::vector<std::string> collectionsMeant(const std::string& regex);
/// What begins the names of tensors that are seen at an evaluation.
inline constexpr std::string_view atEvaluation = "validation/";

/// Whether each of `names` is meant. A regex finds updates, layers' inputs and outputs, labels and predictions only if
/// it speaks of them; it must be one.
std::vector<bool> selected(const CaptureSpec& capture, const std::vector<std::string>& names,
                           const LayerTypes& layers = {});

/// Every name that a reduction may be given by, `l1_norm` beside `l1`; others have parameters (core/spec/statistic.h).
const std::vector<std::string>& reductionNames();
/// What is recorded unless somebody asks for less or more.
const std::vector<std::string>& usualStatistics();
/// The statistics of a capture under the names of their columns, each once.
std::vector<std::string> statisticsOf(const CaptureSpec& capture);

/// What no single field of `/capture` can see.
void checkCapture(const std::vector<CaptureSpec>& captures, std::vector<base::Error>& problems);

}
