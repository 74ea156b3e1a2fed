// SPDX-License-Identifier: GPL-3.0-or-later
// The fixes of a rule, with those that only the data can tell.
#include "core/data/dataset.h"
#include "core/session/rules.h"
#include "core/spec/experiment.h"

#include <algorithm>

namespace core::session {

using base::Array;
using base::Value;

namespace rule_offers {

// Columns that both leave in; rows that either leaves out.
void join(debug::Changes& into, const debug::Changes& more)
{
    for (const auto& [path, value] : more) {
        const auto known = std::ranges::find(into, path, &std::pair<std::string, Value>::first);
        if (known == into.end()) {
            into.emplace_back(path, value);
        } else if (path == "data.edits" && !value.array().empty()) {
            known->second.array().push_back(value.array().back());
        } else if (path == "data.features") {
            const Array& other = value.array();
            std::erase_if(known->second.array(),
                          [&](const Value& name) { return std::ranges::find(other, name) == other.end(); });
        }
    }
}

debug::Remedies remediesOf(const Value& resolved)
{
    debug::Remedies all;
    const auto looked = data::DataModule::open(spec::read(resolved), false);
    if (!looked)
        return all;
    for (const data::Problem& problem : looked->problems())
        if (!problem.changes.empty())
            join(all[problem.kind], problem.changes);
    return all;
}

}

std::vector<debug::Offer> offersFor(const std::string& rule, const Value& resolved)
{
    const debug::RuleFacts* facts = debug::allRules().facts(rule);
    if (!facts)
        return {};
    const bool native = resolved["data"].isObject() && resolved["model"].isObject();
    return debug::offersOf(facts->fixes, resolved,
                           native && debug::asksTheData(facts->fixes) ? rule_offers::remediesOf(resolved)
                                                                      : debug::Remedies{});
}

}
