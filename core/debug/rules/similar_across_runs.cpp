// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <map>

namespace core::debug::rules::similar_across_runs {

namespace {

struct Spec {
    std::string otherTrials;
    Names collectionNames, tensorRegex;
};

constexpr double relative = 1e-5, absolute = 1e-8;

/// Fires at each step at which a selected tensor differs from the other run's: any statistic that both recorded is not
/// close (|a − b| ≤ 1e-8 + 1e-5 · |b|; NaN equals NaN). The name, which is SageMaker's, says the opposite.
class SimilarAcrossRuns final : public Rule {
public:
    explicit SimilarAcrossRuns(Spec spec) : m_spec(std::move(spec)) {}

    base::Status prepare(const RunFacts& facts) override
    {
        if (m_spec.otherTrials.empty())
            return base::Error{
                base::ErrorKind::Spec, "names no other run", {}, "Give other_trials: a run's folder or id"};
        if (!facts.open)
            return base::Error{base::ErrorKind::Spec, "other runs cannot be read here", {}, {}};
        CORE_TRY(other, facts.open(m_spec.otherTrials));
        m_other = std::move(other);
        std::vector<std::pair<std::string, std::string>> names(m_other->known.size());
        for (const Signals::Tensor& tensor : m_other->known.tensors())
            for (const auto& [statistic, id] : tensor.statistics)
                names[id] = {tensor.name, statistic};
        for (std::size_t i = 0; i < m_other->size(); ++i) {
            const Frame frame = m_other->frame(i);
            for (const Sample& sample : frame.samples)
                m_values[{frame.step, frame.mode == Mode::Eval}][names[sample.id]] = sample.value;
        }
        return {};
    }

    std::vector<Need> needs() const override { return {{{m_spec.collectionNames, m_spec.tensorRegex, true}, {"*"}}}; }

    Verdict at(const Moment& now) override
    {
        const auto there = m_values.find({now.step, now.mode == Mode::Eval});
        if (there == m_values.end())
            return {};
        for (const Watched& tensor : now.tensors())
            for (std::size_t i = 0; i < tensor.sources.size(); ++i) {
                const std::string& statistic = tensor.sources[i].statistic;
                const auto other = there->second.find({tensor.tensor, statistic});
                if (!now.has(tensor, i) || other == there->second.end())
                    continue;
                const double a = now.value(tensor, i), b = other->second;
                const double allowed = absolute + relative * std::abs(b);
                if (a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= allowed)
                    continue;
                return Hit{tensor.tensor, std::abs(a - b), allowed,
                           "The " + (statistic == "value" ? std::string("value") : statistic) + " of " + tensor.tensor +
                               " is " + figure(a) + " here and " + figure(b) + " in " + m_spec.otherTrials + "."};
            }
        return {};
    }

private:
    Spec m_spec;
    std::shared_ptr<const Trace> m_other;
    std::map<std::pair<std::int64_t, bool>, std::map<std::pair<std::string, std::string>, double>> m_values;
};

}

void enroll(Rules& all)
{
    all.add<SimilarAcrossRuns>(
        "SimilarAcrossRuns", "Differs from another run",
        "Compares with another run and fires at each step at which a tensor differs; the name is SageMaker's.",
        {"A run that should repeat another and does not cannot be trusted in what it compares.",
         {"Another seed, other data or other settings.",
          "Another number of threads or another device.",
          {"Operations that do not repeat bit for bit.", {clue::without("train.deterministic", 0.6)}}},
         {"deterministic"}},
        selectionFields<Spec>(base::Fields<Spec>{}.add("other_trials", &Spec::otherTrials, base::Text{},
                                                       {"The run that is compared with: its folder or its id."})));
}

}
