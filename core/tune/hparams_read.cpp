// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/base/protobuf.h"
#include "core/base/tf_record.h"
#include "core/tune/hparams.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

namespace core::tune {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::ProtoField;
using base::ProtoReader;
using base::Status;
using base::Value;
namespace fs = std::filesystem;

namespace hparams_read {

constexpr std::size_t mostBytes = std::size_t(1) << 30;

struct Info {
    std::string name, description;
    std::int64_t type = 0;
    base::Array discrete;
    std::optional<double> min, max;
};

struct Point {
    std::int64_t step = 0;
    double value = 0;
};

/// What the events of one folder say.
struct Session {
    bool started = false;
    std::optional<std::int64_t> status;
    Object values;
    std::string group;
    double start = 0, end = 0;
    std::map<std::string, std::vector<Point>> scalars;
};

struct Experiment {
    std::vector<Info> parameters;
    std::vector<std::pair<std::string, std::string>> metrics; ///< tag, description
};

// google.protobuf.Value; whole numbers are whole.
Value valueIn(std::string_view bytes)
{
    ProtoReader fields(bytes);
    Value found;
    for (ProtoField field; fields.next(field);)
        if (field.number == 2 && field.wire == 1) {
            const double number = field.real();
            found =
                number == std::floor(number) && std::abs(number) < 9e15 ? Value(std::int64_t(number)) : Value(number);
        } else if (field.number == 3 && field.wire == 2) {
            found = std::string(field.bytes);
        } else if (field.number == 4 && field.wire == 0) {
            found = field.value != 0;
        }
    return found;
}

Info infoIn(std::string_view bytes)
{
    Info info;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);) {
        if (field.number == 1)
            info.name = std::string(field.bytes);
        else if (field.number == 3)
            info.description = std::string(field.bytes);
        else if (field.number == 4)
            info.type = std::int64_t(field.value);
        ProtoReader parts(field.number == 5 || field.number == 6 ? field.bytes : std::string_view{});
        if (field.number == 6)
            info.min = info.max = 0;
        for (ProtoField part; parts.next(part);)
            if (field.number == 5)
                info.discrete.push_back(valueIn(part.bytes));
            else
                (part.number == 1 ? info.min : info.max) = part.real();
    }
    return info;
}

void takeExperiment(std::string_view bytes, Experiment& experiment)
{
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);)
        if (field.number == 4) {
            Info info = infoIn(field.bytes);
            if (std::ranges::find(experiment.parameters, info.name, &Info::name) == experiment.parameters.end())
                experiment.parameters.push_back(std::move(info));
        } else if (field.number == 5) {
            std::pair<std::string, std::string> metric;
            ProtoReader parts(field.bytes);
            for (ProtoField part; parts.next(part);) {
                ProtoReader names(part.number == 1 ? part.bytes : std::string_view{});
                for (ProtoField name; names.next(name);)
                    if (name.number == 2)
                        metric.first = std::string(name.bytes);
                if (part.number == 4)
                    metric.second = std::string(part.bytes);
            }
            const auto same = [&](const auto& other) { return other.first == metric.first; };
            if (!metric.first.empty() && std::ranges::none_of(experiment.metrics, same))
                experiment.metrics.push_back(std::move(metric));
        }
}

void takeStart(std::string_view bytes, Session& session)
{
    session.started = true;
    std::map<std::string, Value> values;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);)
        if (field.number == 1) {
            std::string name;
            Value value;
            ProtoReader parts(field.bytes);
            for (ProtoField part; parts.next(part);)
                if (part.number == 1)
                    name = std::string(part.bytes);
                else if (part.number == 2)
                    value = valueIn(part.bytes);
            values[name] = value;
        } else if (field.number == 4) {
            session.group = std::string(field.bytes);
        } else if (field.number == 5) {
            session.start = field.real();
        }
    for (const auto& [name, value] : values)
        session.values.set(name, value);
}

void takeEnd(std::string_view bytes, Session& session)
{
    session.status = 0;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);)
        if (field.number == 1)
            session.status = std::int64_t(field.value);
        else if (field.number == 2)
            session.end = field.real();
}

// SummaryMetadata: the plugin's content, if it is this plugin.
void takePlugin(std::string_view metadata, Experiment& experiment, Session& session)
{
    ProtoReader fields(metadata);
    for (ProtoField field; fields.next(field);) {
        if (field.number != 1 || field.wire != 2)
            continue;
        std::string_view name, content;
        ProtoReader parts(field.bytes);
        for (ProtoField part; parts.next(part);)
            (part.number == 1 ? name : content) = part.bytes;
        ProtoReader kinds(name == "hparams" ? content : std::string_view{});
        for (ProtoField kind; kinds.next(kind);)
            if (kind.number == 2)
                takeExperiment(kind.bytes, experiment);
            else if (kind.number == 3)
                takeStart(kind.bytes, session);
            else if (kind.number == 4)
                takeEnd(kind.bytes, session);
    }
}

