// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/descent.h"
#include "core/session/inspect.h"
#include "core/session/sweep_set.h"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
using session::SweepSet;

namespace {

volatile std::sig_atomic_t signalled = 0;

extern "C" void onSweepSignal(int number)
{
    signalled = number;
    std::signal(number, SIG_DFL);
}

struct SweepOptions {
    std::string kind, experiment, set, csv, device = "auto", resume = "auto";
    std::vector<std::string> sets;
    std::map<std::string, std::string> settings; ///< as typed
};

// `16,32` for a list, JSON, or a word.
Value typed(const Field& field, const std::string& text)
{
    const bool list = std::holds_alternative<std::shared_ptr<const List>>(field.domain);
    if (!list || text.starts_with('[')) {
        auto value = parseJson(text);
        return value ? std::move(*value) : Value(text);
    }
    Array items;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t comma = std::min(text.find(',', from), text.size());
        const std::string item = text.substr(from, comma - from);
        if (auto value = parseJson(item))
            items.push_back(std::move(*value));
        else if (!item.empty())
            items.push_back(item);
        from = comma + 1;
    }
    return items;
}

Value typedAll(const Schema& schema, const SweepOptions& options)
{
    Object given;
    for (const Field& field : schema.fields)
        if (const auto found = options.settings.find(field.key);
            found != options.settings.end() && !found->second.empty())
            given.set(field.key, typed(field, found->second));
    return given;
}

Result<Value> settingsOf(const SweepOptions& options)
{
    const Entry* entry = session::allSweeps().family().find(options.kind);
    return session::sweepSettings(options.kind, typedAll(entry->schema, options));
}

