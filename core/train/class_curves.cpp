// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/class_curves.h"

#include <algorithm>
#include <set>

namespace core::train {

namespace {

std::string safeName(std::string name, std::size_t id, std::set<std::string>& taken)
{
    std::ranges::replace_if(
        name, [](char c) { return c == '/' || std::uint8_t(c) < 32; }, '_');
    if (name.empty() || name.find_first_not_of('.') == name.npos)
        name = "class_" + std::to_string(id);
    while (!taken.insert(name).second)
        name += "_" + std::to_string(id);
    return name;
}

}

std::vector<std::string> classCurveNames(const std::vector<std::string>& classes)
{
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (std::size_t id = 0; id < classes.size(); ++id) {
        const std::string name = safeName(classes[id], id, taken);
        for (const char* figure : {"precision/", "recall/", "f1/", "support/"})
            names.push_back(figure + name);
    }
    return names;
}

std::vector<double> classCurveValues(const std::vector<ClassCounts>& classes)
{
    std::vector<double> values;
    for (const ClassCounts& one : classes)
        values.insert(values.end(), {one.precision(), one.recall(), one.f1(), double(one.there)});
    return values;
}

}
