// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/annotations.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace core::data;

FUZZ(bytes)
{
    looksLikeCoco(bytes);
    const auto marks = readCoco(bytes, "f");
    if (!marks)
        return;
    for (const MarkedPicture& picture : marks->pictures)
        for (const MarkedThing& thing : picture.things)
            fuzz::promise(std::find(marks->classes.begin(), marks->classes.end(), thing.name) != marks->classes.end());
}
