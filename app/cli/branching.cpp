// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/certificate.h"
#include "core/session/cure.h"
#include "core/spec/experiment.h"
#include "core/store/run_folder.h"

#include <iostream>
#include <memory>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace session = core::session;

namespace {

constexpr int failed = 4;

struct BranchOptions {
    std::string run, device = "auto", output, fix;
    std::int64_t at = -1, from = -1, to = -1, until = -1, seeds = 1;
    std::vector<std::string> sets;
};

// How far training again has come, drawn over itself on a terminal.
session::Going stepsDone(const char* what)
{
    const bool terminal = ::isatty(STDERR_FILENO);
    return [what, terminal](std::int64_t done, std::int64_t all) {
        if (terminal)
            std::cerr << "\r\x1b[K" << what << " " << done << " of " << all << " steps" << (done == all ? "\n" : "")
                      << std::flush;
        return true;
    };
}

// A fix that a rule offers, tried beside the run; both futures are judged.
Result<Outcome> cure(const std::filesystem::path& parent, const BranchOptions& options, const Common& common)
{
    CORE_TRY(plan, session::planCure(parent, options.fix));
    session::CureWish wish{parent, options.at >= 0 ? options.at : plan.step, plan.fix.changes, options.seeds, {}};
    for (const std::string& set : options.sets) {
        CORE_TRY(change, core::spec::parseSet(set));
        wish.changes.push_back(std::move(change));
    }
    session::CureWatch watch;
    if (::isatty(STDERR_FILENO))
        watch.told = [](const session::CureProgress& now) {
            std::cerr << "\r\x1b[Kwith the fix: " << int(100 * now.share) << " %" << std::flush;
        };
    const session::SweepControl control;
    CORE_TRY(cured, session::tryFix(wish, {common.runsFolder(), options.device}, control, watch));
    Array branches;
    for (const std::filesystem::path& branch : cured.branches)
        branches.push_back(branch.string());
    Object changes;
    for (const auto& [path, value] : plan.fix.changes)
        changes.set(path, value);
    Object object{{"run", cured.branches.front().string()},
                  {"parent", parent.filename().string()},
                  {"parent_step", wish.step},
                  {"rule", plan.finding.rule},
                  {"fix", plan.fix.key},
                  {"changes", changes},
                  {"branches", std::move(branches)},
                  {"verdict", session::toValue(cured.verdict)}};
    return Outcome{std::move(object), plan.finding.rule + ": " + plan.fix.label + ", from step " +
                                          std::to_string(wish.step) + ". " + cured.verdict.sentence() + "\n" +
                                          cured.branches.front().string() + "\n"};
}

Result<Outcome> branch(const BranchOptions& options, const Common& common)
{
    const double started = core::base::steadySeconds();
    CORE_TRY(parent, core::store::findRun(options.run, common.runsFolder()));
    if (!options.fix.empty())
        return cure(parent, options, common);
    if (options.at < 0)
        return Error{ErrorKind::Usage, "branch wants a step", "--at", "Name the step with --at, or a rule with --fix"};
    std::vector<std::pair<std::string, Value>> changes;
    for (const std::string& set : options.sets) {
        CORE_TRY(change, core::spec::parseSet(set));
        changes.push_back(std::move(change));
    }
    session::Options how{common.runsFolder(), options.device};
    how.until = options.until;
    CORE_TRY(run, session::Session::branch(parent, options.at, changes, how, stepsDone("going back:")));
    return conduct(*run, started, Object{{"parent", parent.filename().string()}, {"parent_step", options.at}});
}

Result<Outcome> outcome(const session::Certificate& certificate, const BranchOptions& options)
{
    const Value value = session::toValue(certificate);
    if (!options.output.empty())
        CORE_CHECK(writeFileAtomically(options.output, writeJson(value, 2) + "\n"));
    std::string text = session::describe(certificate) + "\n" + std::to_string(certificate.stepsChecked) +
                       " steps and " + std::to_string(certificate.keyframesChecked) + " checkpoints compared\n";
    for (const std::string& note : certificate.notes)
        text += "note: " + note + "\n";
    return Outcome{value.object(), text, certificate.identical ? 0 : failed};
}

Result<Outcome> replay(const BranchOptions& options, const Common& common)
{
    const std::filesystem::path named = options.run;
    if (std::filesystem::is_regular_file(named) && named.extension() == ".json") {
        if (options.from >= 0 || options.to >= 0)
            return Error{ErrorKind::Usage, "a certificate is checked as a whole", options.run,
                         "Leave --from and --to out, or name the run"};
        CORE_TRY(checked, session::checkCertificate(named, "auto", stepsDone("training again:")));
        return outcome(checked, options);
    }
    CORE_TRY(run, core::store::findRun(options.run, common.runsFolder()));
    CORE_TRY(certificate, session::certify(run, options.from, options.to, stepsDone("training again:")));
    // Of the whole run it is kept with it, for its report; a folder that cannot be written to has none.
    if (options.from < 0 && options.to < 0)
        (void)writeFileAtomically(run / "certificate.json", writeJson(session::toValue(certificate), 2) + "\n");
    return outcome(certificate, options);
}

}

void addBranching(Program& program)
{
    auto options = std::make_shared<BranchOptions>();
    Common& common = program.common;
    const CLI::Validator steps(
        [](const std::string& text) {
            return text.starts_with('-') ? text + " is no step: name a number from 0 on" : std::string();
        },
        "STEP");
    const auto ofRun = [&](const char* name, const char* help, const char* run) {
        CLI::App* command = program.app.add_subcommand(name, help);
        command->add_option("run", options->run, run)->required();
        command->add_option("--runs", common.runs, "Folder of the runs");
        return command;
    };

    CLI::App* branching =
        ofRun("branch", "Go back to a step of a run and grow a new run from there", "The run's folder or id");
    branching->add_option("--at", options->at, "Updates done")->check(steps);
    branching->add_option("--until", options->until, "Stop after so many updates; it can be resumed")->check(steps);
    branching->add_option("--fix", options->fix,
                          "Try what a rule offers beside the run and compare: RULE, or RULE.FIX such as "
                          "VanishingGradient.relu");
    branching->add_option("--seeds", options->seeds, "With --fix: branches, for the spread")->check(CLI::Range(1, 100));
    branching->add_option("--set", options->sets, "Change a setting: PATH=VALUE, such as train.optimizer.lr=0.1")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    branching->add_option("--device", options->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
    program.on(branching, [options, &common] { return branch(*options, common); });

    CLI::App* replaying = ofRun("replay", "Train a run again and compare its weights with what it recorded",
                                "The run's folder or id, or a certificate that another person has written");
    replaying->add_option("--from", options->from, "First step to compare; the first keyframe if left out")
        ->check(steps);
    replaying->add_option("--to", options->to, "Last step to compare; the end if left out")->check(steps);
    replaying->add_option("--output", options->output, "Write the certificate to this file");
    program.on(replaying, [options, &common] { return replay(*options, common); });
}

}
