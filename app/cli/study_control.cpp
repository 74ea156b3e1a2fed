// SPDX-License-Identifier: GPL-3.0-or-later
// A study that goes on is told what a person wants, whoever trains it.
#include "app/cli/study_control.h"
#include "core/base/json.h"
#include "core/session/tuning_orders.h"

#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;

namespace {

struct ControlOptions {
    std::string study;
    std::vector<std::string> changes;
    std::int64_t trial = 0;
};

Result<Outcome> ordered(const ControlOptions& options, const Common& common, const Object& order,
                        const std::string& said)
{
    CORE_TRY(folder, session::findStudy(options.study, common.runsFolder()));
    CORE_CHECK(session::orderStudy(folder, order));
    return Outcome{Object{{"study", folder.path.string()}, {"done", said}}, said + "\n"};
}

Result<Outcome> changeStudy(const ControlOptions& options, const Common& common)
{
    CORE_TRY(folder, session::findStudy(options.study, common.runsFolder()));
    CORE_TRY(read, session::readStudy(folder));
    CORE_TRY(spec, session::changedTuning(folder, read.state.spec, options.changes));
    Value tuning = core::tune::tuningFields().write(spec);
    CORE_CHECK(session::orderStudy(folder, Object{{"do", "change"}, {"tuning", tuning}}));
    return Outcome{Object{{"study", folder.path.string()}, {"tuning", std::move(tuning)}},
                   "new trials keep to the change; a study that had ended goes on with tune\n"};
}

}

void addControl(Program& program, CLI::App* study, CLI::App* trial)
{
    auto options = std::make_shared<ControlOptions>();
    Common& common = program.common;
    const auto of = [&](CLI::App* command) {
        command->add_option("study", options->study, "The study's folder or id")->required();
        command->add_option("--runs", common.runs, "Folder of the runs and studies");
        return command;
    };
    const auto one = [&](CLI::App* command) {
        of(command)->add_option("number", options->trial, "The trial")->required();
        return command;
    };
    const auto simple = [&](CLI::App* command, const char* what, const char* said, bool ofTrial) {
        program.on(command, [options, &common, what, said, ofTrial] {
            Object order{{"do", what}};
            if (ofTrial)
                order.set("trial", options->trial);
            return ordered(*options, common, order, said);
        });
    };
    simple(
        of(study->add_subcommand("pause", "No new trials; those that train come to their end. Also while it trains")),
        "pause", "paused; study resume or tune goes on", false);
    simple(of(study->add_subcommand("resume", "A paused study may go on; tune trains it")), "resume",
           "not paused any more", false);
    CLI::App* change = of(study->add_subcommand(
        "change", "Other ranges, values, budget, workers or early stopping, also while it trains"));
    change
        ->add_option("changes", options->changes,
                     "max_jobs=80, max_parallel_jobs=4, early_stopping=Off; of a parameter MIN..MAX or a list of "
                     "values: train.optimizer.lr=1e-5..1, train.optimizer='[\"sgd\",\"adam\"]'")
        ->required();
    program.on(change, [options, &common] { return changeStudy(*options, common); });
    simple(one(trial->add_subcommand("pause", "It keeps its place and its checkpoint")), "pause",
           "paused; trial resume goes on", true);
    simple(one(trial->add_subcommand("resume", "It goes on where it was, next in turn")), "resume",
           "waits for its turn", true);
    simple(one(trial->add_subcommand("skip", "It is not trained any more")), "skip", "skipped", true);
}

}