// A TensorProto of one number, as TensorFlow 2 writes scalars.
std::optional<double> numberOfTensor(std::string_view bytes)
{
    std::uint64_t type = 0;
    std::string_view content;
    std::optional<double> found;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);) {
        if (field.number == 1)
            type = field.value;
        else if (field.number == 4)
            content = field.bytes;
        std::uint64_t bits = field.value;
        if (field.wire == 2 && field.bytes.size() <= 8 && (field.number == 5 || field.number == 6))
            std::memcpy(&bits, field.bytes.data(), field.bytes.size());
        if (field.number == 5)
            found = std::bit_cast<float>(std::uint32_t(bits));
        else if (field.number == 6)
            found = std::bit_cast<double>(bits);
    }
    if (type == 1 && content.size() == 4) {
        float value = 0;
        std::memcpy(&value, content.data(), 4);
        found = value;
    } else if (type == 2 && content.size() == 8) {
        double value = 0;
        std::memcpy(&value, content.data(), 8);
        found = value;
    }
    return found;
}

bool takeEvent(std::string_view bytes, Experiment& experiment, Session& session)
{
    std::int64_t step = 0;
    std::string_view summary;
    ProtoReader fields(bytes);
    for (ProtoField field; fields.next(field);)
        if (field.number == 2 && field.wire == 0)
            step = std::int64_t(field.value);
        else if (field.number == 5 && field.wire == 2)
            summary = field.bytes;
    ProtoReader values(summary);
    for (ProtoField value; values.next(value);) {
        std::string tag;
        std::optional<double> number;
        ProtoReader parts(value.number == 1 ? value.bytes : std::string_view{});
        for (ProtoField part; parts.next(part);)
            if (part.number == 1 && part.wire == 2)
                tag = std::string(part.bytes);
            else if (part.number == 2 && part.wire == 5)
                number = std::bit_cast<float>(std::uint32_t(part.value));
            else if (part.number == 8 && part.wire == 2)
                number = numberOfTensor(part.bytes);
            else if (part.number == 9 && part.wire == 2)
                takePlugin(part.bytes, experiment, session);
        if (number && !tag.empty() && !tag.starts_with("_hparams_/"))
            session.scalars[tag].push_back({step, *number});
    }
    return !fields.failed() && !values.failed();
}

// What is known of a parameter by its values alone.
ParameterSpec spanOf(const std::string& path, const std::map<std::string, Session>& sessions)
{
    std::vector<Value> seen;
    for (const auto& [folder, session] : sessions)
        if (const Value* value = session.values.find(path))
            seen.push_back(*value);
    return rangeOfValues(path, seen);
}

ParameterSpec parameterOf(const Info& info, const std::map<std::string, Session>& sessions)
{
    ParameterSpec made;
    made.path = info.name;
    if (!info.discrete.empty()) {
        made.type = "categorical";
        made.values = info.discrete;
        return made;
    }
    if (!info.min || !(*info.min < *info.max))
        return spanOf(info.name, sessions);
    made.min = info.min;
    made.max = info.max;
    // As hparamsOf() describes it: `integer log`, `continuous linear step 0.25`.
    std::istringstream words(info.description);
    words.imbue(std::locale::classic());
    std::string type, scale, step;
    words >> type >> scale >> step;
    made.type = type == "integer" ? "integer" : "continuous";
    made.scale = scale == "log" || scale == "reverse_log" ? scale : "linear";
    if (double width = 0; step == "step" && words >> width && width > 0)
        made.step = width;
    return made;
}

Trial trialOf(const Session& session, const TuningSpec& spec)
{
    Trial trial;
    trial.source = "import";
    trial.started = session.start;
    trial.ended = std::max(session.end, session.start);
    for (const ParameterSpec& parameter : spec.parameters)
        if (const Value* value = session.values.find(parameter.path))
            trial.parameters.set(parameter.path, parameter.type == "continuous" ? Value(value->toReal()) : *value);
    for (const ObjectiveSpec& objective : spec.objective) {
        const auto series = session.scalars.find(objective.metric);
        if (series != session.scalars.end())
            trial.values.push_back(series->second.back().value);
    }
    const std::string& first = spec.objective.front().metric;
    auto reports = session.scalars.find("reports/" + first);
    if (reports == session.scalars.end())
        reports = session.scalars.find(first);
    // One value alone is the trial's own.
    if (reports != session.scalars.end() && (reports->first != first || reports->second.size() > 1)) {
        std::map<std::int64_t, double> steps;
        for (const Point& point : reports->second)
            steps[point.step] = point.value;
        for (const auto& [step, value] : steps)
            trial.reports.push_back({step, value, 0});
    }
    const bool whole = trial.values.size() == spec.objective.size();
    if (session.scalars.contains("stopped_early")) {
        trial.state = TrialState::Stopped;
        trial.stop = Stop{"tensorboard",
                          trial.lastStep().value_or(0),
                          trial.values.empty() ? std::nan("") : trial.values.front(),
                          std::nan(""),
                          {},
                          "stopped early there"};
        trial.values.clear();
    } else if (session.status.value_or(3) == 1 || (session.status.value_or(3) == 0 && whole)) {
        trial.state = whole && std::ranges::none_of(trial.values, [](double each) { return std::isnan(each); })
                          ? TrialState::Completed
                          : TrialState::Failed;
    } else {
        trial.state = TrialState::Failed;
        trial.error = session.status == 2 ? "failed there" : "it was running when the log was read";
    }
    if (trial.state == TrialState::Failed) {
        trial.values.clear();
        if (trial.error.empty())
            trial.error = "it has no value for every objective";
    }
    if (!session.group.empty() && session.group.find_first_not_of("0123456789") != session.group.npos)
        trial.notes.set("trial_id", session.group);
    return trial;
}

