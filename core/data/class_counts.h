// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <array>
#include <span>

namespace core::data {

/// Rows of each class among `rows`; nothing unless it is a classification.
std::vector<std::int64_t> countClasses(const Loaded& loaded, std::span<const std::int64_t> rows);

/// An error where a label is no class.
base::Status checkLabels(const Loaded& loaded);

/// An error where a class has fewer rows than the source says that a training needs, or there is only one class.
base::Status enoughOfEach(const Loaded& loaded);

/// Classes with fewer rows to train and validate than there are folds, of which some have none.
std::vector<Problem> smallClasses(const Loaded& loaded, const std::array<std::vector<std::int64_t>, 3>& parts,
                                  std::int64_t folds);

}
