// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/session/inspect.h"

#include <csignal>
#include <cstdio>
#include <iostream>

namespace {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;

int fail(const Error& error, bool json)
{
    if (json) {
        const Object object{
            {"error", Object{{"kind", std::string(core::base::name(error.kind))},
                             {"message", error.message + (error.advice.empty() ? "" : ". " + error.advice)},
                             {"where", error.where}}}};
        std::cout << core::base::writeJson(object, 2) << std::endl;
    }
    std::cerr << "descent-cli: " << core::base::describe(error) << std::endl;
    return core::base::exitCode(error.kind);
}

}

int main(int argc, char** argv)
{
    core::session::prepareProcess(argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app{"Descent: train models, look at runs, and export them, without a window."};
    app.name("descent-cli");
    app.require_subcommand(1);
    app.failure_message(CLI::FailureMessage::simple);
    app::cli::Common common;
    app::cli::Work work;
    app::cli::Program program{app, common, [&](CLI::App* command, app::cli::Work chosen) {
                                  command->add_flag(
                                      "--json", common.json,
                                      "One JSON object on standard output; progress goes to standard error");
                                  command->callback([&work, chosen = std::move(chosen)] { work = chosen; });
                              }};
    app::cli::addTraining(program);
    app::cli::addBranching(program);
    app::cli::addLooking(program);
    app::cli::addRuns(program);
    // Known before parsing ends, so that bad usage is told as JSON too.
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json")
            common.json = true;
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        return fail({ErrorKind::Usage, error.what(), "command line", "descent-cli --help tells what there is"},
                    common.json);
    }
    const auto outcome = work();
    if (!outcome)
        return fail(outcome.error(), common.json);
    std::cout << (common.json ? core::base::writeJson(outcome->object, 2) + "\n" : outcome->text) << std::flush;
    return outcome->status;
}
