// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/schema.h"

#include <algorithm>

namespace core::base {

namespace {

template <class Items, class Member>
auto* findBy(const Items& items, Member member, std::string_view name)
{
    const auto found = std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.*member == name; });
    return found == items.end() ? nullptr : &*found;
}

}

const Field* Schema::find(std::string_view key) const
{
    return findBy(fields, &Field::key, key);
}
const Entry* Family::find(std::string_view kind) const
{
    return findBy(entries, &Entry::kind, kind);
}
const Family* Catalog::find(std::string_view family) const
{
    return findBy(m_families, &Family::name, family);
}
void Catalog::add(Family family)
{
    m_families.push_back(std::move(family));
}

}
