// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"

namespace core::spec {

/// A debugger rule that watches a run, and what is done when it fires.
struct RuleSpec {
    std::string rule;                     ///< its class: `VanishingGradient`
    base::Value params = base::Object{};  ///< its own
    std::string name = {};                ///< what it is called in this run; empty: as its class
    std::vector<base::Pick> actions = {}; ///< once, when it fires for the first time

    bool operator==(const RuleSpec&) const = default;
};

/// What watches a run unless somebody asks for other rules.
std::vector<RuleSpec> usualRules();

/// The family of rules and what each has besides its own parameters.
base::OneOf ruleDomain();

/// Puts `/rules` into the form that is checked: a name alone, `vanishing_gradient` for `VanishingGradient`, numbers,
/// lists and truth values as text ("1e-7", "a,b", "True"), and SageMaker's ways to write actions.
base::Value plainRules(const base::Value& given, const base::Catalog& catalog);

/// What no single field of `/rules` can see.
void checkRules(const std::vector<RuleSpec>& rules, std::vector<base::Error>& problems);

/// What each is called in a run: its name or its class, of a second one with `-2` behind it.
std::vector<std::string> ruleNames(const std::vector<RuleSpec>& rules);

}

template <>
struct core::base::Codec<core::spec::RuleSpec> {
    static Value write(const spec::RuleSpec& rule);
    static spec::RuleSpec read(const Value& value);
};
