// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/session/inspect.h"

#include <algorithm>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace data = core::data;

namespace {

struct Options {
    std::string experiment;
    std::vector<std::string> sets;
    std::string which = "experiment";
};

void takeExperiment(CLI::App* command, Options& options)
{
    command->add_option("experiment", options.experiment, "Experiment file (*.experiment.json)")->required();
    command->add_option("--set", options.sets, "Change a setting: PATH=VALUE")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
}

Array problemsArray(const std::vector<data::Problem>& problems)
{
    Array list;
    for (const data::Problem& problem : problems) {
        Array rows;
        for (const std::int64_t row : problem.rows)
            rows.push_back(row);
        Object changes;
        for (const auto& [path, value] : problem.changes)
            changes.set(path, value);
        list.push_back(Object{{"kind", problem.kind},
                              {"column", problem.column},
                              {"rows", std::move(rows)},
                              {"count", problem.count},
                              {"message", problem.message},
                              {"remedy", problem.remedy},
                              {"effect", problem.effect},
                              {"changes", std::move(changes)}});
    }
    return list;
}

Result<Outcome> lookAtData(const Options& options)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(preview, session::previewData(resolved, 0));
    const data::DatasetInfo& info = preview.info;
    Array features, classes;
    for (const std::string& feature : info.features)
        features.push_back(feature);
    for (const std::string& name : info.classes)
        classes.push_back(name);
    Object splits;
    std::string text = info.name + ": " + std::to_string(info.rows) + " rows, " + info.task + "\n";
    for (std::size_t s = 0; s < 3; ++s) {
        const std::string name(data::name(data::SplitName(s)));
        Object counts;
        for (std::size_t c = 0; c < info.classes.size(); ++c)
            counts.set(info.classes[c], preview.classCounts[s][c]);
        splits.set(name, Object{{"rows", preview.splitRows[s]}, {"classes", std::move(counts)}});
        text += "  " + name + std::string(12 - name.size(), ' ') + std::to_string(preview.splitRows[s]) + " rows\n";
    }
    for (const data::Problem& problem : preview.problems)
        text += "! " + problem.message + (problem.remedy.empty() ? "" : ". " + problem.remedy) + "\n";
    Array shape;
    for (const std::int64_t side : info.inputShape)
        shape.push_back(side);
    return Outcome{Object{{"rows", info.rows},
                          {"test_rows", info.testRows},
                          {"task", info.task},
                          {"input_shape", std::move(shape)},
                          {"features", std::move(features)},
                          {"classes", std::move(classes)},
                          {"splits", std::move(splits)},
                          {"problems", problemsArray(preview.problems)}},
                   text};
}

Result<Outcome> lookAtSchedule(const Options& options)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(preview, session::previewSchedule(resolved));
    Array rates;
    for (const double rate : preview.lr)
        rates.push_back(rate);
    std::string text =
        std::to_string(preview.stepsPerEpoch) + " steps an epoch, " + std::to_string(preview.totalSteps) + " in all\n";
    const std::size_t every = std::max<std::size_t>(1, preview.lr.size() / 20);
    for (std::size_t step = 0; step < preview.lr.size(); step += every)
        text += "  step " + std::to_string(step) + "  lr " + shown(preview.lr[step]) + "\n";
    return Outcome{Object{{"steps_per_epoch", preview.stepsPerEpoch},
                          {"total_steps", preview.totalSteps},
                          {"lr", std::move(rates)}},
                   text};
}

Outcome schema()
{
    const Value value = core::spec::jsonSchema(core::spec::experimentFields().schema(), session::catalog());
    return {value.object(), writeJson(value, 2) + "\n"};
}

Outcome doctor()
{
    const Value facts = session::doctor();
    std::string text = "torch " + facts["torch"].text() + ", hdf5 " + facts["hdf5"].text() + ", " +
                       std::to_string(facts["threads"].toInt()) + " threads\n";
    for (const Value& device : facts["devices"].array())
        text += "  " + device["name"].text() + "  " + device["model"].text() + "  " +
                std::to_string(device["free_bytes"].toInt() >> 20) + " MB free\n";
    for (const Value& missing : facts["missing"].array())
        text += "missing: " + missing["what"].text() + " (" + missing["why"].text() + "). " + missing["remedy"].text() +
                "\n";
    return {facts.object(), text};
}

}

void addLooking(Program& program)
{
    auto options = std::make_shared<Options>();
    CLI::App* data = program.app.add_subcommand("data", "What the data, the split and the pipeline look like");
    takeExperiment(data, *options);
    program.on(data, [options] { return lookAtData(*options); });

    CLI::App* schedule = program.app.add_subcommand("schedule", "The learning rate of every step, before training");
    takeExperiment(schedule, *options);
    program.on(schedule, [options] { return lookAtSchedule(*options); });

    CLI::App* schemaCommand = program.app.add_subcommand("schema", "JSON Schema of the experiment file");
    schemaCommand->add_option("which", options->which, "experiment")->check(CLI::IsMember({"experiment"}));
    program.on(schemaCommand, []() -> Result<Outcome> { return schema(); });

    CLI::App* doctorCommand = program.app.add_subcommand("doctor", "Versions, devices, threads, and what is missing");
    program.on(doctorCommand, []() -> Result<Outcome> { return doctor(); });
}

}
