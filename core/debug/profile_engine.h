// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/profile_rule.h"
#include "core/debug/profile_trace.h"

namespace core::debug {

/// What a rule of the profiler has to say of a run.
struct ProfileResult {
    std::string rule, title, help;
    bool ours = false;  ///< no rule of SageMaker's
    std::string state;  ///< `InProgress NoIssuesFound IssuesFound NotApplicable`
    std::string reason; ///< why it is not applicable
    ProfileVerdict verdict;
    std::int64_t step = -1; ///< the last one before it fired; −1: it has not
    double time = 0;        ///< of the scan that fired, seconds since the epoch
    base::Value parameters = base::Object{};
    std::vector<ProfileAdvice> advice = {}; ///< of what it found
};

/// All rules of the profiler, beside a run or over a recorded one. A rule looks at what it has seen once in each of its
/// scan intervals, and at the end.
class ProfileEngine {
public:
    /// `rules`: `/profiler/rules` of a checked experiment; those that it does not name have their defaults.
    ProfileEngine(const base::Value& rules, ProfileFacts facts);

    void see(const events::SystemSample& sample);
    void see(const events::StepTimes& times);
    /// Nothing more comes.
    void finish(double now);
    /// What the rules would say now.
    std::vector<ProfileResult> results() const;

private:
    struct Watcher {
        std::string rule, title, help;
        base::Value parameters;
        std::unique_ptr<ProfileRule> is;
        double nextScan = 0;
        ProfileVerdict verdict = {};
        std::int64_t step = -1;
        double time = 0;
    };

    void scanUntil(double now);
    void scan(Watcher& watcher, double now);

    ProfileFacts m_facts;
    std::vector<Watcher> m_watchers;
    std::int64_t m_step = 0;
    double m_now = 0;
    bool m_finished = false;
};

ProfileFacts factsOf(const ProfileTrace& trace);
/// The rules over all of a trace. `finished`: nothing more will come.
std::vector<ProfileResult> judge(const ProfileTrace& trace, bool finished);

}
