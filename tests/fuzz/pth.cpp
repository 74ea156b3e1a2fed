// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/pickle.h"
#include "core/data/formats/pth_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

// Most inputs are no whole archive: those that begin with a pickle's head go straight to the machine behind it.
FUZZ(bytes)
{
    if (bytes.starts_with('\x80')) {
        const auto heap = pickle::read(bytes, "f");
        fuzz::promise(!heap || heap->root < heap->nodes.size());
    }
    const auto tensors = readPth(std::string(bytes), "f");
    if (!tensors)
        return;
    for (const core::base::Blob& blob : *tensors)
        fuzz::promise(!blob.dtype.empty() && blob.bytes.size() <= 16 * bytes.size() + (1 << 20));
}
