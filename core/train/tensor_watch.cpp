// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tensor_watch.h"

#include "core/base/clock.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

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

bool isLastOutput(const at::Tensor& tensor, const at::Tensor& last, std::int64_t version)
{
    return last.defined() && tensor.data_ptr() == last.data_ptr() && tensor.sizes() == last.sizes() &&
           tensor.strides() == last.strides() && tensor.scalar_type() == last.scalar_type() &&
           std::int64_t(tensor._version()) == version && std::int64_t(last._version()) == version;
}

// Which evaluation it is, from 0: one at the end of each epoch, and at the end of the run.
std::int64_t evaluationAt(const Engine& engine)
{
    const std::int64_t step = engine.step();
    return engine.timeline().epochOf(step) - (engine.timeline().epochEndsAt(step) ? 1 : 0);
}

}

void TensorWatch::follow(Engine& engine, events::EventHub& hub, bool watched)
{
    m_learner = &engine.learner();
    m_captures = engine.experiment().capture;
    const std::size_t own = m_captures.size();
    for (spec::CaptureSpec& need : capturesForRules(engine.experiment().rules))
        m_captures.push_back(std::move(need));
    m_watched = watched;
    m_plan = nullptr;
    m_plans.clear();
    m_selected.clear();
    m_kept.follow(engine.step());
    m_sources = m_captures.empty() ? WatchSources{} : WatchSources::of(engine, m_captures);
    for (std::size_t i = 0; i < m_captures.size(); ++i) {
        m_selected.push_back(m_sources.selected(m_captures[i]));
        const auto tell = [&](const std::string& message, const std::string& key, const std::string& advice) {
            hub.publish(events::Notice{
                engine.step(), {base::ErrorKind::Spec, message, "/capture/" + std::to_string(i) + key, advice}});
        };
        const bool none = std::ranges::find(m_selected[i], true) == m_selected[i].end();
        if (i < own && none && !m_captures[i].collection && !m_sources.boosted)
            tell("\"" + m_captures[i].regex + "\" finds no tensor of this network", "/regex",
                 "There are " + someOf(m_sources.names()));
        if (i < own && m_captures[i].mode == "PREDICT")
            tell("a training makes no predictions, so nothing is captured of them", "/mode", "Set it to TRAIN or EVAL");
    }
    m_due.assign(m_captures.size(), false);
    m_stride = 0;
    for (const spec::CaptureSpec& capture : m_captures)
        if (capture.mode == "GLOBAL" || capture.mode == "TRAIN")
            m_stride = std::gcd(m_stride, capture.saveSteps.empty() ? capture.saveInterval : 1);
    m_learner->onGradients(m_captures.empty() ? std::function<void()>{} : [this] {
        if (m_plan)
            take(WatchKind::Gradient);
    });
    m_onOutput = [this](const model::LayerPass& layer) { takePass(layer); };
    m_onAnswer = [this](const at::Tensor& input, const at::Tensor& target, const at::Tensor& output) {
        takeAnswer(input, target, output);
    };
}

// Which captures are due; `step` counts updates, or evaluations.
bool TensorWatch::findDue(std::int64_t step, bool evaluation)
{
    bool any = false;
    for (std::size_t i = 0; i < m_captures.size(); ++i) {
        const std::string& mode = m_captures[i].mode;
        m_due[i] = (mode == "GLOBAL" || mode == (evaluation ? "EVAL" : "TRAIN")) && m_captures[i].savesAt(step);
        any = any || m_due[i];
    }
    return any;
}

WatchPlan& TensorWatch::planFor(bool evaluation)
{
    const auto known = m_plans.find({evaluation, m_due});
    if (known != m_plans.end())
        return known->second;
    WatchPlan plan = makePlan(m_sources, m_captures, m_due, m_selected, evaluation, m_sets);
    m_sets += std::int64_t(plan.sets.size());
    return m_plans.emplace(std::pair(evaluation, m_due), std::move(plan)).first->second;
}

void TensorWatch::begin(std::int64_t step)
{
    if (!findDue(step, false))
        return;
    m_step = step;
    m_plan = &planFor(false);
    prepareSpreads();
    take(WatchKind::Weight);
    copyWeights();
    if (!m_plan->passes.empty())
        m_learner->onOutputs(&m_onOutput);
    if (m_plan->has(WatchKind::Answer))
        m_learner->onAnswers(&m_onAnswer);
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
    for (WatchPlace& place : m_plan->places) {
        const std::int64_t bins = m_plan->keeps ? place.bins : watchedBins;
        place.spread = used;
        if (bins == 0)
            continue;
        if (all.tensors.size() == used)
            all.tensors.emplace_back();
        all.tensors[used].name = place.name;
        all.tensors[used++].counts.resize(std::size_t(bins));
    }
    all.tensors.resize(used);
}

