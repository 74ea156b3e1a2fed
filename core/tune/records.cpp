// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/records.h"

#include "core/tune/journal.h"

namespace core::tune::records {

using namespace base;

namespace {

Object record(const char* op, double time)
{
    return {{"op", op}, {"time", time}};
}

Object ofTrial(const char* op, std::int64_t trial, double time)
{
    Object made = record(op, time);
    made.set("trial", trial);
    return made;
}

Object ofTrialOrStudy(const char* op, std::optional<std::int64_t> trial, double time)
{
    return trial ? ofTrial(op, *trial, time) : record(op, time);
}

Array numbers(const std::vector<double>& values)
{
    Array list;
    for (const double value : values)
        list.push_back(numberAsValue(value));
    return list;
}

}

Value asValue(const Stop& stop)
{
    Array others;
    for (const std::int64_t other : stop.others)
        others.emplace_back(other);
    Object made{{"rule", stop.rule},
                {"step", stop.step},
                {"value", numberAsValue(stop.value)},
                {"limit", numberAsValue(stop.limit)},
                {"others", std::move(others)},
                {"message", stop.message}};
    if (stop.rung)
        made.set("rung", *stop.rung);
    return made;
}

Stop stopOf(const Value& value)
{
    Stop stop{value["rule"].text(),   value["step"].toInt(), numberOf(value["value"]), numberOf(value["limit"]), {},
              value["message"].text()};
    for (const Value& other : value["others"].array())
        stop.others.push_back(other.toInt());
    if (value["rung"].isInt())
        stop.rung = value["rung"].toInt();
    return stop;
}

Value asValue(const MachineShare& share)
{
    Array tried;
    for (const MachineShare::Tried& each : share.tried)
        tried.push_back(
            Object{{"threads", each.threads}, {"at_once", each.atOnce}, {"steps_per_s", each.stepsPerSecond}});
    return Object{{"cores", share.cores},     {"max_parallel_jobs", share.parallel},
                  {"threads", share.threads}, {"at_once", share.atOnce},
                  {"why", share.why},         {"tried", std::move(tried)}};
}

MachineShare shareOf(const Value& value)
{
    MachineShare share{value["cores"].toInt(1),   value["max_parallel_jobs"].toInt(1),
                       value["threads"].toInt(1), value["at_once"].toInt(1),
                       value["why"].text(),       {}};
    for (const Value& each : value["tried"].array())
        share.tried.push_back({each["threads"].toInt(1), each["at_once"].toInt(1), each["steps_per_s"].toReal()});
    return share;
}

Object create(const std::string& name, const TuningSpec& spec, double time)
{
    Object made = record("create", time);
    made.set("format", 1);
    made.set("name", name);
    made.set("spec", tuningFields().write(spec));
    return made;
}

Object add(const Trial& trial, bool running, double time)
{
    Object made = ofTrial("add", trial.number, time);
    made.set("parameters", trial.parameters);
    made.set("state", name(running ? TrialState::Running : TrialState::Waiting));
    if (trial.source != Trial{}.source)
        made.set("source", trial.source);
    if (!trial.notes.empty())
        made.set("notes", trial.notes);
    return made;
}

Object import(const Trial& trial, double time)
{
    Object made = ofTrial("import", trial.number, time);
    made.set("parameters", trial.parameters);
    made.set("state", name(trial.state));
    made.set("source", trial.source);
    made.set("notes", trial.notes);
    made.set("values", numbers(trial.values));
    Array reports;
    for (const Report& report : trial.reports)
        reports.push_back(Array{report.step, numberAsValue(report.value)});
    made.set("reports", std::move(reports));
    if (trial.stop)
        made.set("stop", asValue(*trial.stop));
    made.set("error", trial.error);
    made.set("run", trial.run);
    made.set("started", trial.started);
    made.set("ended", trial.ended);
    return made;
}

Object start(std::int64_t trial, double time)
{
    return ofTrial("start", trial, time);
}

Object report(std::int64_t trial, std::int64_t step, double value, double time)
{
    Object made = ofTrial("report", trial, time);
    made.set("step", step);
    made.set("value", numberAsValue(value));
    return made;
}

Object tell(std::int64_t trial, const std::vector<double>& values, double time)
{
    Object made = ofTrial("tell", trial, time);
    made.set("values", numbers(values));
    return made;
}

Object stop(std::int64_t trial, const Stop& why, double time)
{
    Object made = ofTrial("stop", trial, time);
    made.set("stop", asValue(why));
    return made;
}

Object fail(std::int64_t trial, const std::string& error, double time)
{
    Object made = ofTrial("fail", trial, time);
    made.set("error", error);
    return made;
}

Object retry(std::int64_t trial, const std::string& error, double time)
{
    Object made = ofTrial("retry", trial, time);
    made.set("error", error);
    return made;
}

Object skip(std::int64_t trial, double time)
{
    return ofTrial("skip", trial, time);
}

Object pause(std::optional<std::int64_t> trial, double time)
{
    return ofTrialOrStudy("pause", trial, time);
}

Object resume(std::optional<std::int64_t> trial, double time)
{
    return ofTrialOrStudy("resume", trial, time);
}

Object revive(std::int64_t trial, double time)
{
    return ofTrial("revive", trial, time);
}

Object note(std::int64_t trial, const std::string& key, const Value& value, double time)
{
    Object made = ofTrial("note", trial, time);
    made.set("key", key);
    made.set("value", value);
    return made;
}

Object run(std::int64_t trial, const std::string& run, double time)
{
    Object made = ofTrial("run", trial, time);
    made.set("run", run);
    return made;
}

Object change(const TuningSpec& spec, double time)
{
    Object made = record("change", time);
    made.set("spec", tuningFields().write(spec));
    return made;
}

Object share(const MachineShare& share, double time)
{
    Object made = record("share", time);
    made.set("share", asValue(share));
    return made;
}

Object end(const std::string& why, double time)
{
    Object made = record("end", time);
    made.set("why", why);
    return made;
}

}
