// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/resize.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    for (const PictureUse use : {PictureUse::Seen, PictureUse::Mask}) {
        const auto facts = pictureFacts(bytes, "f", use);
        // Large ones are decoded by the same code and only take longer.
        if (!facts || facts->height * facts->width > 1 << 16)
            continue;
        const auto picture = decodePicture(bytes, "f", use);
        if (!picture)
            continue;
        fuzz::promise(picture->facts.height == facts->height && picture->facts.width == facts->width);
        fuzz::promise(std::int64_t(picture->pixels.size()) ==
                      picture->facts.channels * picture->facts.height * picture->facts.width);
        middleSquare(*picture, 5);
    }
}
