// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/scene.h"
#include "core/store/run_record.h"

namespace core::session {

/// What a recorded run saved, as rules see it: of `train/…` and tensors TRAIN steps, of `validation/…` EVAL steps, each
/// evaluation at step S before training step S. `before`: only what lies before that step; `judged`: with the
/// evaluation at that step.
debug::Trace traceOf(const store::RunRecord& record, std::int64_t before = std::numeric_limits<std::int64_t>::max(),
                     bool judged = false);

/// What rules may know of a run besides.
debug::RunFacts factsOf(const base::Value& resolved, const events::RunOpened* opened,
                        const std::filesystem::path& runs);

/// The share of their time that some steps waited for data; it is the signal `profile/data_wait` at the last of them.
double dataWaitOf(const events::StepTimes& times);

/// How a run ended, for its rules.
debug::Ending endingOf(events::RunState state);

/// Settings with the edits of rules that were made before a step.
base::Value withRulesOf(base::Value resolved, const std::vector<events::Event>& events,
                        std::int64_t before = std::numeric_limits<std::int64_t>::max());
/// Settings with all edits that were made up to a step: what was in force when a finding at that step was made.
base::Value settingsAt(base::Value resolved, const std::vector<events::Event>& events, std::int64_t step);
/// Whether an edit is one of the rules.
bool editsRules(const events::Edited& edit);
/// The rules that watch a run, by what its settings and their last edit say.
std::vector<spec::RuleSpec> rulesOf(const store::RunRecord& record);
/// A list as under `/rules`, alone or under a key of that name; checked. `where` is told with errors.
base::Result<std::vector<spec::RuleSpec>> readRules(const base::Value& given, const std::string& where);

/// What rules say of a run.
struct RuleReport {
    std::vector<spec::RuleSpec> rules;
    debug::Findings found;
    std::map<std::string, std::vector<debug::RankedCause>> causes; ///< of those that fired, by their names
};
RuleReport checkRun(const store::RunRecord& record, const std::vector<spec::RuleSpec>& rules,
                    const std::filesystem::path& runs);

/// The fixes of a rule, by its class, that apply to an experiment. Looks at the data if one of them is about rows; what
/// cannot be known of them then is not offered.
std::vector<debug::Offer> offersFor(const std::string& rule, const base::Value& resolved);
/// Findings with the fixes that apply to an experiment as it was at the first of a rule, after the edits among
/// `events`, and their causes; `rules` tell whose they are.
base::Value toList(const std::vector<events::Finding>& findings, const std::vector<spec::RuleSpec>& rules,
                   const base::Value& resolved, const std::vector<events::Event>& events,
                   const std::map<std::string, std::vector<debug::RankedCause>>& causes = {});
/// `findings`, `states` by rule, and `rules` with what is known of each.
base::Object toObject(const RuleReport& report, const store::RunRecord& record);

}
