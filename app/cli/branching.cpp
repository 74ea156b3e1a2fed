// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/certificate.h"
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

struct Options {
    std::string run, device = "auto", output;
    std::int64_t at = -1, from = -1, to = -1;
    std::vector<std::string> sets;
};

// How far training again has come, drawn over itself on a terminal.
session::Going progress(const char* what)
{
    const bool terminal = ::isatty(STDERR_FILENO);
    return [what, terminal](std::int64_t done, std::int64_t all) {
        if (terminal)
            std::cerr << "\r\x1b[K" << what << " " << done << " of " << all << " steps" << (done == all ? "\n" : "")
                      << std::flush;
        return true;
    };
}

Result<Outcome> branch(const Options& options, const Common& common)
{
    const double started = core::base::steadySeconds();
    CORE_TRY(parent, core::store::findRun(options.run, common.runsFolder()));
    std::vector<std::pair<std::string, Value>> changes;
    for (const std::string& set : options.sets) {
        CORE_TRY(change, core::spec::parseSet(set));
        changes.push_back(std::move(change));
    }
    CORE_TRY(run, session::Session::branch(parent, options.at, changes, {common.runsFolder(), options.device},
                                           progress("going back:")));
    return conduct(*run, started, Object{{"parent", parent.filename().string()}, {"parent_step", options.at}});
}

Result<Outcome> outcome(const session::Certificate& certificate, const Options& options)
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

Result<Outcome> replay(const Options& options, const Common& common)
{
    const std::filesystem::path named = options.run;
    if (std::filesystem::is_regular_file(named) && named.extension() == ".json") {
        if (options.from >= 0 || options.to >= 0)
            return Error{ErrorKind::Usage, "a certificate is checked as a whole", options.run,
                         "Leave --from and --to out, or name the run"};
        CORE_TRY(checked, session::checkCertificate(named, "auto", progress("training again:")));
        return outcome(checked, options);
    }
    CORE_TRY(run, core::store::findRun(options.run, common.runsFolder()));
    CORE_TRY(certificate, session::certify(run, options.from, options.to, progress("training again:")));
    return outcome(certificate, options);
}

}

void addBranching(Program& program)
{
    auto options = std::make_shared<Options>();
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
    branching->add_option("--at", options->at, "Updates done")->required()->check(steps);
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
