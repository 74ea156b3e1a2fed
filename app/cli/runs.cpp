// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/ranks.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/certificate.h"
#include "core/session/import_run.h"
#include "core/session/inspect.h"
#include "core/session/run_report.h"
#include "core/session/tuning.h"
#include "core/store/exporter.h"
#include "core/store/run_folder.h"
#include "core/store/run_names.h"
#include "core/store/run_record.h"
#include "core/store/run_tree.h"

#include <memory>

namespace app::cli {

using namespace core::base;
namespace store = core::store;
namespace session = core::session;

namespace {

struct RunOptions {
    std::string run, name;
    std::vector<std::string> others;
    bool tree = false;
    std::int64_t step = -1;
    std::string split = "validation", at = "last", to, destination, input, output;
};

Object objectOf(const store::RunSummary& run)
{
    Object object{{"id", run.id},
                  {"run", run.folder.string()},
                  {"name", run.name},
                  {"status", std::string(core::events::name(run.state))},
                  {"created", isoTime(run.created)},
                  {"steps", run.steps},
                  {"total_steps", run.totalSteps},
                  {"metrics", metricsObject(run.metrics)}};
    if (run.bestEpoch >= 0)
        object.set("best", Object{{"metric", run.bestMetric}, {"value", run.bestValue}, {"epoch", run.bestEpoch}});
    object.set("test_openings", run.testOpenings);
    object.set("bytes", std::int64_t(run.bytes));
    if (!run.parent.empty()) {
        object.set("parent", run.parent);
        object.set("parent_step", run.parentStep);
    }
    if (!run.problem.empty())
        object.set("problem", run.problem);
    return object;
}

std::string lineOf(const store::RunSummary& run)
{
    std::string line = run.id + std::string(run.id.size() < 32 ? 32 - run.id.size() : 1, ' ') +
                       std::string(core::events::name(run.state)) + "  step " + std::to_string(run.steps) +
                       (run.totalSteps > 0 ? " of " + std::to_string(run.totalSteps) : "");
    if (run.bestEpoch >= 0)
        line += "  best " + run.bestMetric + " " + shown(run.bestValue) + " at epoch " + std::to_string(run.bestEpoch);
    if (!run.problem.empty())
        line += "  " + run.problem;
    return line + "\n";
}

Outcome listRuns(const Common& common)
{
    Outcome outcome;
    Array runs;
    for (const store::RunSummary& run : store::listRuns(common.runsFolder())) {
        runs.push_back(objectOf(run));
        outcome.text += lineOf(run);
    }
    if (runs.empty())
        outcome.text = "No runs in " + common.runsFolder().string() + "\n";
    outcome.object = {{"runs", std::move(runs)}};
    return outcome;
}

Object changesOf(const std::vector<core::spec::Difference>& differences)
{
    Object changes;
    for (const auto& difference : differences)
        changes.set(difference.path, difference.after);
    return changes;
}

// The run with its ancestors and branches, indented by where they part.
Outcome tree(const std::filesystem::path& folder)
{
    Outcome outcome;
    Array runs;
    const auto family = store::familyOf(store::listRuns(folder.parent_path()), folder.filename().string());
    for (const store::TreeNode& node : family) {
        Object object = objectOf(node.run);
        object.set("depth", node.depth);
        object.set("changes", changesOf(node.changes));
        runs.push_back(std::move(object));
        std::string changes;
        for (const auto& [path, value] : changesOf(node.changes))
            changes += (changes.empty() ? "" : ", ") + path + " " + writeJson(value);
        outcome.text += std::string(std::size_t(2 * node.depth), ' ');
        if (node.depth > 0)
            outcome.text += "step " + std::to_string(node.run.parentStep) + " → ";
        outcome.text += lineOf(node.run).substr(0, lineOf(node.run).size() - 1) +
                        (node.depth == 0   ? ""
                         : changes.empty() ? "  (unchanged)"
                                           : "  " + changes) +
                        "\n";
    }
    outcome.object = {{"runs", std::move(runs)}};
    return outcome;
}

// What statistics there are of which tensors.
Array tensorsOf(const store::RunRecord& record)
{
    Array all;
    for (const auto& [name, series] : record.tensors) {
        Array statistics;
        for (const auto& [statistic, values] : series.columns)
            statistics.push_back(statistic);
        all.push_back(Object{{"name", name},
                             {"statistics", std::move(statistics)},
                             {"steps", std::int64_t(series.steps.size())},
                             {"last_step", series.steps.empty() ? Value{} : Value(series.steps.back())}});
    }
    return all;
}

// What a person was told while it trained, such as a rank that was lost.
Array noticesOf(const store::RunRecord& record, std::string& text)
{
    Array all;
    for (const core::events::Event& event : record.events)
        if (const auto* notice = std::get_if<core::events::Notice>(&event)) {
            all.push_back(Object{{"step", notice->step},
                                 {"message", notice->error.message},
                                 {"where", notice->error.where},
                                 {"advice", notice->error.advice}});
            text += "step " + std::to_string(notice->step) + ": " + describe(notice->error) + "\n";
        }
    return all;
}

Result<Outcome> show(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    if (options.tree)
        return tree(std::filesystem::absolute(folder / "").lexically_normal().parent_path());
    CORE_TRY(run, store::summarize(folder));
    CORE_TRY(spec, readJson(folder / "spec.json"));
    Object object = objectOf(run);
    object.set("spec", spec);
    // A damaged run is listed all the same.
    std::string notices;
    if (const auto record = store::readRun(folder)) {
        object.set("tensors", tensorsOf(*record));
        object.set("notices", noticesOf(*record, notices));
    }
    return Outcome{Object{{"runs", Array{std::move(object)}}}, lineOf(run) + notices + writeJson(spec, 2) + "\n"};
}

Result<Outcome> compare(const RunOptions& options, const Common& common)
{
    Array runs, differences, parts;
    std::string text;
    Value first;
    CORE_TRY(reference, store::findRun(options.others.front(), common.runsFolder()));
    CORE_TRY(record, store::readRun(reference));
    for (std::size_t i = 0; i < options.others.size(); ++i) {
        CORE_TRY(folder, store::findRun(options.others[i], common.runsFolder()));
        CORE_TRY(run, store::summarize(folder));
        CORE_TRY(spec, readJson(folder / "spec.json"));
        text += lineOf(run);
        runs.push_back(objectOf(run));
        if (i == 0) {
            first = spec;
        } else {
            CORE_TRY(other, store::readRun(folder));
            const auto parted = session::firstDifference(record, other);
            Object object = parted ? session::toValue(*parted).object() : Object{};
            object.set("run", run.id);
            object.set("identical", !parted);
            parts.push_back(std::move(object));
            text += "  " +
                    (parted ? parted->message + (parted->tensor.empty() ? "" : ", first in " + parted->tensor)
                            : std::string("the same at every recorded step")) +
                    "\n";
            for (const auto& difference : core::spec::difference(first, spec)) {
                differences.push_back(Object{{"run", run.id},
                                             {"path", difference.path},
                                             {"before", difference.before},
                                             {"after", difference.after}});
                text += "  " + run.id + "  " + difference.path + "  " + writeJson(difference.before) + " → " +
                        writeJson(difference.after) + "\n";
            }
        }
    }
    return Outcome{Object{{"runs", std::move(runs)},
                          {"differences", std::move(differences)},
                          {"first_differences", std::move(parts)}},
                   text};
}

Result<Outcome> import(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, session::importRun(options.input, common.runsFolder()));
    CORE_TRY(run, store::summarize(folder));
    return Outcome{Object{{"run", folder.string()}, {"runs", Array{objectOf(run)}}},
                   run.id + ": " + std::to_string(run.steps) + " steps of " + options.input + "\n"};
}

Result<Outcome> repair(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    CORE_TRY(done, store::repair(folder));
    CORE_TRY(run, store::summarize(folder));
    return Outcome{Object{{"runs", Array{objectOf(run)}}, {"done", done}}, done + "\n"};
}

Result<Outcome> rename(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    CORE_TRY(renamed, store::renameRun(folder, options.name));
    CORE_TRY(run, store::summarize(renamed));
    return Outcome{Object{{"runs", Array{objectOf(run)}}},
                   folder.filename().string() + " is called " + run.id + " now\n"};
}

Result<Outcome> remove(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    CORE_CHECK(store::removeRun(folder));
    return Outcome{Object{{"runs", Array{folder.string()}}}, "removed " + folder.string() + "\n"};
}

Result<Outcome> evaluate(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    CORE_CHECK(session::reach(folder, options.at));
    CORE_TRY(evaluation, session::evaluate(folder, options.split, options.at));
    std::string text = options.split + ", " + std::to_string(evaluation.rows) + " rows\n";
    for (const auto& [name, value] : evaluation.metrics)
        text += "  " + name + "  " + shown(value) + "\n";
    if (evaluation.testOpenings > 0)
        text += "The test split of this run has been opened " + std::to_string(evaluation.testOpenings) +
                (evaluation.testOpenings == 1 ? " time\n" : " times\n");
    if (evaluation.optimism > 0)
        text += "If each look was at another model and the best was kept, its accuracy is too good by about " +
                shown(evaluation.optimism) + "\n";
    Array classes;
    for (const session::Evaluation::Class& one : evaluation.classes)
        classes.push_back(Object{{"name", one.name},
                                 {"precision", one.precision},
                                 {"recall", one.recall},
                                 {"f1", one.f1},
                                 {"support", one.support}});
    return Outcome{Object{{"metrics", metricsObject(evaluation.metrics)},
                          {"classes", std::move(classes)},
                          {"rows", evaluation.rows},
                          {"test_openings", evaluation.testOpenings},
                          {"optimism", evaluation.optimism}},
                   text};
}

Result<Outcome> predict(const RunOptions& options, const Common& common)
{
    CORE_TRY(folder, store::findRun(options.run, common.runsFolder()));
    CORE_CHECK(session::reach(folder, options.at));
    CORE_TRY(rows, session::predict(folder, options.input, options.output, options.at));
    return Outcome{Object{{"rows", rows}, {"output", options.output}},
                   std::to_string(rows) + " predictions in " + options.output + "\n"};
}

// What is no format of runs says why.
Status whyNot(const std::string& target)
{
    if (target == "optuna")
        return Error{ErrorKind::Usage, "a journal of Optuna's holds a study's trials, and this is a run", "--to",
                     "Name the study: descent-cli export STUDY --to optuna FILE"};
    if (target == "onnx")
        return Error{
            ErrorKind::Usage, "ONNX is a graph of operators, which is not written here", "--to",
            "Load the weights (pth, safetensors) into the same network of PyTorch's and use torch.onnx.export"};
    return {};
}

Result<Outcome> exportRun(const RunOptions& options, const Common& common)
{
    const bool ofStudies = options.to == "csv" || options.to == "optuna" || options.to == "tensorboard";
    auto found = store::findRun(options.run, common.runsFolder());
    if (!found && ofStudies && session::findStudy(options.run, common.runsFolder()))
        return exportStudy(options.run, options.to, options.destination, common);
    CORE_TRY(folder, std::move(found));
    CORE_CHECK(whyNot(options.to));
    CORE_CHECK(session::reach(folder, options.at));
    // A report is made of more than the store knows.
    if (options.to == "html") {
        CORE_TRY(file, store::exportFile({folder, options.destination, options.at}, ".html"));
        CORE_TRY(report, session::gatherReport(folder.string(), common.runsFolder(), {options.at}));
        CORE_CHECK(session::writeReportHtml(report, file));
        return Outcome{Object{{"files", Array{file.string()}}}, file.string() + "\n"};
    }
    CORE_TRY(exporter, store::allExporters().make({options.to, Object{}}));
    CORE_TRY(files, exporter->write({folder, options.destination, options.at}));
    Outcome outcome;
    Array written;
    for (const auto& file : files) {
        written.push_back(file.string());
        outcome.text += file.string() + "\n";
    }
    outcome.object = {{"files", std::move(written)}};
    return outcome;
}

}

