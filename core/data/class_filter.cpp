// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/class_filter.h"

#include "core/spec/check.h"

#include <algorithm>
#include <charconv>

namespace core::data {

using base::Error;
using base::ErrorKind;

namespace {

// A name before a number: where classes are called 3 and 5, 5 is that one.
base::Result<std::int64_t> placeOf(const base::Value& wanted, const std::vector<std::string>& classes,
                                   const std::string& where)
{
    const std::string name = wanted.isInt() ? std::to_string(wanted.toInt()) : wanted.text();
    const auto found = std::ranges::find(classes, name);
    if (found != classes.end())
        return found - classes.begin();
    // Forms hand over texts.
    std::int64_t number = -1;
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data(), end, number).ptr == end && number >= 0 &&
        number < std::int64_t(classes.size()))
        return number;
    std::string known;
    for (std::size_t i = 0; i < classes.size() && i < 20; ++i)
        known += (i > 0 ? ", " : "") + classes[i];
    const std::string near = wanted.isText() ? spec::nearest(name, classes) : std::string();
    return Error{ErrorKind::Spec, "there is no class \"" + name + "\"", where,
                 (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "There are " + known};
}

}

spec::DataSpec beforeClasses(spec::DataSpec data)
{
    if (!data.classes.empty())
        data.rows.reset();
    return data;
}

base::Status takeClasses(const spec::DataSpec& data, Loaded& loaded)
{
    const std::vector<base::Value>& wanted = data.classes;
    const std::optional<std::int64_t> rows = data.rows;
    if (wanted.empty())
        return {};
    const std::vector<std::string>& classes = loaded.info.classes;
    if (!loaded.info.classifies())
        return Error{ErrorKind::Spec, "classes are chosen, and the target is no class", "/data/classes",
                     "Leave it empty, or set data.task to classification"};
    if (wanted.size() < 2)
        return Error{ErrorKind::Spec, "one class alone cannot be told apart from anything", "/data/classes",
                     "Name two or more"};
    std::vector<std::int64_t> next(classes.size(), -1);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string where = "/data/classes/" + std::to_string(i);
        CORE_TRY(place, placeOf(wanted[i], classes, where));
        if (next[std::size_t(place)] >= 0)
            return Error{ErrorKind::Spec, "\"" + classes[std::size_t(place)] + "\" stands there twice", where,
                         "Name each class once"};
        next[std::size_t(place)] = std::int64_t(i);
        names.push_back(classes[std::size_t(place)]);
    }
    const std::int64_t kinds = std::int64_t(names.size());
    std::vector<std::int64_t> room(names.size(), loaded.targets.size(0));
    for (std::int64_t i = 0; rows && i < kinds; ++i)
        room[std::size_t(i)] = *rows / kinds + (i < *rows % kinds);
    loaded.dropped.resize(std::size_t(loaded.targets.size(0)), 0);
    std::int64_t* label = loaded.targets.mutable_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < loaded.targets.size(0); ++row) {
        if (label[row] < 0 || label[row] >= std::int64_t(next.size()))
            continue;
        label[row] = next[std::size_t(label[row])];
        std::uint8_t& dropped = loaded.dropped[std::size_t(row)];
        // The source's own test rows are not counted.
        const bool counted = row < loaded.info.rows;
        if (label[row] < 0)
            dropped = 1;
        else if (!dropped && counted && room[std::size_t(label[row])]-- <= 0)
            dropped = 1;
    }
    loaded.info.classes = std::move(names);
    return {};
}

}
