// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_profile.h"

#include "ui/models/run_model.h"
#include "ui/style/theme.h"

#include <QCoreApplication>

#include <algorithm>
#include <map>

namespace ui::models {

using core::debug::ProfileTrace;

void RunProfile::setRun(const RunModel* run)
{
    m_run = run;
    begin();
}

void RunProfile::begin()
{
    m_trace = {};
    m_engine.reset();
    m_ended = false;
    m_id = m_run ? m_run->id() : QString();
    if (!m_run)
        return;
    m_trace.spec = m_run->spec();
    m_trace.id = m_id.toStdString();
    m_trace.device = m_run->opened().device;
}

bool RunProfile::update()
{
    if (!m_run)
        return false;
    const auto& steps = m_run->stepTimes();
    const auto& samples = m_run->systemSamples();
    const auto& layers = m_run->layerTimes();
    // The run went back to an earlier step, or another stands in its place.
    if (m_id != m_run->id() || steps.size() < m_trace.steps.size() || samples.size() < m_trace.system.size() ||
        layers.size() < m_trace.layers.size())
        begin();
    const bool ends = finished() && !m_ended;
    if (steps.size() == m_trace.steps.size() && samples.size() == m_trace.system.size() &&
        layers.size() == m_trace.layers.size() && !ends)
        return false;
    m_trace.spec = m_run->spec();
    m_trace.layers.insert(m_trace.layers.end(), layers.begin() + std::ptrdiff_t(m_trace.layers.size()), layers.end());
    std::size_t step = m_trace.steps.size(), sample = m_trace.system.size();
    if (!m_engine && (step < steps.size() || sample < samples.size())) {
        m_trace.begun = std::min(step < steps.size() ? steps[step].time : samples[sample].time,
                                 sample < samples.size() ? samples[sample].time : steps[step].time);
        const core::base::Value* rules = m_trace.spec.at("profiler.rules");
        m_engine = std::make_unique<core::debug::ProfileEngine>(rules ? *rules : core::base::Value(core::base::Array{}),
                                                                core::debug::factsOf(m_trace));
    }
    while (step < steps.size() || sample < samples.size()) {
        const bool first =
            sample == samples.size() || (step < steps.size() && steps[step].time <= samples[sample].time);
        if (first) {
            m_engine->see(steps[step]);
            m_trace.steps.push_back(steps[step++]);
        } else {
            m_engine->see(samples[sample]);
            m_trace.system.push_back(samples[sample++]);
        }
    }
    if (ends && m_engine)
        m_engine->finish(0);
    m_ended = finished();
    return true;
}

bool RunProfile::finished() const
{
    return m_run && m_run->finished().has_value();
}

core::debug::ProfileSummary RunProfile::summary(std::optional<qint64> until) const
{
    return until ? core::debug::summarize(m_trace, 0, *until) : core::debug::summarize(m_trace);
}

std::vector<core::debug::ProfileResult> RunProfile::results() const
{
    return m_engine ? m_engine->results() : std::vector<core::debug::ProfileResult>{};
}

core::debug::ProfileReport RunProfile::report() const
{
    return {m_trace.id, m_trace.device, finished(), summary({}), results()};
}

std::optional<double> RunProfile::timeOf(qint64 step) const
{
    const auto block = std::ranges::upper_bound(m_trace.steps, step, {}, &core::events::StepTimes::step);
    if (block == m_trace.steps.begin())
        return {};
    const core::events::StepTimes& times = *std::prev(block);
    double time = times.time - m_trace.begun;
    for (qint64 i = 0; i < step - times.step && std::size_t(i) < times.durations.size(); ++i)
        time += double(times.durations[std::size_t(i)]);
    return time;
}

QString milliseconds(double seconds)
{
    return seconds < 1 ? style::number(1000 * seconds, 3) + QStringLiteral("\u00A0ms") : style::duration(seconds);
}

QString phaseTip(const std::string& phase)
{
    static const std::map<std::string, const char*> tips{
        {"data_wait",
         QT_TRANSLATE_NOOP("ui::models::phases",
                           "Data wait: the step waits for its batch to be read, decoded and augmented. Above a "
                           "fifth of the time, more loader threads or a larger prefetch make training faster "
                           "without changing its result.")},
        {"host_to_device",
         QT_TRANSLATE_NOOP("ui::models::phases",
                           "Host to device: the batch is copied into the GPU's memory. On a processor "
                           "there is nothing to copy.")},
        {"forward", QT_TRANSLATE_NOOP("ui::models::phases",
                                      "Forward: the network turns the batch into outputs, and these into the loss.")},
        {"backward", QT_TRANSLATE_NOOP("ui::models::phases",
                                       "Backward: gradients of the loss by every weight; usually about twice as long "
                                       "as forward.")},
        {"optimizer", QT_TRANSLATE_NOOP("ui::models::phases",
                                        "Optimizer: penalties, the gradient's norm, clipping, and the update of the "
                                        "weights. A large share means steps so small that bookkeeping dominates: "
                                        "try a larger batch.")},
        {"recording", QT_TRANSLATE_NOOP("ui::models::phases",
                                        "Recording: statistics of tensors, digests and curves. Raise save_interval "
                                        "under capture if it is large.")},
        {"validation", QT_TRANSLATE_NOOP("ui::models::phases",
                                         "Validation: the figures after each epoch. Much of it means short epochs, or "
                                         "many validation rows.")},
        {"keyframe", QT_TRANSLATE_NOOP("ui::models::phases",
                                       "Keyframe: copies of the state that let you go back to any step. They are "
                                       "spaced so that they stay under 2.5 % of the time.")},
        {"other", QT_TRANSLATE_NOOP("ui::models::phases", "Other: everything between those, such as the accuracy.")}};
    const auto found = tips.find(phase);
    return found == tips.end() ? QString() : QCoreApplication::translate("ui::models::phases", found->second);
}

}
