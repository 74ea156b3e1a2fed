// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rules.h"
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/session/rule_trials.h"
#include "core/spec/check.h"
#include "core/store/run_folder.h"

#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace store = core::store;

namespace {

struct RuleOptions {
    std::string run, rules, mark, rule;
};
struct BenchOptions {
    std::string rule;
    std::vector<std::string> sets;
};

// The name of a rule, or an error that tells the nearest.
Status isRule(const std::string& name)
{
    const core::base::Family& rules = core::debug::allRules().family();
    if (rules.find(name))
        return {};
    std::vector<std::string> known;
    for (const core::base::Entry& entry : rules.entries)
        known.push_back(entry.kind);
    const std::string near = core::spec::nearest(name, known);
    return Error{ErrorKind::Usage, "\"" + name + "\" is no rule", "--rule",
                 near.empty() ? "descent-cli schema rules names them all" : "Did you mean \"" + near + "\"?"};
}

Result<Outcome> markRun(const std::filesystem::path& run, const RuleOptions& options)
{
    if (options.mark == "sick" && options.rule.empty())
        return Error{ErrorKind::Usage, "a sick run needs the rule that should find it", "--rule",
                     "Give --rule Overfit or another name of schema rules"};
    if (!options.rule.empty())
        CORE_CHECK(isRule(options.rule));
    CORE_TRY(mark, store::readMark(run));
    if (options.mark == "healthy" || (options.mark == "none" && options.rule.empty()))
        mark = {options.mark == "healthy" ? store::RunMark::Health::Healthy : store::RunMark::Health::Unknown, {}};
    else
        mark.set(options.rule, options.mark == "sick" ? std::optional(true) : std::nullopt);
    CORE_CHECK(store::writeMark(run, mark));
    using Health = store::RunMark::Health;
    const std::string health = mark.health == Health::Healthy ? "healthy"
                               : mark.health == Health::Sick  ? "sick"
                                                              : "none";
    Array rules;
    std::string text = run.filename().string() + ": " + (health == "none" ? "not marked" : health);
    for (const std::string& rule : mark.rules) {
        text += (rules.empty() ? " of " : ", ") + rule;
        rules.emplace_back(rule);
    }
    return Outcome{Object{{"run", run.string()}, {"mark", health}, {"rules", std::move(rules)}}, text + "\n"};
}

std::string inWords(const session::RuleReport& report)
{
    std::string text;
    for (std::size_t i = 0; i < report.rules.size(); ++i) {
        const auto& state = report.found.states[i];
        const std::int64_t count = report.found.counts[i];
        text += state.rule + std::string(state.rule.size() < 28 ? 28 - state.rule.size() : 1, ' ') + state.state;
        if (count > 0)
            text += ", " + std::to_string(count) + (count == 1 ? " step" : " steps");
        else if (!state.details.empty())
            text += ": " + state.details;
        text += "\n";
        for (const auto& finding : report.found.findings)
            if (finding.rule == state.rule) {
                text += "  step " + std::to_string(finding.step) + ": " + finding.message + "\n";
                break;
            }
    }
    return text.empty() ? "No rules\n" : text;
}

Result<Outcome> runRules(const RuleOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    if (!options.mark.empty())
        return markRun(folder, options);
    CORE_TRY(record, store::readRun(folder));
    std::vector<core::spec::RuleSpec> rules = session::rulesOf(record);
    if (!options.rules.empty()) {
        auto given = readJson(options.rules);
        if (!given) {
            Error error = std::move(given).error();
            error.kind = ErrorKind::Spec;
            return error;
        }
        CORE_TRY(read, session::readRules(*given, options.rules));
        rules = std::move(read);
    }
    const session::RuleReport report = session::checkRun(record, rules, common.runsFolder());
    Object object = session::toObject(report, record);
    object.set("run", folder.string());
    return Outcome{std::move(object), inWords(report)};
}

std::string inWords(const session::RuleTrials& trials)
{
    std::string text;
    for (const auto& run : trials.runs) {
        text += run.id + std::string(run.id.size() < 32 ? 32 - run.id.size() : 1, ' ');
        text += run.times > 0
                    ? "fires " + std::to_string(run.times) + " times, first at step " + std::to_string(run.first)
                    : std::string("silent");
        if (run.sick)
            text += *run.sick == (run.times > 0) ? (*run.sick ? "; sick" : "; healthy")
                                                 : (*run.sick ? "; sick: missed" : "; healthy: a false alarm");
        text += "\n";
    }
    if (trials.runs.empty())
        return "No runs\n";
    if (trials.healthy + trials.sick == 0)
        return text + "No run is marked: rules RUN --mark healthy, or --mark sick --rule NAME\n";
    const auto wrong = [&](const core::debug::BenchPoint& point) {
        return std::to_string(point.falseAlarms) + " false alarms in " + std::to_string(trials.healthy) +
               " healthy runs, " + std::to_string(point.misses) + " of " + std::to_string(trials.sick) +
               " sick ones missed";
    };
    text += trials.compared.threshold.empty()
                ? wrong(trials.now)
                : trials.compared.threshold + " " + shown(trials.threshold) + ": " + wrong(trials.now);
    if (trials.best)
        text += "\nleast often wrong at " + shown(*trials.best);
    return text + "\n";
}

Object toObject(const core::debug::BenchPoint& point)
{
    return {{"threshold", point.threshold}, {"false_alarms", point.falseAlarms}, {"misses", point.misses}};
}

Result<Outcome> benchRule(const BenchOptions& options, const Common& common)
{
    CORE_CHECK(isRule(options.rule));
    Object rule{{"rule", options.rule}};
    for (const std::string& set : options.sets) {
        const std::size_t equals = set.find('=');
        if (equals == set.npos || equals == 0)
            return Error{ErrorKind::Usage, "\"" + set + "\" sets nothing", "--set", "Write --set threshold=0.1"};
        auto value = parseJson(set.substr(equals + 1));
        rule.set(set.substr(0, equals), value ? std::move(*value) : Value(set.substr(equals + 1)));
    }
    CORE_TRY(rules, session::readRules(Array{std::move(rule)}, "--set"));
    session::RecordedRuns recorded;
    CORE_TRY(trials, session::tryRule(rules.front(), common.runsFolder(), recorded));
    Array runs, points;
    for (const auto& run : trials.runs) {
        Object one{{"run", run.id}, {"times", run.times}};
        if (run.first >= 0)
            one.set("first", run.first);
        if (run.sick)
            one.set("mark", *run.sick ? "sick" : "healthy");
        runs.push_back(std::move(one));
    }
    for (const auto& point : trials.points)
        points.push_back(toObject(point));
    Object object{{"rule", options.rule},          {"parameter", trials.compared.threshold},
                  {"threshold", trials.threshold}, {"healthy", trials.healthy},
                  {"sick", trials.sick},           {"now", toObject(trials.now)},
                  {"runs", std::move(runs)},       {"points", std::move(points)}};
    if (trials.best)
        object.set("best", *trials.best);
    return Outcome{std::move(object), inWords(trials)};
}

}

