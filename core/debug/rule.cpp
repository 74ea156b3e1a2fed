// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule.h"

#include <charconv>

namespace core::debug {

const RuleFacts* Rules::facts(const std::string& kind) const
{
    const auto& entries = family().entries;
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (entries[i].kind == kind)
            return &m_facts[i];
    return nullptr;
}

std::string exactly(double value)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}
