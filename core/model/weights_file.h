// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blob.h"
#include "core/base/result.h"

#include <filesystem>

namespace core::model {

/// Weights from elsewhere, under their state-dict names.
struct Weights {
    std::vector<base::Blob> tensors;
    std::vector<std::string> classes; ///< that their outputs stand for; empty if nobody says
};

/// What `model.initialize_from` names: a model of the hub, a safetensors or .pth file, a checkpoint, or a run, of which
/// its last. Names that all begin with `module.` or `_orig_mod.` lose that.
base::Result<Weights> readWeights(const std::filesystem::path& from);

/// The tensors of a safetensors or .pth file; averaged ones in place of those that trained, adapters merged.
base::Result<std::vector<base::Blob>> readWeightsFile(const std::filesystem::path& file);

}
