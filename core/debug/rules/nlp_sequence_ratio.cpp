// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::nlp_sequence_ratio {

namespace {

struct Spec {
    Names tensorRegex{".*embedding0_input_0"};
    std::vector<double> tokenValues{0};
    std::vector<double> tokenThresholdsPercent{50};
};

/// Fires where of the tokens of a step 100 · (how many are a given one) / (all) > its threshold.
class NLPSequenceRatio final : public Rule {
public:
    explicit NLPSequenceRatio(Spec spec) : m_spec(std::move(spec)) {}

    base::Status prepare(const RunFacts&) override
    {
        if (m_spec.tokenValues.size() == m_spec.tokenThresholdsPercent.size() && !m_spec.tokenValues.empty())
            return {};
        return base::Error{base::ErrorKind::Spec,
                           std::to_string(m_spec.tokenValues.size()) + " token_values stand beside " +
                               std::to_string(m_spec.tokenThresholdsPercent.size()) + " token_thresholds_percent",
                           {},
                           "Give a threshold for each token"};
    }

    std::vector<Need> needs() const override
    {
        // Of runs of this program: what the network is given.
        Need need{{{}, m_spec.tensorRegex}, {}};
        if (m_spec.tensorRegex == Spec{}.tensorRegex)
            need.tensors.regexes.push_back("^input_0$");
        for (const double token : m_spec.tokenValues)
            need.statistics.push_back("token_share(" + exactly(token) + ")");
        return {need};
    }

    Verdict at(const Moment& now) override
    {
        for (const Watched& tensor : now.tensors())
            for (std::size_t i = 0; i < m_spec.tokenValues.size(); ++i)
                if (const double share = now.value(tensor, i); share > m_spec.tokenThresholdsPercent[i])
                    return Hit{tensor.tensor, share, m_spec.tokenThresholdsPercent[i],
                               figure(share) + " % of the tokens of " + tensor.tensor + " are " +
                                   figure(m_spec.tokenValues[i]) + "."};
        return {};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    const base::Real percent{0, 100};
    all.add<NLPSequenceRatio>(
        "NLPSequenceRatio", "One token makes up most of the text",
        "Fires when a token, such as padding or the unknown word, makes up too much of what a network is given.",
        {"Padding costs time and teaches nothing; unknown words hide what the text says.",
         {"Texts of very different lengths are padded to the longest.", "The vocabulary is too small."},
         {"shorter_texts", "vocabulary"},
         false,
         true},
        regexField<Spec>()
            .add("token_values", &Spec::tokenValues, spec::listOf(base::Real{}), {"The tokens, by number."})
            .add("token_thresholds_percent", &Spec::tokenThresholdsPercent, spec::listOf(percent),
                 {"How much of the text each may make up."}, {.unit = "%"}));
}

}
