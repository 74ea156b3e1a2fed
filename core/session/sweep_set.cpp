// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep_set.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/store/run_folder.h"
#include "core/store/run_record.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace core::session {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Status;
using base::Value;

namespace {

constexpr const char* folderName = "sweeps";
constexpr double exploded = 10; ///< times the loss at the start

std::filesystem::path fileOf(const std::filesystem::path& runs, const std::string& id)
{
    return runs / folderName / (id + ".json");
}

std::string freeId(const std::filesystem::path& runs, const std::string& kind)
{
    for (int number = 1;; ++number) {
        char text[16];
        std::snprintf(text, sizeof text, "-%04d", number);
        if (const std::string id = kind + text; !std::filesystem::exists(fileOf(runs, id)))
            return id;
    }
}

const char* scaleName(SweepAxis::Scale scale)
{
    return scale == SweepAxis::Scale::Log2 ? "log2" : scale == SweepAxis::Scale::Log ? "log" : "linear";
}

SweepAxis::Scale scaleOf(const std::string& name)
{
    return name == "log2" ? SweepAxis::Scale::Log2 : name == "log" ? SweepAxis::Scale::Log : SweepAxis::Scale::Linear;
}

Value changesValue(const Changes& changes)
{
    Object object;
    for (const auto& [path, value] : changes)
        object.set(path, value);
    return object;
}

// What an ended run said, kept beside it: reading all runs again takes seconds.
Value resultValue(const SweepRun& run)
{
    if (!run.ended)
        return {};
    Object values;
    for (const auto& [name, value] : run.values)
        values.set(name, value);
    return Object{{"diverged", run.diverged}, {"seconds", run.seconds}, {"values", std::move(values)}};
}

// Whether a loss that stayed finite has run away.
bool ranAway(const store::Series& loss)
{
    const std::size_t few = std::min<std::size_t>(10, loss.values.size() / 2);
    if (few == 0)
        return false;
    double first = 0, last = 0;
    for (std::size_t i = 0; i < few; ++i) {
        first += loss.values[i];
        last += loss.values[loss.values.size() - 1 - i];
    }
    return last > exploded * std::max(first, 1e-12);
}

bool anyInfinite(const store::RunRecord& record)
{
    for (const char* name : {"train/loss", "train/grad_norm", "validation/loss", "train_eval/loss"})
        if (const auto found = record.scalars.find(name); found != record.scalars.end())
            if (std::ranges::any_of(found->second.values, [](double v) { return !std::isfinite(v); }))
                return true;
    return false;
}

}

