// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"
#include "core/tensor/tensor.h"

#include <filesystem>

namespace core::train {

/// Tokens that stand in a file of word vectors take their rows of the embedding from it; others keep what they have.
/// → what a person should know: `1,204 of 1,500 tokens (80.3 %) begin with vectors of glove.txt`.
base::Result<std::string> takeWordVectors(const std::filesystem::path& file, const data::DatasetInfo& info,
                                          const std::vector<tensor::NamedTensor>& weights);

}