// The values of all places of a kind, as the tensors are now.
void TensorWatch::take(WatchKind kind)
{
    m_taken.clear();
    for (std::size_t i = m_plan->begin(kind); i < m_plan->end(kind); ++i) {
        const WatchPlace& place = m_plan->places[i];
        const at::Tensor& weight = m_sources.all[place.source].weight;
        const at::Tensor& tensor = kind == WatchKind::Gradient ? weight.grad()
                                   : kind == WatchKind::Update ? place.before
                                                               : weight;
        // A weight that took no part in the step has no gradient.
        m_taken.push_back(tensor.defined() ? tensor : tensor::empty({0}));
    }
    note(m_plan->begin(kind));
}

void TensorWatch::takePass(const model::LayerPass& layer)
{
    if (!m_plan)
        return;
    const auto found = m_plan->passes.find(layer.name.empty() ? std::string_view("output") : layer.name);
    if (found == m_plan->passes.end())
        return;
    const auto [output, input] = found->second;
    // Before the output is looked at: it may lie where the input lay.
    if (input > 0) {
        m_taken.assign(1, layer.input.detach());
        if (isLastOutput(m_taken.front(), m_last.values, m_last.version)) {
            m_known.assign(1, m_last.known);
            noteKnown(input - 1);
        } else {
            note(input - 1);
        }
    }
    m_last.values.reset();
    if (output > 0) {
        m_taken.assign(1, layer.output.detach());
        // Of a large output a pass costs much: none is made for what does not need it, such as the share of dead units.
        const WatchPlace& place = m_plan->places[output - 1];
        if (m_spreading || place.bins > 0 || m_plan->sets[place.set].passes) {
            note(output - 1);
            m_last = {m_taken.front(), std::int64_t(m_taken.front()._version()), m_known.front()};
        } else {
            m_known.clear();
            noteKnown(output - 1);
        }
    }
}

void TensorWatch::takeAnswer(const at::Tensor& input, const at::Tensor& target, const at::Tensor& output)
{
    if (m_targets.empty())
        m_firstInput = input;
    m_targets.push_back(target.detach());
    m_said.push_back(m_learner->loss().predictionOf(output).detach());
}

// What was true of the step's rows, and what the model said of them.
void TensorWatch::takeAnswers()
{
    const auto joined = [](std::vector<at::Tensor>& parts) {
        const at::Tensor all = parts.size() == 1 ? parts.front() : at::cat(parts);
        parts.clear();
        return all;
    };
    if (m_targets.empty())
        return;
    m_labels = joined(m_targets);
    const at::Tensor said = joined(m_said), first = std::exchange(m_firstInput, {});
    m_taken.clear();
    for (std::size_t i = m_plan->begin(WatchKind::Answer); i < m_plan->end(WatchKind::Answer); ++i) {
        const std::string& name = m_sources.all[m_plan->places[i].source].name;
        const at::Tensor& tensor = name == "labels" ? m_labels : name == "predictions" ? said : first;
        m_taken.push_back(tensor.defined() ? tensor : tensor::empty({0}));
    }
    note(m_plan->begin(WatchKind::Answer));
    m_labels = at::Tensor();
}

void TensorWatch::takeExtras()
{
    if (!m_plan->has(WatchKind::Extra))
        return;
    const std::vector<tensor::NamedTensor> signals = m_learner->signals();
    m_taken.clear();
    for (std::size_t i = m_plan->begin(WatchKind::Extra); i < m_plan->end(WatchKind::Extra); ++i) {
        const auto found =
            std::ranges::find(signals, m_sources.all[m_plan->places[i].source].name, &tensor::NamedTensor::name);
        m_taken.push_back(found == signals.end() ? tensor::empty({0}) : found->tensor);
    }
    note(m_plan->begin(WatchKind::Extra));
}

// What was taken, from place `from` on.
void TensorWatch::note(std::size_t from)
{
    tensor::takeStatistics(m_taken, m_known);
    noteKnown(from);
}

