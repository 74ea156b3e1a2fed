// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>

namespace core::data {

enum class PngPixels { Grey = 1, Rgb = 3 };

/// Writes `pixels` [height · width · 3, or · 1 of grey], row-major, as a PNG of 8 bits, whole or not at all.
base::Status writePng(const std::filesystem::path& file, std::span<const std::uint8_t> pixels, std::uint32_t width,
                      std::uint32_t height, PngPixels kind = PngPixels::Rgb);

}
