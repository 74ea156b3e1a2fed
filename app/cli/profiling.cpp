// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/profile.h"

#include <cmath>
#include <cstdio>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace debug = core::debug;

namespace {

struct ProfileOptions {
    std::string run, html, trace, other, rules;
};

void addPhases(std::string& text, const debug::ProfileSummary& summary)
{
    const bool whole = debug::inOnePiece(summary.phases);
    for (const debug::PhaseTime& phase : summary.phases) {
        char line[120];
        const std::string title = debug::phaseTitle(phase.name, whole);
        if (phase.known)
            std::snprintf(line, sizeof line, "  %-22s %8s ms a step  %5.1f %%\n", title.c_str(),
                          shown(1000 * phase.perStep).c_str(), 100 * phase.share);
        else
            std::snprintf(line, sizeof line, "  %-22s in one piece with forward\n", title.c_str());
        text += line;
    }
}

std::string textOf(const debug::ProfileReport& report)
{
    std::string text = report.id + ": " + std::to_string(report.summary.steps) + " steps on " + report.device + "\n" +
                       debug::headline(report) + "\n";
    addPhases(text, report.summary);
    for (const debug::ProfileResult& result : report.results) {
        if (result.state != "IssuesFound")
            continue;
        text +=
            "▲ " + result.rule + " since step " + std::to_string(result.step) + ": " + result.verdict.message + "\n";
        for (const debug::ProfileAdvice& advice : result.advice) {
            text += "  → " + advice.text + "\n";
            for (const auto& [path, value] : advice.edits)
                text += "    --set " + path + "=" + writeJson(value) + "\n";
        }
    }
    return text;
}

std::string textOf(const debug::ProfileReport& before, const debug::ProfileReport& after)
{
    std::string text = "a step of " + before.id + " and of " + after.id + "\n";
    for (const debug::PhaseChange& change : debug::compare(before.summary, after.summary)) {
        char line[120];
        std::snprintf(line, sizeof line, "  %-22s %8s ms  %8s ms  %s\n", debug::phaseTitle(change.name).c_str(),
                      shown(1000 * change.before).c_str(), shown(1000 * change.after).c_str(),
                      std::isfinite(change.ratio) ? ("× " + shown(change.ratio)).c_str() : "");
        text += line;
    }
    return text;
}

// One file a rule, as SageMaker's report leaves them in `profiler-reports`.
Status writeRules(const debug::ProfileReport& report, const std::filesystem::path& folder, Array& files)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return Error{ErrorKind::Usage, "cannot be made: " + failed.message(), folder.string(), "Name another folder"};
    for (const auto& [rule, value] : debug::ruleFiles(report)) {
        const std::filesystem::path file = folder / (rule + ".json");
        CORE_CHECK(writeFileAtomically(file, writeJson(value, 2) + "\n"));
        files.push_back(file.string());
    }
    return {};
}

Result<Outcome> profile(const ProfileOptions& options, const Common& common)
{
    CORE_TRY(read, core::session::profileOf(options.run, common.runsFolder()));
    Outcome outcome{debug::toValue(read.report).object(), textOf(read.report)};
    Array files;
    if (!options.html.empty()) {
        CORE_CHECK(writeFileAtomically(options.html, debug::profileHtml(read.trace, read.report)));
        files.push_back(options.html);
    }
    if (!options.trace.empty()) {
        CORE_CHECK(writeFileAtomically(options.trace, debug::chromeTrace(read.trace)));
        files.push_back(options.trace);
    }
    if (!options.rules.empty())
        CORE_CHECK(writeRules(read.report, options.rules, files));
    for (const Value& file : files)
        outcome.text += "written: " + file.text() + "\n";
    outcome.object.set("files", std::move(files));
    if (!options.other.empty()) {
        CORE_TRY(other, core::session::profileOf(options.other, common.runsFolder()));
        outcome.object.set("compared", debug::compareValue(read.report, other.report));
        outcome.text += textOf(read.report, other.report);
    }
    return outcome;
}

}

void addProfiling(Program& program)
{
    CLI::App* command = program.app.add_subcommand(
        "profile", "Where the time of a run goes, what holds it up, and what to do about it");
    const auto options = std::make_shared<ProfileOptions>();
    command->add_option("run", options->run, "Run folder, or its id")->required();
    command->add_option("--runs", program.common.runs, "Folder of the runs");
    command->add_option("--html", options->html, "Also write the report as one HTML file");
    command->add_option("--rules-json", options->rules,
                        "Also write what each rule found into a file of its own in this folder, as SageMaker's "
                        "ProfilerReport does");
    command->add_option("--trace", options->trace, "Also write Chrome trace events, which Perfetto opens");
    command->add_option("--compare", options->other, "A second run: the difference of each phase");
    program.on(command, [&common = program.common, options] { return profile(*options, common); });
}

}