void addRules(Program& program)
{
    auto options = std::make_shared<RuleOptions>();
    Common& common = program.common;
    CLI::App* rules = program.app.add_subcommand("rules", "Run the debugger's rules again over a recorded run");
    rules->add_option("run", options->run, "The run's folder or id")->required();
    rules->add_option("--rules", options->rules, "A file with a list of rules, as under /rules of an experiment");
    rules->add_option("--mark", options->mark, "Says of the run: healthy, sick (of --rule) or none; kept beside it")
        ->check(CLI::IsMember({"healthy", "sick", "none"}));
    rules->add_option("--rule", options->rule, "The rule that should find a sick run");
    rules->add_option("--runs", common.runs, "Folder of the runs");
    program.on(rules, [options, &common] { return runRules(*options, common); });

    auto benched = std::make_shared<BenchOptions>();
    CLI::App* bench = program.app.add_subcommand(
        "rule-bench", "A rule over all recorded runs: where it fires, and false alarms and misses by threshold");
    bench->add_option("rule", benched->rule, "Its name, as in schema rules")->required();
    bench->add_option("--set", benched->sets, "A parameter, such as threshold=0.1; may be repeated");
    bench->add_option("--runs", common.runs, "Folder of the runs");
    program.on(bench, [benched, &common] { return benchRule(*benched, common); });
}

}
