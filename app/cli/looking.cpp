// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/session/convert.h"
#include "core/session/data_view.h"
#include "core/session/inspect.h"
#include "core/session/mode_costs.h"
#include "core/session/preview_picture.h"
#include "core/session/word_match.h"
#include "core/spec/job.h"
#include "core/tune/pruner.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
namespace data = core::data;

namespace {

struct LookOptions {
    std::string experiment;
    std::vector<std::string> sets;
    std::string which = "experiment";
    std::string preview, destination;
    bool costs = false;
};

void takeExperiment(CLI::App* command, LookOptions& options, bool required = true)
{
    command->add_option("experiment", options.experiment, "Experiment file (*.experiment.json)")->required(required);
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
            rows.emplace_back(row);
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

Object splitsObject(const session::DataView& view, std::string& text)
{
    const data::DatasetInfo& info = view.info();
    const auto rows = view.splitRows();
    const auto counts = view.classCounts();
    Object splits;
    for (std::size_t s = 0; s < 3; ++s) {
        const std::string name(data::name(data::SplitName(s)));
        Object classes;
        for (std::size_t c = 0; c < info.classes.size(); ++c)
            classes.set(info.classes[c], counts[s][c]);
        splits.set(name, Object{{"rows", rows[s]}, {"classes", std::move(classes)}});
        text += "  " + name + std::string(12 - name.size(), ' ') + std::to_string(rows[s]) + " rows\n";
    }
    return splits;
}

Object costObject(const session::ModeCost& cost)
{
    return Object{{"first_step_seconds", cost.firstStep},
                  {"epoch_reading_seconds", cost.epoch},
                  {"memory_bytes", std::int64_t(cost.memory)},
                  {"read_per_epoch_bytes", std::int64_t(cost.readPerEpoch)},
                  {"measured", cost.measured}};
}

Object modesObject(const session::ModeCosts& costs, std::string& text)
{
    char line[160];
    for (const auto& [name, cost] : {std::pair("file", &costs.file), std::pair("pipe", &costs.pipe)}) {
        std::snprintf(line, sizeof line,
                      "  %s  first step after %.2f s%s, %.0f MB of memory, %.0f MB read again an epoch\n", name,
                      cost->firstStep, cost->measured ? "" : " (from a sample)", double(cost->memory) / 1e6,
                      double(cost->readPerEpoch) / 1e6);
        if (cost == &costs.file || costs.pipeRefused.empty())
            text += line;
    }
    text += "  suggested: " + costs.suggested + ", since " + costs.rule + "\n";
    Object modes{{"file", costObject(costs.file)},
                 {"suggested", costs.suggested},
                 {"rule", costs.rule},
                 {"disk_bytes", std::int64_t(costs.disk)},
                 {"available_bytes", std::int64_t(costs.available)}};
    if (costs.pipeRefused.empty())
        modes.set("pipe", costObject(costs.pipe));
    return modes;
}

// The vocabulary, a text as an example, and what of the vocabulary a file of word vectors knows.
Status addTokens(const session::DataView& view, const Value& resolved, Object& object, std::string& text)
{
    constexpr std::size_t most = 50;
    const std::vector<std::string>& vocabulary = view.info().tokens;
    Array first, example;
    for (std::size_t i = 0; i < std::min(most, vocabulary.size()); ++i)
        first.push_back(vocabulary[i]);
    text += "  " + std::to_string(vocabulary.size()) + " tokens, <pad> and <unk> among them\n";
    Object tokens{{"vocabulary", std::int64_t(vocabulary.size())}, {"first", std::move(first)}};
    if (const auto rows = view.spread(1); !rows.empty())
        if (const auto look = view.look(rows.front())) {
            for (const std::string& token : look->tokens)
                example.push_back(token);
            tokens.set("example", Object{{"row", look->row}, {"text", look->text}, {"tokens", std::move(example)}});
        }
    object.set("tokens", std::move(tokens));
    const std::string file = resolved["model"]["word_vectors"].text();
    if (file.empty())
        return {};
    CORE_TRY(found, session::matchWordVectors(resolved, view.info()));
    object.set("word_vectors", Object{{"dimension", found.dimension},
                                      {"entries", found.entries},
                                      {"duplicates", found.duplicates},
                                      {"matched", found.matched},
                                      {"tokens", found.tokens}});
    text += "  " + std::to_string(found.matched) + " of " + std::to_string(found.tokens) + " tokens have a vector of " +
            std::to_string(found.dimension) + " numbers in " + file + "\n";
    return {};
}

Result<Outcome> lookAtData(const LookOptions& options)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(view, session::DataView::open(resolved));
    if (!options.preview.empty())
        CORE_CHECK(session::writePreview(*view, options.preview));
    const data::DatasetInfo& info = view->info();
    Array features, classes, shape;
    for (const std::string& feature : info.features)
        features.push_back(feature);
    for (const std::string& name : info.classes)
        classes.push_back(name);
    for (const std::int64_t side : info.inputShape)
        shape.push_back(side);
    std::string text = info.name + ": " + std::to_string(info.streamedRows > 0 ? info.streamedRows : info.rows) +
                       " rows, " + info.task + "\n";
    Object splits = splitsObject(*view, text);
    for (const data::Problem& problem : view->problems())
        text += "! " + problem.message + (problem.remedy.empty() ? "" : ". " + problem.remedy) + "\n";
    Object object{{"rows", info.streamedRows > 0 ? info.streamedRows : info.rows},
                  {"test_rows", info.testRows},
                  {"task", info.task},
                  {"modality", std::string(data::name(info.modality))},
                  {"input_shape", std::move(shape)},
                  {"features", std::move(features)},
                  {"classes", std::move(classes)},
                  {"split", view->splitKind()},
                  {"folds", view->folds()},
                  {"splits", std::move(splits)},
                  {"problems", problemsArray(view->problems())}};
    Object channels;
    for (const auto& [name, path] : resolved["data"]["channels"].object())
        if (!path.text().empty())
            channels.set(name, path);
    if (!channels.empty())
        object.set("channels", std::move(channels));
    if (!info.tokens.empty())
        CORE_CHECK(addTokens(*view, resolved, object, text));
    if (!options.preview.empty())
        object.set("preview", options.preview);
    if (options.costs) {
        CORE_TRY(costs, session::measureModes(resolved));
        object.set("modes", modesObject(costs, text));
    }
    return Outcome{std::move(object), text};
}

Result<Outcome> diagnoseData(const LookOptions& options)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(view, session::DataView::open(resolved));
    std::string text;
    for (const data::Problem& problem : view->problems()) {
        text += "! " + problem.message + "\n  " + problem.effect + "\n  " + problem.remedy + "\n";
        for (const auto& [path, value] : problem.changes)
            if (const std::string set = writeJson(value); set.size() < 200)
                text += "  --set '" + path + "=" + set + "'\n";
    }
    if (text.empty())
        text = "Nothing was found that would spoil a training.\n";
    return Outcome{Object{{"problems", problemsArray(view->problems())}}, text};
}

