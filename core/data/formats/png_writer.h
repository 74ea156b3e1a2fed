// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace core::data {

/// Writes `pixels` [height · width · 3], row-major, as an RGB PNG of 8 bits, whole or not at all.
base::Status writePng(const std::filesystem::path& file, const std::vector<std::uint8_t>& pixels, std::uint32_t width,
                      std::uint32_t height);

}
