// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/optuna_journal.h"

#include "core/base/json.h"
#include "core/tune/feasible.h"
#include "core/tune/journal.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace core::tune {

using namespace base;

std::string plainJson(std::string_view line)
{
    std::string out;
    bool inText = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto word = [&](std::string_view bare, std::string_view text) {
            if (inText || !line.substr(i).starts_with(bare))
                return false;
            out += text;
            i += bare.size() - 1;
            return true;
        };
        if (word("NaN", "\"nan\"") || word("-Infinity", "\"-inf\"") || word("Infinity", "\"inf\""))
            continue;
        if (line[i] == '"')
            inText = !inText;
        out += line[i];
        if (inText && line[i] == '\\' && i + 1 < line.size())
            out += line[++i];
    }
    return out;
}

namespace {

// Seconds since the epoch of `2026-03-01T12:00:00.123456+00:00`; 0 if it is none.
double secondsOf(const std::string& text)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, read = 0;
    if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d%n", &year, &month, &day, &hour, &minute, &second, &read) != 6)
        return 0;
    // Digits by hand: a decimal point is another one in other languages.
    std::string_view rest = std::string_view(text).substr(std::size_t(read));
    double fraction = 0, share = 0.1;
    if (rest.starts_with('.'))
        for (rest.remove_prefix(1); !rest.empty() && rest[0] >= '0' && rest[0] <= '9';
             rest.remove_prefix(1), share /= 10)
            fraction += share * (rest[0] - '0');
    int offsetHour = 0, offsetMinute = 0;
    if (rest.size() >= 6)
        std::sscanf(std::string(rest.substr(1)).c_str(), "%d:%d", &offsetHour, &offsetMinute);
    const double offset = (rest.starts_with('-') ? -60.0 : 60.0) * (offsetHour * 60.0 + offsetMinute);
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return 0;
    std::tm parts{};
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    parts.tm_mday = day;
    return double(::timegm(&parts)) + hour * 3600.0 + minute * 60.0 + second + fraction - offset;
}

struct Reading {
    std::string name;
    bool deleted = false;
    std::vector<std::int64_t> directions;
    std::vector<std::string> metrics;
    std::vector<Trial> trials;
    std::vector<ParameterSpec> ranges;
};

class Reader {
public:
    std::vector<Reading> studies;

    Status line(const Value& log)
    {
        switch (log["op_code"].toInt(-1)) {
        case 0:
            return createStudy(log);
        case 1:
            if (Reading* study = studyOf(log))
                study->deleted = true;
            return {};
        case 3:
            if (Reading* study = studyOf(log))
                for (const Value& metric : log["system_attr"]["study:metric_names"].array())
                    study->metrics.push_back(metric.text());
            return {};
        case 4:
            return createTrial(log);
        case 5:
            if (Trial* trial = openTrial(log))
                takeParam(studies[m_trials[std::size_t(log["trial_id"].toInt())].first], *trial,
                          log["param_name"].text(), log["param_value_internal"], log["distribution"]);
            return {};
        case 6:
            setState(log);
            return {};
        case 7:
            if (Trial* trial = openTrial(log))
                report(*trial, log["step"].toInt(), numberOf(log["intermediate_value"]));
            return {};
        case 8:
            if (Trial* trial = openTrial(log))
                for (const auto& [key, value] : log["user_attr"].object())
                    trial->notes.set(key, value);
            return {};
        case 9:
            if (Trial* trial = openTrial(log))
                takeConstraints(*trial, log["system_attr"]);
            return {};
        case 2:
        case 10:
            return {};
        default:
            return Error{ErrorKind::Data, "is no operation of Optuna's journal", {}, "It has an op_code from 0 to 10"};
        }
    }

private:
    std::vector<std::pair<std::size_t, std::size_t>> m_trials; ///< study and number, by trial_id
    std::int64_t m_order = 0;

    Reading* studyOf(const Value& log)
    {
        const std::int64_t id = log["study_id"].toInt(-1);
        return id >= 0 && id < std::int64_t(studies.size()) ? &studies[std::size_t(id)] : nullptr;
    }

