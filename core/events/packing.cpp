// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/packing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace core::events {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::uint8_t, 256> makePlaces()
{
    std::array<std::uint8_t, 256> places{};
    places.fill(255);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        places[std::uint8_t(alphabet[i])] = std::uint8_t(i);
    return places;
}
constexpr auto places = makePlaces();

}

std::string toBase64(std::string_view bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4, '=');
    char* out = text.data();
    const auto put = [&out](std::uint32_t bits, int letters) {
        for (int k = 0; k < letters; ++k)
            *out++ = alphabet[bits >> (18 - 6 * k) & 63];
    };
    const auto at = [&bytes](std::size_t i) { return std::uint32_t(std::uint8_t(bytes[i])); };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3)
        put(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 4);
    if (bytes.size() - i == 2)
        put(at(i) << 16 | at(i + 1) << 8, 3);
    else if (bytes.size() - i == 1)
        put(at(i) << 16, 2);
    return text;
}

bool fromBase64(std::string_view text, std::string& bytes)
{
    bytes.clear();
    if (text.size() % 4 != 0)
        return false;
    bytes.resize(text.size() / 4 * 3);
    char* out = bytes.data();
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        const std::size_t padding = !last || text[i + 3] != '=' ? 0 : text[i + 2] == '=' ? 2 : 1;
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const std::uint8_t place = k >= 4 - padding ? 0 : places[std::uint8_t(text[i + k])];
            if (place > 63)
                return false;
            bits = bits << 6 | place;
        }
        // Bits under the padding are zero in what toBase64 writes.
        if (padding > 0 && (bits & ((1u << 8 * padding) - 1)) != 0)
            return false;
        for (std::size_t k = 0; k < 3 - padding; ++k)
            *out++ = char(bits >> (16 - 8 * k) & 255);
    }
    bytes.resize(std::size_t(out - bytes.data()));
    return true;
}

Packed pack(const std::vector<float>& values)
{
    Packed packed;
    float low = std::numeric_limits<float>::max();
    float high = std::numeric_limits<float>::lowest();
    for (const float value : values)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    if (low > high)
        low = high = 0;
    if (low < 0 || high > 1) {
        packed.bits = 16;
        packed.low = low;
        packed.high = high;
    }
    const double codes = packed.bits == 8 ? 255 : 65535;
    const double width = packed.high - packed.low;
    std::string bytes(values.size() * std::size_t(packed.bits / 8), '\0');
    char* out = bytes.data();
    for (const float value : values) {
        const double share = std::isfinite(value) && width > 0 ? (double(value) - packed.low) / width : 0;
        // As std::lround(), which is no one instruction.
        const double exact = share * codes;
        auto code = std::uint32_t(exact);
        code += exact - double(code) >= 0.5;
        *out++ = char(code & 255);
        if (packed.bits == 16)
            *out++ = char(code >> 8);
    }
    packed.base64 = toBase64(bytes);
    return packed;
}

bool unpack(const Packed& packed, std::vector<float>& values)
{
    std::string bytes;
    if ((packed.bits != 8 && packed.bits != 16) || !fromBase64(packed.base64, bytes))
        return false;
    const std::size_t size = std::size_t(packed.bits / 8);
    if (bytes.size() % size != 0)
        return false;
    values.clear();
    values.reserve(bytes.size() / size);
    const double step = (packed.high - packed.low) / (size == 1 ? 255 : 65535);
    for (std::size_t i = 0; i < bytes.size(); i += size) {
        const unsigned code = std::uint8_t(bytes[i]) | (size == 2 ? unsigned(std::uint8_t(bytes[i + 1])) << 8 : 0u);
        values.push_back(float(packed.low + step * code));
    }
    return true;
}

}
