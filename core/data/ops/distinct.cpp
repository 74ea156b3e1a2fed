// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/distinct.h"

#include "core/base/rng.h"

#include <bit>
#include <vector>

namespace core::data {

std::int64_t countDistinct(std::span<const double> numbers)
{
    // Open addressing, at most half full. The bits of -0 are those of no number that is put in, so they mark what is
    // free.
    constexpr std::uint64_t free = std::uint64_t(1) << 63;
    std::vector<std::uint64_t> slots(64, free);
    std::int64_t count = 0;
    const auto put = [](std::vector<std::uint64_t>& into, std::uint64_t bits) {
        const std::size_t mask = into.size() - 1;
        std::size_t slot = base::mix(bits) & mask;
        while (into[slot] != free && into[slot] != bits)
            slot = (slot + 1) & mask;
        const bool fresh = into[slot] == free;
        into[slot] = bits;
        return fresh;
    };
    for (const double number : numbers) {
        count += put(slots, number == 0 ? 0 : std::bit_cast<std::uint64_t>(number));
        if (2 * std::size_t(count) <= slots.size())
            continue;
        std::vector<std::uint64_t> larger(4 * slots.size(), free);
        for (const std::uint64_t bits : slots)
            if (bits != free)
                put(larger, bits);
        slots.swap(larger);
    }
    return count;
}

}
