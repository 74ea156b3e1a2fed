// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/annotations.h"
#include "core/data/formats/xml.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    readXml(bytes, "f");
    readVoc(bytes, "f");
}
