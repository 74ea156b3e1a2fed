// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/halving.h"

namespace core::tune::pruners::hyperband {

namespace {

/// Brackets of successive halving that begin later and later; trials compete inside of theirs.
class Hyperband final : public Pruner {
public:
    explicit Hyperband(BracketSpec spec) : m_spec(spec) {}

    std::optional<Stop> judge(const History& history, const Trial& trial) const override
    {
        const Trial* first = m_spec.maxResource ? nullptr : firstWhole(history);
        if (!m_spec.maxResource && !first)
            return {};
        const auto table = hyperbandTable(m_spec.minResource, first ? *first->lastStep() + 1 : *m_spec.maxResource,
                                          m_spec.reductionFactor);
        const std::size_t bracket = bracketOf(trial.number, table);
        const HalvingSpec halving{m_spec.minResource, m_spec.reductionFactor, std::int64_t(bracket),
                                  m_spec.bootstrapCount};
        auto stop = judgeByHalving(
            history, trial, m_spec.minResource, halving, "Hyperband",
            [&](const Trial& other) { return bracketOf(other.number, table) == bracket; }, first ? first->finished : 0);
        if (stop)
            stop->message += ", bracket " + std::to_string(bracket);
        return stop;
    }

    void check(const CheckedPart& part, TuningChecked& found) const override
    {
        const auto wrong = [&](std::string message, const char* key, std::string advice) {
            found.problems.push_back(
                {base::ErrorKind::Spec, std::move(message), std::string("/tuning/strategy/") + key, std::move(advice)});
        };
        if (m_spec.maxResource && *m_spec.maxResource < m_spec.minResource)
            wrong("max_resource is below min_resource", "max_resource", "Give the steps of a whole trial");
        if (m_spec.maxResource && *m_spec.maxResource > part.limits.hyperbandResource)
            wrong("max_resource " + std::to_string(*m_spec.maxResource) + " is above " +
                      std::to_string(part.limits.hyperbandResource),
                  "max_resource", "Count epochs, not steps");
        if (m_spec.bootstrapCount > 0 && !m_spec.maxResource)
            wrong("bootstrap_count needs a max_resource", "max_resource", "Give the steps of a whole trial");
    }

private:
    BracketSpec m_spec;
};

}

void enroll(Pruners& all)
{
    all.add<Hyperband>("Hyperband", "Hyperband", "Brackets of successive halving, from eager to patient.",
                       bracketFields());
}

}