    Trial* openTrial(const Value& log)
    {
        const std::int64_t id = log["trial_id"].toInt(-1);
        if (id < 0 || id >= std::int64_t(m_trials.size()))
            return nullptr;
        const auto [study, number] = m_trials[std::size_t(id)];
        Trial& trial = studies[study].trials[number];
        // What comes after its end Optuna leaves out too.
        return isFinished(trial.state) ? nullptr : &trial;
    }

    Status createStudy(const Value& log)
    {
        Reading made{log["study_name"].text()};
        for (const Value& direction : log["directions"].array())
            made.directions.push_back(direction.toInt());
        for (const Reading& other : studies)
            if (other.name == made.name && !other.deleted)
                return {};
        if (made.directions.empty())
            return Error{ErrorKind::Data, "creates a study without directions", {}, "1 is minimize, 2 maximize"};
        studies.push_back(std::move(made));
        return {};
    }

    Status createTrial(const Value& log)
    {
        Reading* study = studyOf(log);
        if (!study)
            return Error{ErrorKind::Data, "names a study that is not there", {}, "The file must begin with its study"};
        m_trials.emplace_back(std::size_t(log["study_id"].toInt()), study->trials.size());
        Trial trial;
        trial.number = std::int64_t(study->trials.size());
        trial.source = "import";
        trial.started = secondsOf(log["datetime_start"].text());
        trial.state = TrialState::Running;
        trial.asked = ++m_order;
        for (const auto& [name, value] : log["params"].object())
            takeParam(*study, trial, name, value, log["distributions"][name]);
        // A point that somebody wants tried has its values here until it runs.
        for (const auto& [name, value] : log["system_attrs"]["fixed_params"].object())
            trial.parameters.set(name, value);
        for (const auto& [step, value] : log["intermediate_values"].object())
            report(trial, std::atoll(step.c_str()), numberOf(value));
        for (const auto& [key, value] : log["user_attrs"].object())
            trial.notes.set(key, value);
        takeConstraints(trial, log["system_attrs"]);
        if (!log["state"].isNull())
            takeState(trial, log["state"].toInt(), log["values"].isNull() ? log["value"] : log["values"],
                      log["datetime_complete"]);
        study->trials.push_back(std::move(trial));
        return {};
    }

    void setState(const Value& log)
    {
        Trial* trial = openTrial(log);
        if (!trial)
            return;
        if (log["datetime_start"].isText())
            trial->started = secondsOf(log["datetime_start"].text());
        takeState(*trial, log["state"].toInt(), log["values"], log["datetime_complete"]);
    }

    void takeState(Trial& trial, std::int64_t state, const Value& values, const Value& completed)
    {
        constexpr TrialState states[] = {TrialState::Running, TrialState::Completed, TrialState::Stopped,
                                         TrialState::Failed, TrialState::Waiting};
        trial.state = state >= 0 && state < 5 ? states[state] : TrialState::Failed;
        if (completed.isText())
            trial.ended = secondsOf(completed.text());
        if (isFinished(trial.state))
            trial.finished = ++m_order;
        if (trial.state == TrialState::Completed && !values.isNull())
            for (const Value& value : values.isArray() ? values.array() : Array{values})
                trial.values.push_back(numberOf(value));
        if (trial.state == TrialState::Stopped)
            trial.stop = Stop{"optuna",
                              trial.lastStep().value_or(0),
                              trial.reports.empty() ? std::nan("") : trial.reports.back().value,
                              std::nan(""),
                              {},
                              "pruned in Optuna"};
    }

    static void takeConstraints(Trial& trial, const Value& attributes)
    {
        const std::string prefix = std::string(constraintsNote) + ":";
        Object known = constraintsOf(trial) ? *constraintsOf(trial) : Object{};
        for (const auto& [key, value] : attributes.object())
            if (key == constraintsNote)
                for (std::size_t i = 0; i < value.array().size(); ++i)
                    known.set(std::to_string(i), numberAsValue(numberOf(value.array()[i])));
            else if (key.starts_with(prefix))
                known.set(key.substr(prefix.size()), numberAsValue(numberOf(value)));
        if (!known.empty())
            trial.notes.set(constraintsNote, known);
    }

    void report(Trial& trial, std::int64_t step, double value)
    {
        const auto place = std::ranges::lower_bound(trial.reports, step, {}, &Report::step);
        if (place != trial.reports.end() && place->step == step)
            *place = {step, value, ++m_order};
        else
            trial.reports.insert(place, {step, value, ++m_order});
    }

