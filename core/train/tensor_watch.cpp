// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tensor_watch.h"

#include "core/base/clock.h"
#include "core/train/layers_seen.h"

#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cstring>

namespace core::train {

namespace {

constexpr std::int64_t mostCounted = 1 << 15; ///< elements of one histogram
constexpr std::int64_t watchedBins = 48;
constexpr double watchedSeconds = 0.3, watchedShare = 50; ///< between two, and as many times what one cost

std::string someOf(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 6); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return text + (names.size() > 6 ? ", …" : "");
}

bool isPlain(const at::Tensor& tensor)
{
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
}

}

void TensorWatch::findSources(Engine& engine)
{
    const std::vector<tensor::NamedTensor> weights = engine.learner().weights();
    for (const auto& [kind, prefix] : {std::pair(Weight, ""), {Gradient, "gradient/"}, {Update, "update/"}})
        for (const tensor::NamedTensor& weight : weights)
            if (kind == Weight ? weight.tensor.is_floating_point() : weight.tensor.requires_grad())
                m_sources.push_back({weight.tensor, kind, prefix + weight.name});
    const auto maybe = [](const spec::CaptureSpec& capture) {
        return capture.collection ? *capture.collection == "activations"
                                  : capture.regex.find("activ") != std::string::npos;
    };
    if (std::ranges::any_of(m_captures, maybe))
        findActivations(engine);
}

void TensorWatch::findActivations(Engine& engine)
{
    for (const LayerSeen& layer : layersOf(engine))
        if (layer.floating)
            m_sources.push_back({{}, Activation, "activation/" + layer.name});
}

void TensorWatch::follow(Engine& engine, events::EventHub& hub, bool watched)
{
    m_learner = &engine.learner();
    m_captures = engine.experiment().capture;
    m_watched = watched;
    m_plan = nullptr;
    m_plans.clear();
    m_sources.clear();
    m_selected.clear();
    // Trees have no weights that move in place: there is nothing to take statistics of.
    if (!m_learner->hasGradients())
        m_captures.clear();
    if (!m_captures.empty())
        findSources(engine);
    std::vector<std::string> names;
    for (const Source& source : m_sources)
        names.push_back(source.name);
    for (std::size_t i = 0; i < m_captures.size(); ++i) {
        m_selected.push_back(spec::selected(m_captures[i], names));
        if (!m_captures[i].collection && std::ranges::find(m_selected[i], true) == m_selected[i].end())
            hub.publish(events::Notice{engine.step(),
                                       {base::ErrorKind::Spec,
                                        "\"" + m_captures[i].regex + "\" finds no tensor of this network",
                                        "/capture/" + std::to_string(i) + "/regex", "There are " + someOf(names)}});
    }
    m_due.assign(m_captures.size(), false);
    m_learner->onGradients(m_captures.empty() ? std::function<void()>{} : [this] {
        if (m_plan)
            take(Gradient);
    });
    m_onOutput = [this](const model::LayerPass& layer) { takeOutput(calledLayer(layer.name), layer.output); };
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
    prepareSpreads();
    take(Weight);
    copyWeights();
    m_outputPlaces.clear();
    for (std::size_t i = m_plan->begins[Activation]; i < m_plan->begins[Kinds]; ++i)
        m_outputPlaces.emplace(m_sources[m_plan->places[i].source].name, i);
    if (!m_outputPlaces.empty())
        m_learner->onOutputs(&m_onOutput);
}

// Histograms that are asked for are kept; whoever watches sees all of them now and then.
void TensorWatch::prepareSpreads()
{
    m_spreading = m_plan->keeps || (m_watched && base::steadySeconds() >= m_nextSpread);
    if (!m_spreading)
        return;
    events::TensorHistograms& all = spreads();
    all.step = m_step;
    all.kept = m_plan->keeps;
    std::size_t used = 0;
    for (Place& place : m_plan->places) {
        const std::int64_t bins = m_plan->keeps ? place.bins : watchedBins;
        place.spread = used;
        if (bins == 0)
            continue;
        if (all.tensors.size() == used)
            all.tensors.emplace_back();
        all.tensors[used].name = m_sources[place.source].name;
        all.tensors[used++].counts.resize(std::size_t(bins));
    }
    all.tensors.resize(used);
}

std::vector<std::string> TensorWatch::statisticsOf(std::size_t source) const
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < m_captures.size(); ++i)
        if (m_due[i] && m_selected[i][source])
            for (const std::string& name : spec::statisticsOf(m_captures[i]))
                if (std::ranges::find(all, name) == all.end())
                    all.push_back(name);
    return all;
}

