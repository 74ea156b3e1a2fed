// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <filesystem>
#include <optional>

namespace core::data {

/// The files of a set in the manner of MNIST.
struct IdxFiles {
    std::filesystem::path images, labels;
    std::filesystem::path testImages, testLabels; ///< empty unless there is a test set beside
};

/// Whether a folder has `train-images-idx3-ubyte`, packed or not.
bool holdsIdxFiles(const std::filesystem::path& folder);

/// `images` names the images or a folder of them. Labels: `labels`, else beside the images under their name with
/// `labels` for `images` (`a-images-idx3-ubyte` finds `a-labels-idx1-ubyte`). The test set: `t10k` (or `test`) for
/// `train` in the names. Each may end in `.gz`. An error names what was looked for.
base::Result<IdxFiles> findIdxFiles(const std::filesystem::path& images, const std::filesystem::path& labels);

struct IdxSetOptions {
    std::string name;
    std::vector<std::string> classNames; ///< by label; empty: the labels as text
    std::optional<std::int64_t> classes; ///< labels are 0 … classes − 1; else found from the labels
};

/// Bytes of images stay bytes ([rows, channels, height, width]); other element types, and arrays of two dimensions,
/// become float32. Whole labels are classes: 0 … k − 1 or 1 … k without holes, unless `classes` is set; a label outside
/// is an error with its row. Floating labels make a regression.
base::Result<Loaded> loadIdxSet(const IdxFiles& files, const SourceRequest& request, const IdxSetOptions& options);

/// Only inputs, of the shape of `like`.
base::Result<Loaded> loadIdxLike(const std::filesystem::path& images, const DatasetInfo& like);

}
