// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/fast_text_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    looksLikeFastText(bytes);
    const auto rows = readFastText(std::string(bytes), "f");
    if (!rows)
        return;
    for (const LabelledText& row : *rows)
        for (const std::string& label : row.labels)
            fuzz::promise(!label.empty() && label.find(' ') == label.npos);
}
