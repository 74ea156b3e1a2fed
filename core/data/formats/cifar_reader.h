// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace core::data {

/// Pictures of 32 × 32 pixels in the binary form of CIFAR.
struct CifarPictures {
    static constexpr std::size_t pictureBytes = 3 * 32 * 32;
    std::string pixels;               ///< [rows, 3, 32, 32]: red, green and blue planes
    std::vector<std::uint8_t> labels; ///< of CIFAR-100: the fine ones
    std::vector<std::uint8_t> coarse; ///< of CIFAR-100 only
    bool hundred = false;

    std::size_t rows() const { return labels.size(); }
};

/// Whether a file of that size can be one: a whole number of records of 3,073 bytes (CIFAR-10) or 3,074 (CIFAR-100).
bool hasCifarSize(std::uint64_t bytes);

/// Appends a file's pictures. Which of the two it is follows from its size and labels; where both could be, it is
/// CIFAR-10 if all its labels are below 10. An error of kind Data names the offset.
base::Status readCifar(std::string_view bytes, const std::string& where, CifarPictures& into,
                       std::size_t maxRows = std::numeric_limits<std::size_t>::max());

}