Result<Outcome> convertData(const LookOptions& options)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(done, session::convert(resolved, options.destination));
    return Outcome{Object{{"rows", done.rows}, {"output", options.destination}, {"recipe", done.recipe.string()}},
                   std::to_string(done.rows) + " rows in " + options.destination + ", what was done in " +
                       done.recipe.string() + "\n"};
}

Result<Outcome> lookAtSchedule(const LookOptions& options)
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

Outcome schema(const std::string& which)
{
    Schema fields = core::spec::experimentFields().schema();
    Catalog catalog = session::catalog();
    catalog.add(core::tune::allSamplers().family());
    catalog.add(core::tune::allPruners().family());
    Field tuning{"tuning",
                 Group{std::make_shared<const Schema>(core::tune::tuningFields().schema())},
                 Value(),
                 {"A search for good settings: what may vary, and what is made small or large."}};
    tuning.nullable = true;
    fields.fields.push_back(std::move(tuning));
    catalog.add(core::spec::interruptionLaws());
    fields.fields.push_back({"job",
                             Group{std::make_shared<const Schema>(core::spec::jobFields().schema())},
                             core::spec::jobFields().write({}),
                             {"How it is run: limits, interruptions, price."}});
    if (which != "experiment")
        std::erase_if(fields.fields, [&](const Field& field) { return field.key != which; });
    const Value value = core::spec::jsonSchema(fields, catalog);
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
    auto options = std::make_shared<LookOptions>();
    CLI::App* data = program.app.add_subcommand("data", "What the data, the split and the pipeline look like");
    takeExperiment(data, *options, false);
    data->add_flag("--costs", options->costs, "Measure what data.mode file and pipe cost, and suggest one");
    data->add_option("--preview", options->preview, "Write training samples before and after augmentation as a PNG");
    CLI::App* convert = data->add_subcommand("convert", "Write the rows after their edits as CSV or HDF5");
    takeExperiment(convert, *options);
    convert->add_option("destination", options->destination, "FILE.csv, .tsv, .h5 or .hdf5")->required();
    program.on(convert, [options] { return convertData(*options); });
    CLI::App* diagnose = data->add_subcommand("doctor", "What in the data would spoil a training, and the remedy");
    takeExperiment(diagnose, *options);
    program.on(diagnose, [options] { return diagnoseData(*options); });
    // CLI11 calls a command after those below it.
    program.on(data, [options, convert, diagnose]() -> Result<Outcome> {
        if (convert->parsed())
            return convertData(*options);
        if (diagnose->parsed())
            return diagnoseData(*options);
        if (options->experiment.empty())
            return Error{ErrorKind::Usage, "experiment is required", "data", "data EXPERIMENT, or data --help"};
        return lookAtData(*options);
    });

    CLI::App* schedule = program.app.add_subcommand("schedule", "The learning rate of every step, before training");
    takeExperiment(schedule, *options);
    program.on(schedule, [options] { return lookAtSchedule(*options); });

    CLI::App* schemaCommand = program.app.add_subcommand("schema", "JSON Schema of the experiment file");
    schemaCommand->add_option("which", options->which, "experiment, or its part rules, tuning or job")
        ->check(CLI::IsMember({"experiment", "rules", "tuning", "job"}));
    program.on(schemaCommand, [options]() -> Result<Outcome> { return schema(options->which); });

    CLI::App* doctorCommand = program.app.add_subcommand("doctor", "Versions, devices, threads, and what is missing");
    program.on(doctorCommand, []() -> Result<Outcome> { return doctor(); });
}

}