Result<Value> experimentOf(const SweepOptions& options)
{
    if (!options.experiment.empty())
        return loadExperiment(options.experiment, options.sets);
    CORE_TRY(kind, session::makeSweep(options.kind, Object{}));
    Value tree = kind->sample();
    for (const std::string& assignment : options.sets)
        CORE_CHECK(core::spec::applySet(tree, assignment));
    auto checked = core::spec::resolve(tree, {session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

class Line {
public:
    ~Line()
    {
        if (m_drawn)
            std::cerr << std::endl;
    }
    void show(const session::SweepProgress& progress)
    {
        if (!m_terminal && !progress.runEnded)
            return;
        std::string text =
            std::to_string(progress.ended) + " of " + std::to_string(progress.all) + " runs, " + progress.label;
        if (progress.secondsLeft >= 0 && progress.share < 1)
            text += ", " + duration(progress.secondsLeft) + " left";
        std::cerr << (m_terminal ? "\r\x1b[K" : "") << text << (m_terminal ? "" : "\n") << std::flush;
        m_drawn = m_terminal;
    }

private:
    bool m_terminal = ::isatty(STDERR_FILENO), m_drawn = false;
};

std::string tableOf(const SweepSet& set)
{
    const session::SweepSummary summary = set.summary();
    std::string text;
    for (const session::SweepCurve& curve : summary.curves) {
        text += curve.series.name + (curve.series.note.empty() ? "" : " (" + curve.series.note + ")") + "\n";
        for (const session::SweepPoint& point : curve.points) {
            text += "  " + point.label + std::string(point.label.size() < 18 ? 18 - point.label.size() : 1, ' ');
            for (const std::string& name : {summary.validation(), summary.training(), std::string("seconds_per_epoch")})
                if (const session::Spread* value = point.find(name))
                    text += "  " + name + " " + shown(value->mean) +
                            (value->n > 1 ? " ± " + shown(value->std) : std::string());
            if (point.diverged > 0)
                text += "  " + std::to_string(point.diverged) + " of " + std::to_string(point.ended) + " diverged";
            text += "\n";
        }
    }
    for (const std::string& note : set.notes())
        text += note + "\n";
    if (const std::string closing = set.closing(); !closing.empty())
        text += closing + "\n";
    return text + "set " + set.id() + "\n";
}

Result<Outcome> report(const SweepSet& set, const SweepOptions& options, int status, double seconds)
{
    if (!options.csv.empty())
        CORE_CHECK(writeFileAtomically(options.csv, set.csv()));
    Object object = set.toValue().object();
    if (seconds >= 0)
        object.set("seconds", seconds);
    const auto kind = session::makeSweep(set.kind(), set.settings());
    if (kind && (*kind)->hasPaths() && set.ended() > 0) {
        CORE_TRY(descent, session::descentOf(set));
        object.set("descent", session::toValue(descent));
    }
    return Outcome{std::move(object), tableOf(set), status};
}

Result<Outcome> conductSet(SweepSet set, const SweepOptions& options)
{
    const double started = steadySeconds();
    std::signal(SIGINT, onSweepSignal);
    std::signal(SIGTERM, onSweepSignal);
    session::SweepControl control;
    int status = 0;
    {
        Line line;
        std::cerr << set.id() << ": " << set.runs().size() << " runs, " << set.ended() << " of them have ended\n";
        const auto trained = session::trainSet(set, {set.folder(), options.device}, control,
                                               [&](const session::SweepProgress& progress) {
                                                   if (signalled)
                                                       control.stopped = true;
                                                   line.show(progress);
                                               });
        if (!trained && trained.error().kind != ErrorKind::Interrupted)
            return trained.error();
        if (!trained)
            status = signalled == SIGTERM ? 143 : 130;
    }
    return report(set, options, status, steadySeconds() - started);
}

// A flag for each field of a schema; what is typed goes into `settings`.
void addFlags(CLI::App& command, const Schema& schema, std::map<std::string, std::string>& settings)
{
    for (const Field& field : schema.fields) {
        std::string flag = field.key;
        std::ranges::replace(flag, '_', '-');
        command.add_option("--" + flag, settings[field.key], field.help.text)->default_str(writeJson(field.fallback));
    }
}

// Optimizers on a surface that is given by a formula: nothing is trained.
void addSurface(Program& program, CLI::App& sweep)
{
    auto options = std::make_shared<SweepOptions>();
    CLI::App* command = sweep.add_subcommand("surface", "Optimizers on a surface given by a formula of two weights");
    addFlags(*command, session::toyFields().schema(), options->settings);
    program.on(command, [options]() -> Result<Outcome> {
        const Schema& schema = session::toyFields().schema();
        auto checked = core::spec::check(schema, typedAll(schema, *options), "", {session::catalog()});
        if (!checked.problems.empty())
            return checked.problems.front();
        CORE_TRY(descent, session::descend(session::toyFields().read(checked.value)));
        std::string text;
        for (const session::DescentPath& path : descent.paths)
            text += path.name + std::string(path.name.size() < 14 ? 14 - path.name.size() : 1, ' ') + "loss " +
                    shown(path.points.back()[2]) + " after " + std::to_string(path.points.size() - 1) + " updates\n";
        return Outcome{session::toValue(descent).object(), text, 0};
    });
}

void addKind(Program& program, CLI::App& sweep, const Entry& entry)
{
    auto options = std::make_shared<SweepOptions>();
    options->kind = entry.kind;
    Common& common = program.common;
    CLI::App* command = sweep.add_subcommand(entry.kind, entry.help);
    command->add_option("experiment", options->experiment, "Experiment file; a sample of ours if left out");
    command->add_option("--set", options->sets, "Change a setting of the experiment: PATH=VALUE")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    addFlags(*command, entry.schema, options->settings);
    command->add_option("--runs", common.runs, "Folder of the runs");
    command->add_option("--device", options->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
    command->add_option("--csv", options->csv, "Also write the table of points to this file");
    command->add_option("--resume", options->resume, "auto: go on with an unfinished set of the same runs")
        ->check(CLI::IsMember({"auto", "never"}))
        ->capture_default_str();
    program.on(command, [options, &common]() -> Result<Outcome> {
        CORE_TRY(settings, settingsOf(*options));
        CORE_TRY(resolved, experimentOf(*options));
        if (options->resume == "auto")
            if (auto found = SweepSet::findOpen(common.runsFolder(), options->kind, settings, resolved))
                return conductSet(std::move(*found), *options);
        CORE_TRY(set, SweepSet::create(common.runsFolder(), options->kind, settings, resolved));
        return conductSet(std::move(set), *options);
    });
}

Outcome listed(const std::vector<SweepSet>& sets)
{
    Array all;
    std::string text;
    for (const SweepSet& set : sets) {
        all.push_back(Object{{"id", set.id()},
                             {"set", set.file().string()},
                             {"kind", set.kind()},
                             {"created", set.created()},
                             {"runs", std::int64_t(set.runs().size())},
                             {"ended", std::int64_t(set.ended())}});
        text += set.id() + "  " + std::to_string(set.ended()) + " of " + std::to_string(set.runs().size()) + " runs\n";
    }
    return Outcome{Object{{"sets", std::move(all)}}, text.empty() ? "no sets yet\n" : text, 0};
}

}

void addSweeping(Program& program)
{
    Common& common = program.common;
    CLI::App* sweep = program.app.add_subcommand(
        "sweep", "Experiments that teach: sets of ordinary runs over seeds, with mean and spread");
    sweep->require_subcommand(1);
    for (const Entry& entry : session::allSweeps().family().entries)
        addKind(program, *sweep, entry);
    addSurface(program, *sweep);
    CLI::App* list = sweep->add_subcommand("list", "Which sets there are");
    list->add_option("--runs", common.runs, "Folder of the runs");
    program.on(list, [&common]() -> Result<Outcome> { return listed(SweepSet::list(common.runsFolder())); });
    auto options = std::make_shared<SweepOptions>();
    const auto onSet = [&](const char* name, const char* help) {
        CLI::App* command = sweep->add_subcommand(name, help);
        command->add_option("what", options->set, "A set by its id or file")->required();
        command->add_option("--runs", common.runs, "Folder of the runs");
        command->add_option("--csv", options->csv, "Also write the table of points to this file");
        return command;
    };
    program.on(onSet("show", "What the runs of a set say together"), [options, &common]() -> Result<Outcome> {
        CORE_TRY(set, SweepSet::open(options->set, common.runsFolder()));
        return report(set, *options, 0, -1);
    });
    CLI::App* resume = onSet("resume", "Go on with an unfinished set");
    resume->add_option("--device", options->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
    program.on(resume, [options, &common]() -> Result<Outcome> {
        CORE_TRY(set, SweepSet::open(options->set, common.runsFolder()));
        return conductSet(std::move(set), *options);
    });
}

}
