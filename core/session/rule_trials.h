// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule_bench.h"
#include "core/session/session.h"
#include "core/store/run_mark.h"

#include <map>
#include <mutex>

namespace core::session {

/// A recorded run as rules see it.
struct Recorded {
    debug::Trace trace;
    debug::RunFacts facts;
    debug::Ending ending = debug::Ending::Open;
    bool ended = false;
    std::vector<events::Event> edits; ///< that were made while it went
};

/// Reads runs for rules; one that has ended is read once. For any thread.
class RecordedRuns {
public:
    base::Result<std::shared_ptr<const Recorded>> read(const std::filesystem::path& run);
    void forget();

private:
    std::mutex m_mutex;
    std::map<std::filesystem::path, std::shared_ptr<const Recorded>> m_all;
};

/// A rule over all recorded runs, and how often it is wrong about those that a person marked.
struct RuleTrials {
    struct Run {
        std::string id;
        std::filesystem::path folder;
        std::optional<bool> sick; ///< as it is marked
        std::int64_t times = 0;   ///< it fires
        std::int64_t first = -1;  ///< the step; −1: never
    };
    std::vector<Run> runs; ///< newest first
    debug::Compared compared;
    double threshold = 0; ///< the rule's own, where it has one
    std::int64_t healthy = 0, sick = 0;
    debug::BenchPoint now;                 ///< under the rule's own threshold
    std::vector<debug::BenchPoint> points; ///< under others, ascending; none without marks
    std::optional<double> best;            ///< the threshold that is wrong least often
};

/// Without `sweep` only the rule's own threshold is tried. A run that cannot be read
/// is left out. `going` gives up: an empty result of kind Interrupted.
base::Result<RuleTrials> tryRule(const spec::RuleSpec& rule, const std::filesystem::path& runs, RecordedRuns& recorded,
                                 bool sweep = true, const Going& going = {});

}
