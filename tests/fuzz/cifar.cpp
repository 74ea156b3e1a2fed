// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/cifar_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    // A short input is repeated until it is as long as two records, or has a byte too many.
    std::string records;
    while (!bytes.empty() && records.size() < 6146)
        records += bytes.substr(0, 6147 - records.size());
    for (const std::size_t size : {records.size(), std::size_t(3073), std::size_t(3074), std::size_t(6146)}) {
        CifarPictures pictures;
        if (readCifar(std::string_view(records).substr(0, size), "f", pictures))
            fuzz::promise(pictures.pixels.size() == pictures.rows() * CifarPictures::pictureBytes);
    }
}