base::Result<std::map<std::string, Session>> sessionsIn(const fs::path& folder, Experiment& experiment)
{
    std::vector<fs::path> files;
    std::error_code failed;
    for (fs::recursive_directory_iterator next(folder, failed), end; !failed && next != end; next.increment(failed))
        if (next->is_regular_file(failed) && next->path().filename().string().find("tfevents") != std::string::npos)
            files.push_back(next->path());
    if (failed)
        return base::systemError("read the folder", folder, failed.value());
    if (files.empty())
        return Error{ErrorKind::Data, "there is no TensorBoard event file in this folder", folder.string(),
                     "Their names hold \"tfevents\""};
    std::ranges::sort(files);
    std::map<std::string, Session> sessions;
    for (const fs::path& file : files) {
        CORE_TRY(bytes, base::readFile(file, mostBytes));
        Session& session = sessions[file.parent_path().lexically_relative(folder).string()];
        CORE_CHECK(base::readTfRecords(
            bytes, file.string(), [&](std::string_view content) { return takeEvent(content, experiment, session); }));
    }
    std::erase_if(sessions, [](const auto& each) { return !each.second.started; });
    if (sessions.empty())
        return Error{ErrorKind::Data, "no run in this log was told its hyperparameters", folder.string(),
                     "Write them with hparams.api, Keras' callback or PyTorch's add_hparams"};
    return sessions;
}

Status takeObjectives(const fs::path& folder, const Experiment& experiment,
                      const std::map<std::string, Session>& sessions, const std::string& goal,
                      const std::string& metric, TuningSpec& spec)
{
    auto metrics = experiment.metrics;
    if (!metric.empty()) {
        const auto known = std::ranges::find_if(metrics, [&](const auto& each) { return each.first == metric; });
        metrics = {{metric, known == metrics.end() ? "" : known->second}};
    }
    std::set<std::string> tags;
    for (const auto& [name, session] : sessions)
        for (const auto& [tag, series] : session.scalars)
            tags.insert(tag);
    std::string all;
    for (const std::string& tag : tags)
        all += (all.empty() ? "" : ", ") + tag;
    if (metrics.empty() && tags.size() == 1)
        metrics.emplace_back(*tags.begin(), "");
    std::erase_if(metrics, [&](const auto& each) { return !tags.contains(each.first); });
    if (metrics.empty())
        return Error{ErrorKind::Data, "it is not known which scalar is the objective", folder.string(),
                     all.empty() ? "There are no scalars in it" : "Name one of: " + all};
    for (const auto& [tag, description] : metrics) {
        const bool told = description == "minimize" || description == "maximize";
        if (!told && goal.empty())
            return Error{ErrorKind::Data, "it is not known whether " + tag + " is to be made small or large",
                         folder.string(), "TensorBoard does not tell; give the goal: minimize or maximize"};
        spec.objective.push_back({tag, told ? description : goal});
    }
    return {};
}

}

base::Result<ForeignStudy> readHParams(const fs::path& folder, const std::string& goal, const std::string& metric)
{
    using namespace hparams_read;
    Experiment experiment;
    CORE_TRY(sessions, sessionsIn(folder, experiment));
    ForeignStudy made;
    made.name = fs::absolute(folder).lexically_normal().filename().string();
    if (made.name.empty())
        made.name = "study";
    CORE_CHECK(takeObjectives(folder, experiment, sessions, goal, metric, made.spec));
    for (const Info& info : experiment.parameters)
        made.spec.parameters.push_back(parameterOf(info, sessions));
    for (const auto& [name, session] : sessions)
        for (const auto& [path, value] : session.values)
            if (std::ranges::find(made.spec.parameters, path, &ParameterSpec::path) == made.spec.parameters.end())
                made.spec.parameters.push_back(spanOf(path, sessions));
    for (const auto& [name, session] : sessions)
        made.trials.push_back(trialOf(session, made.spec));
    goOnWithTpe(made);
    return made;
}

}
