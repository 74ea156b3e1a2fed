// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include "core/session/inspect.h"
#include "core/spec/experiment.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Value;

const store::Series* Evidence::find(const std::string& name) const
{
    const auto found = scalars.find(name);
    return found == scalars.end() || found->second.values.empty() ? nullptr : &found->second;
}

namespace {

// What the profiler measured says it better than the progress line.
void addProfile(Evidence& evidence, const store::RunRecord& record)
{
    double waited = 0, all = 0, busy = 0;
    std::int64_t steps = 0, samples = 0;
    for (const events::Event& event : record.events)
        if (const auto* times = std::get_if<events::StepTimes>(&event)) {
            steps += times->count;
            for (std::size_t i = 0; i < times->phases.size(); ++i) {
                all += std::max(0.0, times->phases[i]);
                waited += i == 0 ? times->phases[i] : 0;
            }
        } else if (const auto* sample = std::get_if<events::SystemSample>(&event)) {
            for (const events::SystemSample::Gpu& gpu : sample->gpus) {
                busy += gpu.busy;
                ++samples;
            }
        }
    if (steps > 0 && all > 0) {
        evidence.dataWait = waited / all;
        evidence.waitSeconds = waited / double(steps);
        evidence.stepSeconds = all / double(steps);
    }
    if (samples > 0)
        evidence.gpuBusy = busy / double(samples);
}

}

Evidence evidenceOf(const store::RunRecord& record)
{
    Evidence evidence;
    evidence.spec = record.spec;
    evidence.scalars = record.scalars;
    if (record.opened) {
        evidence.stepsPerEpoch = std::max<std::int64_t>(1, record.opened->stepsPerEpoch);
        evidence.device = record.opened->device;
        for (const std::string& name : record.opened->tensors)
            if (const auto found = record.tensors.find("gradient/" + name);
                found != record.tensors.end() && found->second.columns.count("l2") && name.ends_with("weight"))
                evidence.gradients.emplace_back(name, found->second.columns.at("l2").back());
    }
    for (const events::Event& event : record.events) {
        if (const auto* edit = std::get_if<events::Edited>(&event))
            (void)evidence.spec.setAt(edit->path, edit->after);
        if (const auto* best = std::get_if<events::BestChanged>(&event))
            evidence.bestStep = best->step;
        if (const auto* progress = std::get_if<events::Progress>(&event))
            evidence.dataWait = progress->dataWait;
    }
    addProfile(evidence, record);
    if (record.finished) {
        evidence.error = record.finished->error;
        evidence.steps = record.finished->steps;
    }
    if (const store::Series* loss = evidence.find("train/loss"))
        evidence.steps = std::max(evidence.steps, loss->steps.back() + 1);
    return evidence;
}

void Problems::add(TrainingProblem problem)
{
    const auto at = std::ranges::upper_bound(m_all, problem.place, {}, &TrainingProblem::place);
    m_all.insert(at, std::move(problem));
}

const TrainingProblem* Problems::find(const std::string& key) const
{
    const auto found = std::ranges::find(m_all, key, &TrainingProblem::key);
    return found == m_all.end() ? nullptr : &*found;
}

std::int64_t branchStep(const Remedy& remedy, const Evidence& evidence, const std::optional<Sighting>& sighting)
{
    const std::int64_t last = std::max<std::int64_t>(0, evidence.steps);
    switch (remedy.from) {
    case Remedy::From::Before:
        // An epoch before it began, where that is in the run's past.
        return sighting && sighting->step >= 0
                   ? std::clamp<std::int64_t>(sighting->step - evidence.stepsPerEpoch, 0, last)
                   : 0;
    case Remedy::From::Best:
        return evidence.bestStep >= 0 ? std::min(evidence.bestStep, last) : 0;
    case Remedy::From::End:
        return last;
    case Remedy::From::Start:
        break;
    }
    return 0;
}

Error doesNotApply(std::string why)
{
    return {ErrorKind::Spec, std::move(why), {}, {}};
}

Result<Changes> times(const Value& resolved, const std::string& path, double factor, int digits)
{
    const Value* now = resolved.at(path);
    if (!now || !now->isNumber())
        return doesNotApply(path + " is no number here");
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, now->toReal() * factor);
    const double next = std::strtod(text, nullptr);
    if (!now->isInt())
        return Changes{{path, next}};
    const auto whole = std::max<std::int64_t>(1, std::llround(next));
    if (whole == now->toInt())
        return doesNotApply(path + " is " + std::to_string(whole) + " already");
    return Changes{{path, whole}};
}

Result<Changes> setTo(const Value& resolved, const std::string& path, Value value)
{
    const base::Field* field = spec::fieldAt(spec::experimentFields().schema(), resolved, path, catalog());
    if (!field)
        return doesNotApply("this experiment has no " + path);
    if (const Value* now = resolved.at(path); now && *now == value)
        return doesNotApply(path + " is that already");
    return Changes{{path, std::move(value)}};
}

double meanOf(const store::Series& series, double from, double to)
{
    const auto size = double(series.values.size());
    double sum = 0;
    std::int64_t count = 0;
    for (auto i = std::size_t(from * size); i < std::size_t(std::ceil(to * size)) && i < series.values.size(); ++i)
        if (std::isfinite(series.values[i])) {
            sum += series.values[i];
            ++count;
        }
    return count > 0 ? sum / double(count) : std::numeric_limits<double>::quiet_NaN();
}

}
