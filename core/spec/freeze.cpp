// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/freeze.h"

namespace core::spec {

namespace {

bool fits(std::string_view pattern, std::string_view text)
{
    std::size_t p = 0, t = 0, star = pattern.npos, from = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++from;
        } else
            return false;
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

}

bool means(std::string_view pattern, std::string_view parameter)
{
    if (pattern.empty())
        return false;
    if (fits(pattern, parameter))
        return true;
    // A module's name means all that is in it.
    for (std::size_t dot = parameter.find('.'); dot != parameter.npos; dot = parameter.find('.', dot + 1))
        if (fits(pattern, parameter.substr(0, dot)))
            return true;
    return false;
}

base::Result<Freeze> freezeOf(const base::Value& given)
{
    const base::Error wrong{base::ErrorKind::Spec, "does not say what is frozen", "/model/freeze",
                            "Write none, backbone, a number of blocks from the input, or a list of layers' names"};
    Freeze freeze;
    if (given.isNull())
        return freeze;
    if (given.isInt()) {
        freeze.stages = given.toInt();
        return freeze.stages >= 0 ? base::Result<Freeze>(freeze) : wrong;
    }
    const base::Array items = given.isArray() ? given.array() : base::Array{given};
    for (const base::Value& item : items) {
        if (!item.isText() || item.text().empty())
            return wrong;
        if (items.size() == 1 && item.text() == "none")
            return freeze;
        if (items.size() == 1 && item.text() == "backbone")
            freeze.backbone = true;
        else
            freeze.patterns.push_back(item.text());
    }
    return freeze;
}

}
