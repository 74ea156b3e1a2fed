// SPDX-License-Identifier: GPL-3.0-or-later
// What of a network learns, and from which weights.
#include "core/model/initialize.h"
#include "core/train/network_learner.h"
#include "core/train/parameter_groups.h"

#include <algorithm>

namespace core::train {

base::Result<std::vector<std::string>> NetworkLearner::initialize(const model::Weights& weights,
                                                                  const std::string& where)
{
    return model::initialize(*m_network, weights,
                             {m_head, classifies() ? m_info.classes : std::vector<std::string>{}, where});
}

std::string NetworkLearner::reach(std::int64_t epoch)
{
    m_epoch = epoch;
    const std::int64_t before = m_thawed, thawed = m_freezing.thawedAt(epoch);
    if (thawed == before)
        return {};
    // What an optimizer cannot give to some parameters alone was found when it was asked the first time.
    (void)freeze(model::Freezing(m_freezing), m_spec, thawed);
    return m_freezing.thawing(std::min(before, thawed), thawed);
}

// After an error nothing has changed.
base::Status NetworkLearner::freeze(const model::Freezing& freezing, const spec::TrainSpec& train, std::int64_t thawed)
{
    const std::vector<double> rates = freezing.rates(thawed);
    std::vector<ParameterRule> rules = rulesFor(m_network->parameters(), train);
    for (std::size_t i = 0; i < rules.size(); ++i)
        rules[i].rate *= rates[i];
    CORE_CHECK(m_optimizer->setRules(rules));
    for (std::size_t i = 0; i < rules.size(); ++i)
        m_network->parameters()[i].tensor.set_requires_grad(rates[i] > 0);
    m_network->freezingChanged();
    if (m_deviceStep)
        m_deviceStep->forget();
    syncGradients();
    m_freezing = freezing;
    m_thawed = thawed;
    return {};
}

}
