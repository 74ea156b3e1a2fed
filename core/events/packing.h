// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace core::events {

/// Floats as text of 8 or 16 bits each: value = low + (high − low) · code / (2^bits − 1).
struct Packed {
    double low = 0;
    double high = 1;
    int bits = 8;
    std::string base64;
};

/// 8 bits between 0 and 1 if all values lie there, else 16 bits between the least and the greatest finite one.
/// What is not finite becomes the least.
Packed pack(const std::vector<float>& values);
/// False if the text or the bits are not what pack() writes.
bool unpack(const Packed& packed, std::vector<float>& values);

/// RFC 4648, section 4, with padding.
std::string toBase64(std::string_view bytes);
/// False for anything that toBase64 does not write.
bool fromBase64(std::string_view text, std::string& bytes);

}
