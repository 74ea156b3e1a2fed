// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/h5_message.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

// What the process that reads HDF5 sends, if a file has taken it over. A message ends where a byte says so.
FUZZ(bytes)
{
    H5Messages messages(1 << 16);
    while (!bytes.empty()) {
        const std::size_t size = std::min<std::size_t>(std::uint8_t(bytes.front()), bytes.size() - 1);
        if (!messages.take(bytes.substr(1, size)))
            return;
        bytes.remove_prefix(1 + size);
    }
    if (!messages.whole())
        return;
    for (const NamedArray& each : messages.contents.arrays)
        fuzz::promise(each.array.element == Element::Text
                          ? std::int64_t(each.array.texts.size()) == each.array.count()
                          : std::int64_t(each.array.bytes.size()) ==
                                each.array.count() * std::int64_t(bytesOf(each.array.element)));
}
