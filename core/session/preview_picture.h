// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

namespace core::session {

/// Writes a grid as a PNG: training samples of every class in turn, and under each what the augmentations make of it.
/// Images as they are, sounds as spectrograms, series and rows of numbers as curves; texts have no picture.
base::Status writePreview(const DataView& view, const std::filesystem::path& file);

}