void addRuns(Program& program)
{
    auto options = std::make_shared<RunOptions>();
    Common& common = program.common;
    const auto add = [&](CLI::App& parent, const std::string& name, const std::string& help) {
        CLI::App* command = parent.add_subcommand(name, help);
        command->add_option("--runs", common.runs, "Folder of the runs");
        return command;
    };
    const auto ofRun = [&](CLI::App& parent, const std::string& name, const std::string& help) {
        CLI::App* command = add(parent, name, help);
        command->add_option("run", options->run, "The run's folder or id")->required();
        return command;
    };

    CLI::App* runs = program.app.add_subcommand("runs", "The run store");
    runs->add_option("--runs", common.runs, "Folder of the runs");
    runs->require_subcommand(0, 1);
    auto chosen = std::make_shared<Work>();
    const auto under = [&](CLI::App* command, Work work) {
        command->add_flag("--json", common.json, "One JSON object on standard output");
        command->callback([chosen, work = std::move(work)] { *chosen = work; });
    };
    under(add(*runs, "list", "All runs, newest first"), [&common]() -> Result<Outcome> { return listRuns(common); });
    CLI::App* showing = ofRun(*runs, "show", "One run with its settings");
    showing->add_flag("--tree", options->tree, "The runs that it branched from, and those that branched from it");
    under(showing, [options, &common] { return show(*options, common); });
    CLI::App* comparison = add(*runs, "compare", "Which settings and results differ");
    comparison->add_option("runs", options->others, "Runs, the first is compared with the others")
        ->required()
        ->expected(2, 100);
    under(comparison, [options, &common] { return compare(*options, common); });
    CLI::App* ranking = ofRun(*runs, "ranks", "What each rank of a training did: rows, loss, times, digests");
    ranking->add_option("--at", options->step, "A step; else the last that was measured");
    under(ranking, [options, &common] { return ranksOfRun(common, options->run, options->step); });
    CLI::App* importing = add(*runs, "import", "Make a run of what another program logged");
    importing
        ->add_option("file", options->input,
                     "A CSV of step and scalars, a TensorBoard event file or a folder of them, or an npz of tensors "
                     "named name@step or name@step@EVAL")
        ->required();
    under(importing, [options, &common] { return import(*options, common); });
    under(ofRun(*runs, "repair", "Rebuild the view of a run whose writer died"),
          [options, &common] { return repair(*options, common); });
    CLI::App* renaming = ofRun(*runs, "rename", "Give a run another id; its branches still know it");
    renaming->add_option("name", options->name, "The new id: letters, digits and dashes")->required();
    under(renaming, [options, &common] { return rename(*options, common); });
    under(ofRun(*runs, "delete", "Remove a run"), [options, &common] { return remove(*options, common); });
    program.on(runs, [chosen, &common]() -> Result<Outcome> {
        return *chosen ? (*chosen)() : Result<Outcome>(listRuns(common));
    });

    CLI::App* evaluation = ofRun(program.app, "evaluate", "Metrics on a split; opening the test split is counted");
    evaluation->add_option("--split", options->split, "train, validation or test")->capture_default_str();
    evaluation->add_option("--at", options->at, "last, best or a step")->capture_default_str();
    program.on(evaluation, [options, &common] { return evaluate(*options, common); });

    CLI::App* prediction = ofRun(program.app, "predict", "Predictions for new rows");
    prediction->add_option("--input", options->input, "A file like the run's data")->required();
    prediction->add_option("--output", options->output, "CSV to write")->required();
    prediction->add_option("--at", options->at, "last, best or a step");
    program.on(prediction, [options, &common] { return predict(*options, common); });

    CLI::App* exporting = ofRun(program.app, "export", "Write a run, or a study, in another format");
    exporting
        ->add_option("--to", options->to,
                     "csv, tensorboard, npz, safetensors, pth, html (its report); of a study: csv, optuna, tensorboard")
        ->required();
    exporting->add_option("destination", options->destination, "File or folder to write")->required();
    exporting->add_option("--at", options->at, "last, best or a step");
    program.on(exporting, [options, &common] { return exportRun(*options, common); });
}

}
