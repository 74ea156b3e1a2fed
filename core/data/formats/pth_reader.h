// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blob.h"
#include "core/base/result.h"

#include <filesystem>

namespace core::data {

/// The tensors of a state dict that `torch.save` wrote: `{name: tensor}`, or that dict under `state_dict`,
/// `model_state_dict`, `model` and the like. Row-major copies, whatever strides and shared storages they had.
/// The file counts as hostile: its pickle is read by a machine that knows the opcodes and the globals which state dicts
/// need, and nothing of it is ever run or imported. Refused: other globals, the format before PyTorch 1.6, TorchScript,
/// tensors that reach outside of their storage or together hold more than 16 times the file.
base::Result<std::vector<base::Blob>> readPth(const std::filesystem::path& file);
/// Of a file in memory.
base::Result<std::vector<base::Blob>> readPth(std::string bytes, const std::string& where);

/// Whether a file that begins so is one that torch.save wrote, in the format of today or of before 1.6.
bool looksLikePth(std::string_view head);

}
