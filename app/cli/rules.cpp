// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rules.h"
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/store/run_folder.h"

#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace store = core::store;

namespace {

struct Options {
    std::string run, rules;
};

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

Result<Outcome> runRules(const Options& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
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
    Object object = session::toObject(report, record.spec);
    object.set("run", folder.string());
    return Outcome{std::move(object), inWords(report)};
}

}

void addRules(Program& program)
{
    auto options = std::make_shared<Options>();
    Common& common = program.common;
    CLI::App* rules = program.app.add_subcommand("rules", "Run the debugger's rules again over a recorded run");
    rules->add_option("run", options->run, "The run's folder or id")->required();
    rules->add_option("--rules", options->rules, "A file with a list of rules, as under /rules of an experiment");
    rules->add_option("--runs", common.runs, "Folder of the runs");
    program.on(rules, [options, &common] { return runRules(*options, common); });
}

}