std::int64_t TensorWatch::binsOf(std::size_t source) const
{
    std::int64_t bins = 0;
    for (std::size_t i = 0; i < m_captures.size(); ++i)
        if (m_due[i] && m_selected[i][source] && m_captures[i].histogram)
            bins = std::max(bins, m_captures[i].bins);
    return bins;
}

TensorWatch::Plan TensorWatch::makePlan() const
{
    Plan plan;
    for (std::size_t i = 0; i < m_sources.size(); ++i) {
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
        Place place{i, std::size_t(set - plan.sets.begin()), set->names.tensors.size(), binsOf(i)};
        if (m_sources[i].kind == Update)
            place.before = at::empty_like(m_sources[i].weight);
        plan.keeps = plan.keeps || place.bins > 0;
        plan.places.push_back(std::move(place));
        for (int kind = m_sources[i].kind + 1; kind <= Kinds; ++kind)
            plan.begins[kind] = plan.places.size();
        set->names.tensors.push_back(m_sources[i].name);
    }
    for (Set& set : plan.sets)
        set.values.resize(set.names.tensors.size() * set.statistics.size());
    return plan;
}

// The values of all places of a kind, as the tensors are now.
void TensorWatch::take(Kind kind)
{
    m_taken.clear();
    for (std::size_t i = m_plan->begins[kind]; i < m_plan->begins[kind + 1]; ++i) {
        const Place& place = m_plan->places[i];
        const at::Tensor& weight = m_sources[place.source].weight;
        const at::Tensor& tensor = kind == Gradient ? weight.grad() : kind == Update ? place.before : weight;
        // A weight that took no part in the step has no gradient.
        m_taken.push_back(tensor.defined() ? tensor : tensor::empty({0}));
    }
    note(m_plan->begins[kind]);
}

void TensorWatch::takeOutput(const std::string& layer, const at::Tensor& output)
{
    const auto found = m_plan ? m_outputPlaces.find("activation/" + layer) : m_outputPlaces.end();
    if (!m_plan || found == m_outputPlaces.end())
        return;
    m_taken.assign(1, output.detach());
    note(found->second);
}

// What was taken, from place `from` on.
void TensorWatch::note(std::size_t from)
{
    const std::vector<tensor::Statistics> statistics = tensor::statisticsOf(m_taken);
    for (std::size_t i = 0; i < m_taken.size(); ++i) {
        const Place& place = m_plan->places[from + i];
        Set& set = m_plan->sets[place.set];
        double* value = set.values.data() + place.row * set.statistics.size();
        for (const tensor::TakeStatistic take : set.statistics)
            *value++ = take(statistics[i], m_taken[i]);
        if (!m_spreading || (m_plan->keeps && place.bins == 0))
            continue;
        events::TensorHistograms::Spread& spread = spreads().tensors[place.spread];
        const tensor::Span span = tensor::countInto(m_taken[i], statistics[i], spread.counts, mostCounted);
        spread.low = span.low;
        spread.high = span.high;
    }
}

void TensorWatch::copyWeights()
{
    const at::NoGradGuard noGraph;
    for (std::size_t i = m_plan->begins[Update]; i < m_plan->begins[Update + 1]; ++i) {
        const Place& place = m_plan->places[i];
        const at::Tensor& weight = m_sources[place.source].weight;
        if (isPlain(weight) && isPlain(place.before))
            std::memcpy(place.before.mutable_data_ptr<float>(), weight.const_data_ptr<float>(), weight.nbytes());
        else
            place.before.copy_(weight);
    }
}

// What the update changed.
void TensorWatch::subtract()
{
    const at::NoGradGuard noGraph;
    for (std::size_t i = m_plan->begins[Update]; i < m_plan->begins[Update + 1]; ++i) {
        const Place& place = m_plan->places[i];
        const at::Tensor& weight = m_sources[place.source].weight;
        if (isPlain(weight) && isPlain(place.before)) {
            float* out = place.before.mutable_data_ptr<float>();
            const float* now = weight.const_data_ptr<float>();
            for (std::int64_t k = 0; k < weight.numel(); ++k)
                out[k] = now[k] - out[k];
        } else {
            place.before.neg_().add_(weight);
        }
    }
}

void TensorWatch::end(events::EventHub& hub)
{
    const double began = base::steadySeconds();
    m_learner->onOutputs(nullptr);
    subtract();
    take(Update);
    publish(hub);
    if (m_spreading && m_watched) {
        const double now = base::steadySeconds();
        m_nextSpread = now + std::max(watchedSeconds, watchedShare * (now - began));
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
    if (m_spreading && !spreads().tensors.empty())
        hub.publish(m_spread);
}

}
