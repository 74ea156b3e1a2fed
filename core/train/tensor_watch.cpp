// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tensor_watch.h"

#include <algorithm>
#include <limits>

namespace core::train {

namespace {

std::string someOf(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 6); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return text + (names.size() > 6 ? ", …" : "");
}

}

void TensorWatch::follow(Engine& engine, events::EventHub& hub)
{
    m_captures = engine.experiment().capture;
    m_plan = nullptr;
    m_plans.clear();
    m_tensors.clear();
    m_names.clear();
    m_selected.clear();
    // Trees have no weights that move in place: there is nothing to take statistics of.
    if (!engine.learner().hasGradients())
        m_captures.clear();
    const std::vector<tensor::NamedTensor> weights = engine.learner().weights();
    for (const bool gradient : {false, true})
        for (const tensor::NamedTensor& weight : weights)
            if (gradient ? weight.tensor.requires_grad() : weight.tensor.is_floating_point()) {
                m_tensors.emplace_back(weight.tensor, gradient);
                m_names.push_back((gradient ? "gradient/" : "") + weight.name);
            }
    for (std::size_t i = 0; i < m_captures.size(); ++i) {
        m_selected.push_back(spec::selected(m_captures[i], m_names));
        if (!m_captures[i].collection && std::ranges::find(m_selected[i], true) == m_selected[i].end())
            hub.publish(events::Notice{engine.step(),
                                       {base::ErrorKind::Spec,
                                        "\"" + m_captures[i].regex + "\" finds no tensor of this network",
                                        "/capture/" + std::to_string(i) + "/regex", "There are " + someOf(m_names)}});
    }
    m_due.assign(m_captures.size(), false);
    engine.learner().onGradients(m_captures.empty() ? std::function<void()>{} : [this] {
        if (m_plan)
            take(m_plan->weights, m_plan->places.size());
    });
}

void TensorWatch::begin(std::int64_t step)
{
    bool any = false;
    for (std::size_t i = 0; i < m_captures.size(); ++i) {
        m_due[i] = m_captures[i].savesAt(step);
        any = any || m_due[i];
    }
    if (!any)
        return;
    auto plan = m_plans.find(m_due);
    if (plan == m_plans.end()) {
        plan = m_plans.emplace(m_due, makePlan()).first;
        for (Set& set : plan->second.sets)
            set.names.set = m_sets++;
    }
    m_step = step;
    m_plan = &plan->second;
    take(0, m_plan->weights);
}

std::vector<std::string> TensorWatch::statisticsOf(std::size_t tensor) const
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < m_captures.size(); ++i)
        if (m_due[i] && m_selected[i][tensor])
            for (const std::string& name : spec::statisticsOf(m_captures[i]))
                if (std::ranges::find(all, name) == all.end())
                    all.push_back(name);
    return all;
}

TensorWatch::Plan TensorWatch::makePlan() const
{
    Plan plan;
    for (std::size_t i = 0; i < m_tensors.size(); ++i) {
        const std::vector<std::string> statistics = statisticsOf(i);
        if (statistics.empty())
            continue;
        auto set = std::ranges::find(plan.sets, statistics, [](const Set& s) { return s.names.statistics; });
        if (set == plan.sets.end()) {
            set = plan.sets.insert(set, Set{});
            set->names.statistics = statistics;
            for (const std::string& name : statistics)
                set->statistics.push_back(tensor::statisticNamed(name));
        }
        const auto& [weight, gradient] = m_tensors[i];
        plan.places.push_back({weight, gradient, std::size_t(set - plan.sets.begin()), set->names.tensors.size()});
        plan.weights += !gradient;
        set->names.tensors.push_back(m_names[i]);
    }
    for (Set& set : plan.sets)
        set.values.resize(set.names.tensors.size() * set.statistics.size());
    return plan;
}

// The values of places `from … to − 1`, as the tensors are now.
void TensorWatch::take(std::size_t from, std::size_t to)
{
    m_taken.clear();
    for (std::size_t i = from; i < to; ++i) {
        const Place& place = m_plan->places[i];
        const at::Tensor& tensor = place.gradient ? place.weight.grad() : place.weight;
        // A weight that took no part in the step has no gradient.
        m_taken.push_back(tensor.defined() ? tensor : tensor::empty({0}));
    }
    const std::vector<tensor::Statistics> statistics = tensor::statisticsOf(m_taken);
    for (std::size_t i = from; i < to; ++i) {
        const Place& place = m_plan->places[i];
        Set& set = m_plan->sets[place.set];
        double* value = set.values.data() + place.row * set.statistics.size();
        for (const tensor::TakeStatistic take : set.statistics)
            *value++ = take(statistics[i - from], m_taken[i - from]);
    }
}

void TensorWatch::publish(events::EventHub& hub)
{
    for (Set& set : m_plan->sets) {
        if (!set.named) {
            set.names.step = m_step;
            hub.publish(events::Event(set.names));
            set.named = true;
        }
        hub.publish(events::Event(events::TensorStats{m_step, set.names.set, set.values}));
    }
}

}