Result<Value> sweepSettings(const std::string& kind, const Value& given)
{
    const base::Entry* entry = allSweeps().family().find(kind);
    if (!entry) {
        std::vector<std::string> known;
        for (const base::Entry& one : allSweeps().family().entries)
            known.push_back(one.kind);
        std::string all;
        for (const std::string& one : known)
            all += (all.empty() ? "" : ", ") + one;
        const std::string near = spec::nearest(kind, known);
        return Error{ErrorKind::Usage, "there is no experiment \"" + kind + "\"", "sweep",
                     (near.empty() ? "" : "Did you mean " + near + "? ") + "Known: " + all};
    }
    spec::Checked checked = spec::check(entry->schema, given.isNull() ? Value(Object{}) : given, "", {catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

Result<std::unique_ptr<SweepKind>> makeSweep(const std::string& kind, const Value& settings)
{
    CORE_TRY(checked, sweepSettings(kind, settings));
    return allSweeps().make({kind, checked});
}

Result<SweepSet> SweepSet::create(const std::filesystem::path& runs, const std::string& kind, const Value& settings,
                                  const Value& resolved)
{
    SweepSet set;
    CORE_TRY(checked, sweepSettings(kind, settings));
    CORE_TRY(sweep, makeSweep(kind, checked));
    CORE_TRY(preview, previewSchedule(resolved));
    CORE_TRY(plan, sweep->plan({resolved, preview.trainRows}));
    set.m_kind = kind;
    set.m_settings = std::move(checked);
    set.m_experiment = resolved;
    set.m_series = std::move(plan.series);
    set.m_notes = std::move(plan.notes);
    set.m_created = base::wallSeconds();
    for (PlannedRun& run : plan.runs)
        set.m_runs.push_back({std::move(run)});
    // A point that cannot be trained is told before anything is.
    for (std::size_t i = 0; i < set.m_runs.size(); ++i)
        CORE_CHECK([&]() -> Status {
            CORE_TRY(one, set.experimentOf(i));
            (void)one;
            return {};
        }());
    if (runs.empty())
        return set;
    std::error_code failed;
    std::filesystem::create_directories(runs / folderName, failed);
    if (failed)
        return base::systemError("make the folder", runs / folderName, failed.value());
    set.m_file = fileOf(std::filesystem::absolute(runs), freeId(runs, kind));
    CORE_CHECK(set.write());
    return set;
}

Status SweepSet::write() const
{
    Array series, runs, notes;
    for (const SweepSeries& one : m_series)
        series.push_back(Object{{"name", one.name},
                                {"note", one.note},
                                {"axis", one.axis.name},
                                {"unit", one.axis.unit},
                                {"scale", scaleName(one.axis.scale)}});
    for (const SweepRun& run : m_runs)
        runs.push_back(Object{{"series", std::int64_t(run.plan.series)},
                              {"x", run.plan.x},
                              {"seed", run.plan.seed},
                              {"label", run.plan.label},
                              {"changes", changesValue(run.plan.changes)},
                              {"run", run.id.empty() ? Value{} : Value(run.id)},
                              {"result", resultValue(run)}});
    for (const std::string& note : m_notes)
        notes.push_back(note);
    const Object tree{{"format", 1},
                      {"kind", m_kind},
                      {"settings", m_settings},
                      {"experiment", m_experiment},
                      {"created", m_created},
                      {"series", std::move(series)},
                      {"runs", std::move(runs)},
                      {"notes", std::move(notes)}};
    return base::writeFileAtomically(m_file, base::writeJson(tree, 2) + "\n");
}

Status SweepSet::keep() const
{
    return write();
}

Status SweepSet::read(const Value& tree)
{
    if (tree["format"].toInt() != 1 || !tree["runs"].isArray() || !tree["series"].isArray())
        return Error{ErrorKind::Data, "is no set of runs that this program knows", m_file.string(),
                     "Sets lie in the folder sweeps beside the runs"};
    m_kind = tree["kind"].text();
    m_settings = tree["settings"];
    m_experiment = tree["experiment"];
    m_created = tree["created"].toReal();
    for (const Value& one : tree["series"].array())
        m_series.push_back({one["name"].text(),
                            {one["axis"].text(), one["unit"].text(), scaleOf(one["scale"].text())},
                            one["note"].text()});
    for (const Value& one : tree["runs"].array()) {
        SweepRun run;
        run.plan = {
            std::size_t(one["series"].toInt()), one["x"].toReal(), one["seed"].toInt(), one["label"].text(), {}};
        for (const auto& [path, value] : one["changes"].object())
            run.plan.changes.emplace_back(path, value);
        run.id = one["run"].text();
        if (const Value& result = one["result"]; result.isObject() && store::isRun(folder() / run.id)) {
            run.begun = run.ended = true;
            run.diverged = result["diverged"].toBool();
            run.seconds = result["seconds"].toReal();
            for (const auto& [name, value] : result["values"].object())
                if (value.isNumber())
                    run.values[name] = value.toReal();
        }
        if (run.plan.series >= m_series.size() || run.id.find('/') != std::string::npos)
            return Error{ErrorKind::Data, "names a series or a run that cannot be", m_file.string(),
                         "Begin the experiment anew"};
        m_runs.push_back(std::move(run));
    }
    for (const Value& note : tree["notes"].array())
        m_notes.push_back(note.text());
    return {};
}

Result<SweepSet> SweepSet::open(const std::string& idOrFile, const std::filesystem::path& runs)
{
    SweepSet set;
    const std::filesystem::path given = idOrFile;
    set.m_file = std::filesystem::absolute(std::filesystem::is_regular_file(given) ? given : fileOf(runs, idOrFile));
    if (!std::filesystem::is_regular_file(set.m_file))
        return Error{ErrorKind::Usage, "there is no set \"" + idOrFile + "\"", runs.string(),
                     "descent-cli sweep list tells which there are"};
    CORE_TRY(tree, base::readJson(set.m_file));
    CORE_CHECK(set.read(tree));
    set.refresh();
    return set;
}

std::vector<SweepSet> SweepSet::list(const std::filesystem::path& runs, const std::string& kind)
{
    std::vector<SweepSet> sets;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(runs / folderName, failed))
        if (entry.path().extension() == ".json" && entry.path().stem().string().starts_with(kind))
            if (auto set = open(entry.path().string(), runs))
                sets.push_back(std::move(*set));
    std::ranges::sort(sets, std::greater<>(), &SweepSet::m_created);
    return sets;
}

std::optional<SweepSet> SweepSet::newest(const std::filesystem::path& runs, const std::string& kind)
{
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(runs / folderName, failed))
        if (entry.path().extension() == ".json" && entry.path().stem().string().starts_with(kind))
            files.push_back(entry.path());
    // Numbers rise; a damaged file is left out.
    std::ranges::sort(files, std::greater<>());
    for (const auto& file : files)
        if (auto set = open(file.string(), runs))
            return std::move(*set);
    return {};
}

std::optional<SweepSet> SweepSet::findOpen(const std::filesystem::path& runs, const std::string& kind,
                                           const Value& settings, const Value& resolved)
{
    const auto checked = sweepSettings(kind, settings);
    for (SweepSet& set : list(runs, kind))
        if (checked && set.m_kind == kind && set.m_settings == *checked && set.m_experiment == resolved &&
            !set.complete())
            return set;
    return {};
}

std::size_t SweepSet::ended() const
{
    return std::size_t(std::ranges::count_if(m_runs, &SweepRun::ended));
}

Result<Value> SweepSet::experimentOf(std::size_t run) const
{
    Value tree = m_experiment;
    for (const auto& [path, value] : m_runs[run].plan.changes)
        CORE_CHECK(tree.setAt(path, value));
    spec::Checked checked = spec::resolve(tree, {catalog()});
    if (!checked.problems.empty()) {
        Error error = checked.problems.front();
        error.message = m_runs[run].plan.label + ": " + error.message;
        return error;
    }
    return std::move(checked.value);
}

Status SweepSet::begin(std::size_t run, const std::string& id)
{
    m_runs[run].id = id;
    m_runs[run].begun = true;
    return write();
}

void SweepSet::readRun(SweepRun& run) const
{
    run.begun = run.ended = run.diverged = false;
    run.problem.clear();
    if (run.id.empty() || !store::isRun(folder() / run.id))
        return;
    run.begun = true;
    const auto record = store::readRun(folder() / run.id);
    using events::RunState;
    if (!record || !record->finished || record->state == RunState::Interrupted || record->state == RunState::Stopped)
        return;
    const auto loss = record->scalars.find("train/loss");
    run.diverged = anyInfinite(*record) || (loss != record->scalars.end() && ranAway(loss->second));
    if (record->state == RunState::Failed && !run.diverged) {
        run.problem = base::describe(record->finished->error);
        return;
    }
    run.ended = true;
    run.seconds = record->finished->trainSeconds;
    for (const auto& [name, value] : record->finished->metrics)
        run.values[name] = value;
    if (record->finished->epochs > 0)
        run.values["seconds_per_epoch"] = run.seconds / double(record->finished->epochs);
    run.values["seconds"] = run.seconds;
    run.values["steps"] = double(record->finished->steps);
    for (const auto& [name, value] : record->finished->metrics)
        if (name.starts_with("validation/"))
            if (const auto fair = run.values.find("train_eval/" + name.substr(11)); fair != run.values.end())
                run.values["gap/" + name.substr(11)] =
                    name == "validation/accuracy" ? fair->second - value : value - fair->second;
}

void SweepSet::refresh()
{
    for (SweepRun& run : m_runs)
        if (!run.ended)
            readRun(run);
}

}