    void takeParam(Reading& study, Trial& trial, const std::string& name, const Value& internal,
                   const Value& distribution)
    {
        const auto parsed = parseJson(plainJson(distribution.text()));
        if (!parsed)
            return;
        const std::string kind = (*parsed)["name"].text();
        const Value& attributes = (*parsed)["attributes"];
        ParameterSpec made;
        made.path = name;
        if (kind.starts_with("Categorical")) {
            made.type = "categorical";
            made.values = attributes["choices"];
            const auto index = std::int64_t(internal.toReal());
            if (index < 0 || index >= std::int64_t(made.values.array().size()))
                return;
            trial.parameters.set(name, made.values.array()[std::size_t(index)]);
        } else {
            const bool whole = kind.starts_with("Int");
            made.type = whole ? "integer" : "continuous";
            made.min = attributes["low"].toReal();
            made.max = attributes["high"].toReal();
            const bool log = attributes["log"].toBool() || kind.starts_with("LogUniform") || kind.starts_with("IntLog");
            made.scale = log ? "log" : "linear";
            const double step = attributes["step"].toReal();
            if (!log && step > 0 && !(whole && step == 1))
                made.step = step;
            trial.parameters.set(name, whole ? Value(std::int64_t(std::llround(internal.toReal())))
                                             : Value(internal.toReal()));
        }
        const auto known = std::ranges::find(study.ranges, name, &ParameterSpec::path);
        if (known == study.ranges.end())
            study.ranges.push_back(std::move(made));
        else if (known->min && made.min) {
            // Optuna lets a range move between trials: ours is wide enough for all of them.
            known->min = std::min(*known->min, *made.min);
            known->max = std::max(*known->max, *made.max);
        }
    }
};

ForeignStudy finished(Reading reading)
{
    ForeignStudy made{reading.name, {}, std::move(reading.trials)};
    for (std::size_t k = 0; k < reading.directions.size(); ++k) {
        std::string metric = k < reading.metrics.size()       ? reading.metrics[k]
                             : reading.directions.size() == 1 ? "value"
                                                              : "value_" + std::to_string(k);
        made.spec.objective.push_back({std::move(metric), reading.directions[k] == 2 ? "maximize" : "minimize"});
    }
    made.spec.parameters = std::move(reading.ranges);
    goOnWithTpe(made);
    const auto space = spaceOf(made.spec);
    for (Trial& trial : made.trials) {
        if (trial.state == TrialState::Waiting && !(space && space->check(trial.parameters, ""))) {
            trial.state = TrialState::Skipped;
            trial.error = "it waited, and not all of its values are known";
        }
        if (trial.state == TrialState::Running) {
            trial.state = TrialState::Failed;
            trial.error = "it was running when the journal was read";
        }
        if (trial.state == TrialState::Completed && trial.values.size() != made.spec.objective.size()) {
            trial.state = TrialState::Failed;
            trial.error = "it has no value for every objective";
        }
    }
    return made;
}

}

Result<ForeignStudy> readOptunaJournal(std::string_view text, const std::string& name)
{
    Reader reader;
    std::int64_t number = 0;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = text.find('\n', from);
        // A last line without its end was torn; Optuna leaves it out too.
        if (end == text.npos)
            break;
        ++number;
        const std::string_view line = text.substr(from, end - from);
        from = end + 1;
        if (line.find_first_not_of(" \t\r") == line.npos)
            continue;
        const auto log = parseJson(plainJson(line));
        if (Status taken = log ? reader.line(*log) : Status(log.error()); !taken) {
            Error error = std::move(taken).error();
            error.where = "line " + std::to_string(number);
            return error;
        }
    }
    std::string known;
    std::vector<Reading*> found;
    for (Reading& study : reader.studies) {
        if (study.deleted)
            continue;
        known += (known.empty() ? "" : ", ") + study.name;
        if (name.empty() || study.name == name)
            found.push_back(&study);
    }
    if (found.size() != 1)
        return Error{ErrorKind::Data, found.empty() ? "holds no such study" : "holds several studies",
                     "Optuna's journal", known.empty() ? "Its first line creates a study" : "Name one of " + known};
    return finished(std::move(*found.front()));
}

}
