// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule_engine.h"

namespace core::debug {

/// What the causes of a rule's findings are weighed by: the run until the rule, named as in the run, fired first.
/// Without a finding of it, until the end.
Scene sceneOf(const std::string& rule, const std::vector<spec::RuleSpec>& rules, const Trace& trace,
              const RunFacts& facts, const std::vector<events::Finding>& findings);

/// The causes of every rule that fired, by its name in the run.
std::map<std::string, std::vector<RankedCause>> causesOf(const std::vector<spec::RuleSpec>& rules, const Trace& trace,
                                                         const RunFacts& facts,
                                                         const std::vector<events::Finding>& findings);

}
