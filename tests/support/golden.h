// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/spec/check.h"

#include <cmath>

namespace tests {

/// The cases of `tests/golden/<name>`.
inline core::base::Array golden(const std::string& name)
{
    const auto read = core::base::readJson(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/" + name);
    REQUIRE(read);
    REQUIRE_FALSE(read->array().empty());
    return read->array();
}

/// Numbers of a list, of lists in lists, or of one number.
inline std::vector<double> flat(const core::base::Value& value)
{
    if (value.isNumber())
        return {value.toReal()};
    std::vector<double> all;
    for (const auto& item : value.array())
        for (const double number : flat(item))
            all.push_back(number);
    return all;
}

/// The numbers that the scripts beside the goldens call a wave.
inline std::vector<double> wave(std::int64_t count, double salt)
{
    std::vector<double> all;
    for (std::int64_t i = 0; i < count; ++i)
        all.push_back(std::sin(0.7 * double(i) + salt));
    return all;
}

inline at::Tensor tensorOf(const std::vector<double>& values, const std::vector<std::int64_t>& shape,
                           at::ScalarType type = at::kDouble)
{
    at::Tensor made = core::tensor::empty({std::int64_t(values.size())}, at::kDouble);
    std::copy(values.begin(), values.end(), made.mutable_data_ptr<double>());
    return made.to(type).reshape(shape);
}

inline std::vector<double> numbersIn(const at::Tensor& tensor)
{
    const at::Tensor here = tensor.detach().to(at::kDouble).contiguous();
    return {here.const_data_ptr<double>(), here.const_data_ptr<double>() + here.numel()};
}

inline double largest(const std::vector<double>& values)
{
    double most = 0;
    for (const double value : values)
        most = std::max(most, std::abs(value));
    return most;
}

/// The largest distance between two lists; infinite if one is not as long as the other or something is not finite.
inline double distance(const std::vector<double>& a, const std::vector<double>& b)
{
    if (a.size() != b.size())
        return HUGE_VAL;
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double between = std::abs(a[i] - b[i]);
        most = std::isfinite(between) ? std::max(most, between) : HUGE_VAL;
    }
    return most;
}

/// Every plug-in can be shown and made from nothing but its kind: titles and help are there, defaults are valid.
/// `inside`: families that their parameters choose from.
inline void checkEntries(const core::base::Family& family, const std::vector<core::base::Family>& inside = {})
{
    REQUIRE_FALSE(family.entries.empty());
    core::base::Catalog catalog;
    for (const core::base::Family& other : inside)
        catalog.add(other);
    for (const core::base::Entry& entry : family.entries) {
        INFO(family.name << " " << entry.kind);
        CHECK_FALSE(entry.title.empty());
        CHECK_FALSE(entry.help.empty());
        for (const core::base::Field& field : entry.schema.fields) {
            INFO(field.key);
            CHECK_FALSE(field.help.text.empty());
        }
        const auto checked = core::spec::check(entry.schema, core::base::Object{}, "", {catalog});
        CHECK(checked.problems.empty());
    }
}

}
