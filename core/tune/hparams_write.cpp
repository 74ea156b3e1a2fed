// SPDX-License-Identifier: GPL-3.0-or-later
// tensorboard/plugins/hparams/{plugin_data,api}.proto and summary_v2.py; core/util/event.proto.
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/protobuf.h"
#include "core/base/tf_record.h"
#include "core/tune/hparams.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace core::tune {

using base::ProtoWriter;
using base::Value;

namespace hparams_write {

// google.protobuf.Value
std::string protoValue(const Value& value)
{
    ProtoWriter made;
    if (value.isBool())
        made.presentNumber(4, value.toBool());
    else if (value.isNumber())
        made.presentReal(2, value.toReal());
    else
        made.message(3, value.isText() ? value.text() : base::writeJson(value));
    return made.bytes();
}

bool isPlain(const Value& value)
{
    return value.isBool() || value.isNumber() || value.isText();
}

// TensorBoard has one kind of value for each parameter: where categories are of several they all become text.
bool areText(const Distribution& range)
{
    const auto kind = [](const Value& value) { return value.isBool() ? 0 : value.isNumber() ? 1 : 2; };
    return std::ranges::any_of(
        range.values, [&](const Value& value) { return !isPlain(value) || kind(value) != kind(range.values.front()); });
}

Value plain(const Distribution& range, const Value& value)
{
    if (range.type != Type::Categorical || !areText(range))
        return value;
    return value.isText() ? value : Value(base::writeJson(value));
}

std::string describe(const Distribution& range)
{
    std::string text(name(range.type));
    if (range.type == Type::Categorical)
        return text;
    text += " " + std::string(name(range.scale));
    return range.step ? text + " step " + plainNumber(*range.step) : text;
}

std::string parameterInfo(const Parameter& parameter)
{
    const Distribution& range = parameter.range;
    ProtoWriter made;
    made.text(1, parameter.path).text(3, describe(range));
    if (range.type != Type::Categorical)
        return made.number(4, 3).message(6, ProtoWriter().real(1, range.min).real(2, range.max).bytes()).bytes();
    base::Array values;
    for (const Value& value : range.values)
        values.push_back(plain(range, value));
    std::ranges::sort(values, [](const Value& a, const Value& b) {
        return a.isNumber() ? a.toReal() < b.toReal() : a.isBool() ? a.toBool() < b.toBool() : a.text() < b.text();
    });
    ProtoWriter list;
    for (const Value& value : values)
        list.message(1, protoValue(value));
    const Value& first = values.front();
    return made.number(4, first.isText() ? 1 : first.isBool() ? 2 : 3).message(5, list.bytes()).bytes();
}

std::string experimentOf(const StudyState& study)
{
    ProtoWriter made;
    made.real(3, study.created);
    for (const Parameter& parameter : study.space.parameters())
        made.message(4, parameterInfo(parameter));
    for (const ObjectiveSpec& objective : study.spec.objective)
        made.message(
            5,
            ProtoWriter().message(1, ProtoWriter().text(2, objective.metric).bytes()).text(4, objective.goal).bytes());
    return made.bytes();
}

// A Summary with one Value that belongs to the plugin; its tensor is empty.
std::string pluginSummary(const std::string& tag, int field, const std::string& content)
{
    const std::string data = ProtoWriter().message(field, content).bytes();
    const std::string plugin = ProtoWriter().text(1, "hparams").message(2, data).bytes();
    const std::string noTensor = ProtoWriter().number(1, 1).message(2, ProtoWriter().message(2, "").bytes()).bytes();
    return ProtoWriter()
        .message(1, ProtoWriter()
                        .text(1, tag)
                        .message(8, noTensor)
                        .message(9, ProtoWriter().message(1, plugin).bytes())
                        .bytes())
        .bytes();
}

std::string scalarSummary(const std::string& tag, double value)
{
    return ProtoWriter().message(1, ProtoWriter().text(1, tag).presentSingle(2, float(value)).bytes()).bytes();
}

class Events {
public:
    explicit Events(double time)
    {
        // Event.source_metadata names the writer.
        base::appendTfRecord(m_bytes, ProtoWriter()
                                          .real(1, time)
                                          .text(3, "brain.Event:2")
                                          .message(10, ProtoWriter().text(1, "descent").bytes())
                                          .bytes());
    }
    void add(double time, std::int64_t step, const std::string& summary)
    {
        base::appendTfRecord(m_bytes,
                             ProtoWriter().real(1, time).number(2, std::uint64_t(step)).message(5, summary).bytes());
    }
    std::string take() { return std::move(m_bytes); }

private:
    std::string m_bytes;
};

std::string fileName(double time)
{
    // A study that came from elsewhere may tell any time.
    const double known = std::isfinite(time) ? std::clamp(time, 0.0, 9999999999.0) : 0;
    char text[64];
    std::snprintf(text, sizeof text, "events.out.tfevents.%010lld.descent", static_cast<long long>(known));
    return text;
}

std::string sessionStart(const StudyState& study, const Trial& trial)
{
    std::vector<std::pair<std::string, std::string>> values;
    for (const auto& [path, value] : trial.parameters) {
        const auto known = std::ranges::find(study.space.parameters(), path, &Parameter::path);
        const bool there = known != study.space.parameters().end();
        values.emplace_back(path, protoValue(there ? plain(known->range, value) : value));
    }
    std::ranges::sort(values);
    ProtoWriter made;
    for (const auto& [path, value] : values)
        made.message(1, ProtoWriter().message(1, path).message(2, value).bytes());
    return made.text(4, std::to_string(trial.number)).real(5, trial.started).bytes();
}

std::string trialEvents(const StudyState& study, const Trial& trial)
{
    Events events(trial.started);
    events.add(trial.started, 0, pluginSummary("_hparams_/session_start_info", 3, sessionStart(study, trial)));
    const double ended = std::max(trial.ended, trial.started);
    const std::string& first = study.spec.objective.front().metric;
    for (const Report& report : trial.reports)
        events.add(ended, report.step, scalarSummary("reports/" + first, report.value));
    const std::int64_t last = trial.lastStep().value_or(0);
    for (std::size_t k = 0; k < trial.values.size(); ++k)
        events.add(ended, last, scalarSummary(study.spec.objective[k].metric, trial.values[k]));
    if (trial.state == TrialState::Stopped) {
        if (trial.values.empty() && !trial.reports.empty())
            events.add(ended, last, scalarSummary(first, trial.reports.back().value));
        events.add(ended, last, scalarSummary("stopped_early", 1));
    }
    if (isFinished(trial.state)) {
        const bool well = trial.state == TrialState::Completed || trial.state == TrialState::Stopped;
        events.add(ended, 0,
                   pluginSummary("_hparams_/session_end_info", 4,
                                 ProtoWriter().number(1, well ? 1 : 2).real(2, ended).bytes()));
    }
    return events.take();
}

}

std::vector<EventFile> hparamsOf(const StudyState& study)
{
    using namespace hparams_write;
    Events experiment(study.created);
    experiment.add(study.created, 0, pluginSummary("_hparams_/experiment", 2, experimentOf(study)));
    std::vector<EventFile> files{{fileName(study.created), experiment.take()}};
    for (const Trial& trial : study.trials) {
        if (trial.state == TrialState::Waiting || trial.state == TrialState::Skipped)
            continue;
        char folder[32];
        std::snprintf(folder, sizeof folder, "trial-%04lld/", static_cast<long long>(trial.number));
        files.push_back({folder + fileName(trial.started), trialEvents(study, trial)});
    }
    return files;
}

base::Result<std::vector<std::filesystem::path>> writeHParams(const StudyState& study,
                                                              const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> written;
    for (const EventFile& file : hparamsOf(study)) {
        const std::filesystem::path path = folder / file.path;
        std::error_code failed;
        std::filesystem::create_directories(path.parent_path(), failed);
        if (failed)
            return base::systemError("make the folder", path.parent_path(), failed.value());
        CORE_CHECK(base::writeFileAtomically(path, file.bytes));
        written.push_back(path);
    }
    return written;
}

}
