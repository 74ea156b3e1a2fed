// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/debug/causes.h"
#include "core/debug/figure.h"
#include "core/debug/fix.h"
#include "core/debug/moment.h"

#include <optional>

namespace core::debug {

/// Statistics that a rule wants of some tensors. `class_count(*)`: one for each class that there is.
struct Need {
    Selection tensors;
    std::vector<std::string> statistics;
    std::vector<Mode> modes = {}; ///< empty: every one
    bool required = true;         ///< without it the rule has nothing to say
};

/// The condition of a rule is met.
struct Hit {
    std::string tensor;
    double value = 0, threshold = 0;
    std::string message; ///< one sentence with its numbers
    std::int64_t since = -1;
};
using Verdict = std::optional<Hit>;

/// What a rule compares with which of its parameters, for a plot of it.
struct Compared {
    std::string title = {};     ///< of the axis: `mean |gradient|`; empty: nothing that can be drawn
    std::string threshold = {}; ///< the parameter's key; empty: none can be dragged
    bool above = true;          ///< fires above it; else below
    bool log = false;
    bool direct = false; ///< it is the one statistic that the rule needs, of each tensor
};

/// What a rule may know of a run besides its signals.
struct RunFacts {
    base::Value spec;    ///< resolved
    bool rounds = false; ///< an estimator: no gradients, no layers
    std::int64_t stepsPerEpoch = 1, totalSteps = 0;
    std::int64_t trainRows = 0, parameters = 0; ///< 0: not known
    std::vector<std::string> classes;
    spec::LayerTypes layers;       ///< of a network; empty: not known
    std::optional<bool> evaluates; ///< whether there are EVAL steps; unknown: as the trace has them
    /// What another run saved, for rules that compare.
    std::function<base::Result<std::shared_ptr<const Trace>>(const std::string& run)> open;
};

/// Looks at the signals of a run, step by step, and says where something is wrong. It never sees a tensor, so that it
/// says the same of a run that goes on, of one that was recorded, and under other thresholds.
class Rule {
public:
    virtual ~Rule() = default;
    /// Asked once, before anything else.
    virtual std::vector<Need> needs() const = 0;
    /// At every step, in ascending order, at which something of its needs was saved.
    virtual Verdict at(const Moment& now) = 0;
    virtual Compared compared() const { return {}; }
    /// Nothing more comes: what an evaluation at the very end has to say.
    virtual Verdict end() { return {}; }
    /// What is to be said of its state if it has not fired.
    virtual std::string closing() const { return {}; }
    /// Nothing was saved from `since` until `now`, in seconds since the epoch, while the run was going.
    virtual Verdict silence(double since, double now)
    {
        (void)since, (void)now;
        return {};
    }
    /// Whether silence() is of interest.
    virtual bool listensToSilence() const { return false; }
    /// An error in words if it cannot work; before the first step.
    virtual base::Status prepare(const RunFacts& facts)
    {
        (void)facts;
        return {};
    }
};

/// What is known of a rule besides its parameters.
struct RuleFacts {
    std::string why;                      ///< it matters
    std::vector<Cause> causes;            ///< the likeliest first, where nothing is known of a run
    std::vector<std::string> fixes;       ///< keys of allFixes(), the best first
    bool ours = false;                    ///< not one of SageMaker's
    bool networks = false, trees = false; ///< only for them; neither: for both
};

/// The rules of core/debug/rules, and what is known of each.
class Rules {
public:
    explicit Rules(const std::string& family) : m_registry(family) {}

    template <class Implementation, class Spec>
    void add(std::string kind, std::string title, std::string help, RuleFacts facts, base::Fields<Spec> fields)
    {
        m_registry.add<Implementation>(std::move(kind), std::move(title), std::move(help), std::move(fields));
        m_facts.push_back(std::move(facts));
    }

    base::Result<std::unique_ptr<Rule>> make(const base::Pick& pick) const { return m_registry.make(pick); }
    const base::Family& family() const { return m_registry.family(); }
    /// nullptr for a name that is none.
    const RuleFacts* facts(const std::string& kind) const;

private:
    base::Registry<Rule> m_registry;
    std::vector<RuleFacts> m_facts;
};

const Rules& allRules();

// For the rules.

/// The shortest decimals that mean this number: as statistics are spelled.
std::string exactly(double value);

}
