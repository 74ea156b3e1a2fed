// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/shape.h"

namespace core::model {

std::string textOf(const Shape& shape)
{
    std::string text;
    for (const std::int64_t length : shape)
        text += (text.empty() ? "" : "×") + std::to_string(length);
    return text;
}

std::int64_t elementsOf(const Shape& shape)
{
    std::int64_t elements = 1;
    for (const std::int64_t length : shape)
        elements *= length;
    return elements;
}

}