void TensorWatch::noteKnown(std::size_t from)
{
    for (std::size_t i = 0; i < m_taken.size(); ++i) {
        const WatchPlace& place = m_plan->places[from + i];
        WatchSet& set = m_plan->sets[place.set];
        double* value = set.values.data() + place.row * set.statistics.size();
        if (set.plain)
            for (const WatchStatistic& each : set.statistics)
                *value++ = store::asKept(each.kept, each.take(m_known[i], m_taken[i]));
        else
            noteSignal(place, m_known.empty() ? nullptr : &m_known[i], m_taken[i], value);
        if (place.raw)
            m_kept.add(place.name, m_step, m_taken[i]);
        if (!m_spreading || (m_plan->keeps && place.bins == 0))
            continue;
        events::TensorHistograms::Spread& spread = spreads().tensors[place.spread];
        const tensor::Span span = tensor::countInto(m_taken[i], m_known[i], spread.counts, mostCounted);
        spread.low = span.low;
        spread.high = span.high;
    }
}

// Where a statistic needs more than one pass tells: saves before, labels, parameters.
void TensorWatch::noteSignal(const WatchPlace& place, const tensor::Statistics* known, const at::Tensor& tensor,
                             double* values)
{
    tensor::Signal signal(tensor, known);
    signal.setPast(m_step, m_past.of(place.name));
    if (m_labels.defined())
        signal.setLabels(m_labels);
    for (const WatchStatistic& each : m_plan->sets[place.set].statistics)
        *values++ = store::asKept(each.kept, each.take  ? each.take(*known, tensor)
                                             : each.ask ? each.ask(signal, each.statistic.arguments)
                                                        : std::numeric_limits<double>::quiet_NaN());
    if (place.past > 0 || place.pastSteps > 0)
        m_past.add(place.name, m_step, tensor, place.past, place.pastSteps);
}

void TensorWatch::copyWeights()
{
    const at::NoGradGuard noGraph;
    for (std::size_t i = m_plan->begin(WatchKind::Update); i < m_plan->end(WatchKind::Update); ++i) {
        const WatchPlace& place = m_plan->places[i];
        const at::Tensor& weight = m_sources.all[place.source].weight;
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
    for (std::size_t i = m_plan->begin(WatchKind::Update); i < m_plan->end(WatchKind::Update); ++i) {
        const WatchPlace& place = m_plan->places[i];
        const at::Tensor& weight = m_sources.all[place.source].weight;
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
    m_learner->onAnswers(nullptr);
    m_last.values.reset();
    subtract();
    take(WatchKind::Update);
    takeAnswers();
    takeExtras();
    publish(hub);
    if (m_spreading && m_watched) {
        const double now = base::steadySeconds();
        m_nextSpread = now + std::max(watchedSeconds, watchedShare * (now - began));
    }
}

// The first rows of the validation split, as many as a step learns from, go through the network once more.
void TensorWatch::atEvaluation(Engine& engine, events::EventHub& hub)
{
    m_plan = nullptr;
    if (m_captures.empty() || !findDue(evaluationAt(engine), true))
        return;
    const data::RowSet& rows = engine.data().rows(data::SplitName::Validation);
    const std::vector<std::int64_t> first =
        rows.some(0, std::min(rows.size(), std::size_t(engine.timeline().plan().batchSize)));
    if (first.empty())
        return;
    if (engine.data().streamed())
        engine.data().expect(rows, first.size());
    m_step = engine.step();
    m_plan = &planFor(true);
    prepareSpreads();
    take(WatchKind::Weight);
    const data::Batch batch = engine.data().gather(first);
    const at::NoGradGuard noGraph;
    const bool passes = !m_plan->passes.empty();
    if (passes || m_plan->has(WatchKind::Answer))
        takeAnswer(batch.input, batch.target.to(m_learner->device()),
                   m_learner->look(batch.input, passes ? &m_onOutput : nullptr));
    m_last.values.reset();
    takeAnswers();
    takeExtras();
    publish(hub);
    m_plan = nullptr;
}

void TensorWatch::publish(events::EventHub& hub)
{
    for (WatchSet& set : m_plan->sets) {
        if (set.statistics.empty())
            continue;
        if (!set.named) {
            set.names.step = m_step;
            hub.publish(events::Event(set.names));
            set.named = true;
        }
        hub.publish(events::Event(events::TensorStats{m_step, set.names.set, set.values}));
    }
    if (m_spreading && !spreads().tensors.empty())
        hub.publish(m_spread);
    if (const auto trouble = m_kept.trouble())
        hub.publish(events::Notice{m_step, *trouble});
}

}
