// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzz {

inline std::string_view textOf(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

/// What a parser promises of what it hands over; broken, the fuzzer stops.
inline void promise(bool held)
{
    if (!held)
        std::abort();
}

}

/// Defines the entry of a target: `bytes` is a text of no one's making.
#define FUZZ(bytes) \
    static void fuzzOne(std::string_view bytes); \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) \
    { \
        fuzzOne(fuzz::textOf(data, size)); \
        return 0; \
    } \
    static void fuzzOne(std::string_view bytes)
