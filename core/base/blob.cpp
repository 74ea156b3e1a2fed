// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/blob.h"

#include <memory>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace core::base {

namespace {

std::string hexadecimal(std::uint64_t number)
{
    std::string text(16, '0');
    for (std::size_t i = 0; i < 16; ++i)
        text[15 - i] = "0123456789abcdef"[(number >> (4 * i)) & 15];
    return text;
}

}

std::size_t bytesOf(const std::string& dtype)
{
    static constexpr std::pair<std::string_view, std::size_t> sizes[] = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
        {"I32", 4},  {"U32", 4}, {"F32", 4}, {"I64", 8}, {"U64", 8}, {"F64", 8}};
    for (const auto& [name, size] : sizes)
        if (name == dtype)
            return size;
    return 0;
}

std::string digestOf(const std::vector<BlobView>& blobs)
{
    const std::unique_ptr<XXH3_state_t, void (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                       [](XXH3_state_t* s) { XXH3_freeState(s); });
    XXH3_128bits_reset(state.get());
    for (const BlobView& blob : blobs) {
        // Terminated, so that the end of one part is never the start of the next.
        XXH3_128bits_update(state.get(), blob.name.c_str(), blob.name.size() + 1);
        XXH3_128bits_update(state.get(), blob.dtype.c_str(), blob.dtype.size() + 1);
        const std::int64_t dimensions = std::int64_t(blob.shape.size());
        XXH3_128bits_update(state.get(), &dimensions, sizeof dimensions);
        XXH3_128bits_update(state.get(), blob.shape.data(), blob.shape.size() * sizeof(std::int64_t));
        XXH3_128bits_update(state.get(), blob.data, blob.size);
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
    return hexadecimal(hash.high64) + hexadecimal(hash.low64);
}

std::uint64_t hashOf(const void* data, std::size_t size)
{
    return XXH3_64bits(data, size);
}

std::string digestOf(const void* data, std::size_t size)
{
    return hexadecimal(hashOf(data, size));
}

}
