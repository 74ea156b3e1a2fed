// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/torch_test.h"

#include "core/spec/check.h"

#include <algorithm>
#include <set>

namespace tests {

inline bool isSnakeCase(const std::string& key)
{
    return !key.empty() && key.front() >= 'a' && key.front() <= 'z' && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// What every family of plug-ins promises of its declarations: titles and help, keys that are unique and snake_case,
/// defaults inside their domains, logarithmic domains above zero, kinds told apart.
inline void checkDeclared(const core::base::Family& family)
{
    using namespace core;
    REQUIRE_FALSE(family.entries.empty());
    std::set<std::string> kinds;
    const base::Catalog catalog;
    for (const base::Entry& entry : family.entries) {
        INFO(family.name << " " << entry.kind);
        CHECK(kinds.insert(entry.kind).second);
        CHECK_FALSE(entry.title.empty());
        CHECK_FALSE(entry.help.empty());
        std::set<std::string> keys{"kind"};
        for (const base::Field& field : entry.schema.fields) {
            INFO(field.key);
            CHECK(isSnakeCase(field.key));
            CHECK(keys.insert(field.key).second);
            CHECK_FALSE(field.help.text.empty());
            if (const auto* real = std::get_if<base::Real>(&field.domain); real && real->log)
                CHECK((real->min > 0 || (real->min == 0 && real->aboveMin)));
            if (const auto* whole = std::get_if<base::Int>(&field.domain); whole && whole->log)
                CHECK(whole->min > 0);
        }
        const auto checked = spec::check(entry.schema, base::Object{}, "", {catalog});
        for (const base::Error& problem : checked.problems)
            FAIL_CHECK(base::describe(problem));
    }
}

}
