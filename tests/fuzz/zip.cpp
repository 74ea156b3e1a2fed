// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/zip_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    const auto archive = ZipReader::over(std::string(bytes), "f", {.size = 1 << 24});
    if (!archive)
        return;
    for (const ZipEntry& entry : archive->entries()) {
        fuzz::promise(entry.name.find("../") != 0 && entry.name.find('\0') == entry.name.npos);
        const auto content = archive->read(entry);
        fuzz::promise(!content || content->size() == entry.size);
    }
}
