// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/base/thrown.h"
#include "core/session/inspect.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <unistd.h>

namespace {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;

// CLI11 says "a subcommand is required" where a word is none; this names the word and the nearest command.
Error badUsage(const CLI::App& app, const std::vector<std::string>& words, const std::string& message)
{
    const CLI::App* here = &app;
    std::string path = app.get_name();
    for (const std::string& word : words) {
        const auto below = here->get_subcommands([](const CLI::App*) { return true; });
        if (below.empty() || word.starts_with('-'))
            break;
        const auto found =
            std::find_if(below.begin(), below.end(), [&](const CLI::App* one) { return one->check_name(word); });
        if (found == below.end()) {
            std::vector<std::string> names;
            std::string known;
            for (const CLI::App* one : below) {
                names.push_back(one->get_name());
                known += (known.empty() ? "" : ", ") + one->get_name();
            }
            const std::string near = core::spec::nearest(word, names);
            return {ErrorKind::Usage, "there is no command \"" + word + "\"", "command line",
                    (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "Known: " + known};
        }
        here = *found;
        path += " " + here->get_name();
    }
    return {ErrorKind::Usage, message, "command line", path + " --help tells what there is"};
}

// What nobody foresaw still ends as an error that says so.
core::base::Result<app::cli::Outcome> guarded(const app::cli::Work& work)
{
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::Resource, "not enough memory", {}, "Try fewer rows, or smaller settings"};
    } catch (const core::base::Thrown& failure) {
        return failure.error();
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Internal, failure.what(), {}, "Please report this"};
    }
}

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

bool endsInJson = false; // what endWithoutMemory() writes

// Memory may end where nothing can be handed back: in a destructor, or while a library closes its files. Nothing here
// allocates.
[[noreturn]] void endWithoutMemory()
{
    try {
        if (const auto thrown = std::current_exception())
            std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
        constexpr std::string_view text = "descent-cli: not enough memory. Try fewer rows, or smaller settings\n",
                                   json = "{\"error\": {\"kind\": \"resource\", \"message\": \"not enough memory. Try "
                                          "fewer rows, or smaller settings\", \"where\": \"\"}}\n";
        const bool told = (!endsInJson || ::write(STDOUT_FILENO, json.data(), json.size()) > 0) &&
                          ::write(STDERR_FILENO, text.data(), text.size()) > 0;
        (void)told;
        std::_Exit(core::base::exitCode(ErrorKind::Resource));
    } catch (...) {
    }
    std::abort();
}

// All work is done and saved: what LibTorch takes apart at the end, operator by operator, the system takes at once.
[[noreturn]] void end(int status)
{
    const bool told = std::cout.flush() && std::fflush(stdout) == 0;
    // A reader that has seen enough (EPIPE) is no trouble.
    if (!told && errno != EPIPE && status == 0)
        status =
            fail(Error{ErrorKind::Resource, "the answer could not be written: " + std::string(std::strerror(errno)),
                       "standard output", "The work itself is done; ask again with an output that takes it"},
                 false);
    std::cerr.flush();
    std::fflush(nullptr);
    ::_exit(status);
}

}

int main(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i)
        endsInJson = endsInJson || std::string_view(argv[i]) == "--json";
    std::set_terminate(endWithoutMemory);
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
    app::cli::addRanks(program);
    app::cli::addBranching(program);
    app::cli::addFinding(program);
    app::cli::addSweeping(program);
    app::cli::addInside(program);
    app::cli::addLooking(program);
    app::cli::addRuns(program);
    app::cli::addModels(program);
    app::cli::addProfiling(program);
    app::cli::addRules(program);
    app::cli::addReporting(program);
    app::cli::addTuning(program);
    app::cli::addJobs(program);
    app::cli::addTrialWorker(program);
    // Known before parsing ends, so that bad usage is told as JSON too.
    common.json = endsInJson;
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        end(app.exit(help));
    } catch (const CLI::ParseError& error) {
        return fail(badUsage(app, {argv + 1, argv + argc}, error.what()), common.json);
    }
    const auto outcome = guarded(work);
    if (!outcome)
        end(fail(outcome.error(), common.json));
    if (!common.silent)
        std::cout << (common.json ? core::base::writeJson(outcome->object, 2) + "\n" : outcome->text) << std::flush;
    end(outcome->status);
}
