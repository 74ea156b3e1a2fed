// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/tensor_watch.h"

#include "core/base/clock.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <thread>

namespace core::train {

namespace {

constexpr std::size_t fewBytes = 16 << 10;

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

// Whether the training leaves a core to whoever looks at what it did.
bool leavesCore()
{
    return at::get_num_threads() < int(std::thread::hardware_concurrency());
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
    settle();
    m_hub = &hub;
    m_learner = &engine.learner();
    m_later = m_learner->hasGradients() && m_learner->device().is_cpu() && leavesCore();
    m_captures = engine.experiment().capture;
    const std::size_t own = m_captures.size();
    for (spec::CaptureSpec& need : capturesForRules(engine.experiment().rules))
        m_captures.push_back(std::move(need));
    m_watched = watched;
    m_plan = nullptr;
    m_plans.clear();
    m_selected.clear();
    m_notes.kept.follow(engine.step());
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

// Makes ready for what is due.
void TensorWatch::use(std::int64_t step, bool evaluation)
{
    const auto [found, fresh] = m_plans.try_emplace({evaluation, m_due});
    Planned& planned = found->second;
    if (fresh) {
        planned.plan = makePlan(m_sources, m_captures, m_due, m_selected, evaluation, m_sets);
        m_sets += std::int64_t(planned.plan.sets.size());
    }
    m_plan = &planned.plan;
    m_step = step;
    m_spreading = m_plan->keeps || (m_watched && base::steadySeconds() >= m_notes.nextSpread());
    const auto free = std::ranges::find_if(planned.jobs, [](const auto& job) { return !job->busy; });
    if (free == planned.jobs.end())
        m_job = planned.jobs.emplace_back(std::make_unique<WatchJob>()).get();
    else
        m_job = free->get();
    m_job->plan = m_plan;
    m_job->step = step;
    m_job->spreads = m_spreading;
    m_job->copies.resize(m_plan->places.size());
    m_job->groups.clear();
    m_job->tensors.clear();
    if (!m_later)
        m_notes.begin(*m_plan, step, m_spreading);
}

void TensorWatch::begin(std::int64_t step)
{
    if (!findDue(step, false))
        return;
    use(step, false);
    take(WatchKind::Weight);
    keepWeights();
    if (!m_plan->passes.empty())
        m_learner->onOutputs(&m_onOutput);
    if (m_plan->has(WatchKind::Answer))
        m_learner->onAnswers(&m_onAnswer);
}

// What was taken, from place `from` on. `held`: the step leaves these tensors as they are.
void TensorWatch::hand(std::size_t from, Pass pass, bool held)
{
    if (!m_later)
        return m_notes.take(from, m_taken, pass);
    m_job->groups.push_back({from, m_taken.size(), pass, held ? std::uint32_t(m_taken.front()._version()) : 0, held});
    for (std::size_t i = 0; i < m_taken.size(); ++i)
        m_job->tensors.push_back(held ? std::move(m_taken[i]) : copied(from + i, m_taken[i]));
}

// As it is now, where the job keeps such copies.
at::Tensor TensorWatch::copied(std::size_t place, const at::Tensor& tensor)
{
    at::Tensor& copy = m_job->copies[place];
    if (tensor.is_same(copy))
        return tensor;
    if (!copy.defined() || copy.sizes() != tensor.sizes() || copy.scalar_type() != tensor.scalar_type())
        copy = at::empty_like(tensor);
    if (isPlain(tensor) && isPlain(copy))
        std::memcpy(copy.mutable_data_ptr<float>(), tensor.const_data_ptr<float>(), tensor.nbytes());
    else
        copy.copy_(tensor);
    return copy;
}

// The values of all places of a kind, as the tensors are now.
void TensorWatch::take(WatchKind kind)
{
    const at::NoGradGuard noGraph;
    m_taken.clear();
    for (std::size_t i = m_plan->begin(kind); i < m_plan->end(kind); ++i) {
        const at::Tensor& weight = m_sources.all[m_plan->places[i].source].weight;
        const at::Tensor& tensor = kind == WatchKind::Gradient ? weight.grad()
                                   : kind == WatchKind::Update ? m_job->copies[i]
                                                               : weight;
        // A weight that took no part in the step has no gradient.
        m_taken.push_back(tensor.defined() ? tensor : tensor::empty({0}));
    }
    if (!m_taken.empty())
        hand(m_plan->begin(kind), Pass::Own, false);
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
        const bool same = isLastOutput(layer.input, m_last.values, m_last.version);
        handPass(input - 1, layer.input, same ? Pass::AsBefore : Pass::Own);
    }
    m_last.values.reset();
    if (output > 0) {
        // Of a large output a pass costs much: none is made for what does not need it, such as the share of dead units.
        const WatchPlace& place = m_plan->places[output - 1];
        const bool passes = m_spreading || place.bins > 0 || m_plan->sets[place.set].passes;
        handPass(output - 1, layer.output, passes ? Pass::Own : Pass::None);
        if (passes && m_plan->has(WatchKind::Input))
            m_last = {layer.output.detach(), std::int64_t(layer.output._version())};
    }
}

// What is held is freed by another thread, and the allocator of this one must find memory anew: a small tensor is
// copied in less time.
void TensorWatch::handPass(std::size_t place, const at::Tensor& tensor, Pass pass)
{
    if (m_later && isPlain(tensor) && tensor.nbytes() <= fewBytes) {
        m_job->groups.push_back({place, 1, pass});
        m_job->tensors.push_back(copied(place, tensor));
        return;
    }
    m_taken.assign(1, tensor.detach());
    hand(place, pass, true);
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
    const at::Tensor labels = joined(m_targets), said = joined(m_said), first = std::exchange(m_firstInput, {});
    m_taken.clear();
    for (std::size_t i = m_plan->begin(WatchKind::Answer); i < m_plan->end(WatchKind::Answer); ++i) {
        const std::string& name = m_sources.all[m_plan->places[i].source].name;
        const at::Tensor& tensor = name == "labels" ? labels : name == "predictions" ? said : first;
        m_taken.push_back(tensor.defined() ? tensor : tensor::empty({0}));
    }
    if (m_taken.empty())
        return;
    if (m_later)
        m_job->labels = labels;
    else
        m_notes.setLabels(labels);
    hand(m_plan->begin(WatchKind::Answer), Pass::Own, true);
    if (!m_later)
        m_notes.setLabels({});
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
    hand(m_plan->begin(WatchKind::Extra), Pass::Own, false);
}

void TensorWatch::keepWeights()
{
    const at::NoGradGuard noGraph;
    for (std::size_t i = m_plan->begin(WatchKind::Update); i < m_plan->end(WatchKind::Update); ++i)
        copied(i, m_sources.all[m_plan->places[i].source].weight);
}

// What the update changed.
void TensorWatch::subtract()
{
    const at::NoGradGuard noGraph;
    for (std::size_t i = m_plan->begin(WatchKind::Update); i < m_plan->end(WatchKind::Update); ++i) {
        const at::Tensor& weight = m_sources.all[m_plan->places[i].source].weight;
        at::Tensor& before = m_job->copies[i];
        if (isPlain(weight) && isPlain(before)) {
            float* out = before.mutable_data_ptr<float>();
            const float* now = weight.const_data_ptr<float>();
            for (std::int64_t k = 0; k < weight.numel(); ++k)
                out[k] = now[k] - out[k];
        } else {
            before.neg_().add_(weight);
        }
    }
}

void TensorWatch::end()
{
    m_learner->onOutputs(nullptr);
    m_learner->onAnswers(nullptr);
    m_last.values.reset();
    subtract();
    take(WatchKind::Update);
    takeAnswers();
    takeExtras();
    tell();
}

// The first rows of the validation split, as many as a step learns from, go through the network once more.
void TensorWatch::atEvaluation(Engine& engine)
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
    use(engine.step(), true);
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
    tell();
    m_plan = nullptr;
}

void TensorWatch::tell()
{
    if (!m_later)
        return m_notes.tell([this](const events::Event& event) { m_hub->publish(event); });
    std::size_t place = 0;
    for (const WatchJob::Group& group : m_job->groups) {
        // Written to after all: its values are gone, and from the next step on nothing is held.
        if (group.held && m_job->tensors[place]._version() != group.version) {
            m_later = false;
            m_job->tensors[place] = tensor::empty({0});
        }
        place += group.count;
    }
    WatchJob* const job = m_job;
    job->busy = true;
    m_hub->later(
        [this, job](const events::EventHub::Tell& tell) {
            try {
                job->tellBy(m_notes, tell);
            } catch (const std::exception& failure) {
                tell(events::Notice{job->step,
                                    {base::ErrorKind::Resource,
                                     failure.what(),
                                     "statistics of step " + std::to_string(job->step),
                                     {}}});
            }
            job->busy = false;
        },
        job->bytes());
    // Later is over: what follows must come behind what is put off.
    if (!m_later)
        settle();
}

void TensorWatch::settle()
{
    if (m_hub)
        m_hub->settle();
}

}
