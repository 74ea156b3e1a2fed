// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule.h"
#include "core/events/findings.h"
#include "core/spec/rules.h"

namespace core::debug {

/// How a rule's state is called by SageMaker; `NotApplicable` is ours.
inline constexpr const char* inProgress = "InProgress";
inline constexpr const char* noIssuesFound = "NoIssuesFound";
inline constexpr const char* issuesFound = "IssuesFound";
inline constexpr const char* inError = "Error";
inline constexpr const char* stopping = "Stopping";
inline constexpr const char* stopped = "Stopped";
inline constexpr const char* notApplicable = "NotApplicable";

/// How a run came to its end, for the rules.
enum class Ending {
    Done,    ///< it ran to its end, or failed
    Stopped, ///< by a person or by a rule
    Open     ///< it may go on
};

/// Runs rules over what a run saves, step by step. A state latches: once a rule has fired it stays IssuesFound, while
/// every later step at which it fires is still told.
class RuleEngine {
public:
    RuleEngine(const std::vector<spec::RuleSpec>& rules, RunFacts facts);
    ~RuleEngine();

    /// `known` names what the frame's samples are of. Frames come in ascending order.
    void advance(const Signals& known, const Frame& frame);
    /// Nothing was saved from `since` until `now`, while the run was going.
    void silence(double since, double now);
    /// Somebody asked the run to stop.
    void stop();
    void finish(Ending ending);

    /// What was found, and which states changed, since it was last asked.
    std::vector<events::Finding> takeFindings();
    std::vector<events::RuleStateChanged> takeChanges();
    /// Of every rule, in the order in which they were given.
    const std::vector<events::RuleStateChanged>& states() const { return m_states; }
    /// How often each has fired.
    const std::vector<std::int64_t>& counts() const { return m_counts; }

private:
    struct Running;
    void bind(const Signals& known);
    void bindOne(Running& rule, std::size_t place, const Signals& known);
    void note(std::size_t place, std::int64_t step, Verdict verdict);
    void change(std::size_t place, const std::string& state, std::string details);
    static bool saw(const Running& running);
    std::string whyNothing(std::size_t place) const;

    RunFacts m_facts;
    std::vector<Running> m_rules;
    std::vector<events::RuleStateChanged> m_states;
    std::vector<std::int64_t> m_counts;
    std::vector<events::Finding> m_findings;
    std::vector<events::RuleStateChanged> m_changes;
    std::vector<double> m_values;                        ///< by signal: the newest
    std::vector<std::uint64_t> m_stamps;                 ///< by signal: in which frame it came
    std::vector<std::vector<std::uint32_t>> m_listeners; ///< by signal: the rules that want it
    std::vector<std::uint64_t> m_woken;                  ///< by rule: the frame that it was last woken in
    std::vector<std::uint32_t> m_awake;
    double m_lastTime = -1;
    std::uint64_t m_frame = 0, m_version = ~std::uint64_t(0);
    std::int64_t m_step = 0;
};

/// Everything that rules find in a trace, and their states at its end.
struct Findings {
    std::vector<events::Finding> findings;
    std::vector<events::RuleStateChanged> states;
    std::vector<std::int64_t> counts;
};
Findings run(const std::vector<spec::RuleSpec>& rules, const Trace& trace, RunFacts facts, Ending ending);

/// What all rules together want to be saved.
std::vector<Need> needsOf(const std::vector<spec::RuleSpec>& rules);

}
