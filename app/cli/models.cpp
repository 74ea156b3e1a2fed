// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/models.h"
#include "app/cli/command.h"
#include "core/base/json.h"
#include "core/store/run_folder.h"

#include <algorithm>
#include <memory>

namespace app::cli {

using namespace core::base;
namespace session = core::session;
using core::model::Card;

namespace {

struct ModelOptions {
    std::string models, run, file, name, experiment;
    std::vector<std::string> sets;
    session::PublishOptions publish;
    session::ImportOptions import;
};

Object objectOf(const Card& card)
{
    Object object = core::model::toValue(card).object();
    object.set("folder", card.folder.string());
    object.set("shipped", card.shipped);
    return object;
}

std::string sizeText(std::uint64_t bytes)
{
    return bytes < 1'000'000 ? shown(double(bytes) / 1e3) + " kB" : shown(double(bytes) / 1e6) + " MB";
}

std::string lineOf(const Card& card)
{
    std::string line = card.name + std::string(card.name.size() < 28 ? 28 - card.name.size() : 1, ' ') +
                       card.network["kind"].text() + ", " + std::to_string(card.parameters) + " parameters, " +
                       sizeText(card.bytes);
    if (const std::string source = card.data["source"].text(); !source.empty())
        line += "  " + source;
    if (!card.classes.empty())
        line += ", " + std::to_string(card.classes.size()) + " classes";
    for (const auto& [name, value] : card.metrics)
        if (name.ends_with("/accuracy") || name.ends_with("/mae"))
            line += "  " + name + " " + shown(value);
    if (!card.license.empty())
        line += "  " + card.license;
    return line + (card.shipped ? "  comes with Descent" : "") + "\n";
}

Outcome listed(const std::vector<Card>& cards)
{
    Outcome outcome;
    Array models;
    for (const Card& card : cards) {
        models.push_back(objectOf(card));
        outcome.text += lineOf(card);
    }
    if (cards.empty())
        outcome.text = "No models in " + core::model::modelsFolder().string() + "\n";
    outcome.object = {{"models", std::move(models)}};
    return outcome;
}

Result<Outcome> show(const ModelOptions& options)
{
    CORE_TRY(card, core::model::findModel(options.name));
    Outcome outcome = listed({card});
    outcome.text += writeJson(core::model::toValue(card), 2) + "\n";
    return outcome;
}

Result<Outcome> publish(const ModelOptions& options, const Common& common)
{
    CORE_TRY(folder, core::store::findRun(options.run, common.runsFolder()));
    CORE_TRY(card, session::publishModel(folder, options.publish));
    return listed({card});
}

Result<Outcome> import(const ModelOptions& options)
{
    CORE_TRY(card, session::importModel(options.file, options.import));
    return listed({card});
}

Result<Outcome> remove(const ModelOptions& options)
{
    CORE_TRY(card, core::model::findModel(options.name));
    CORE_CHECK(core::model::deleteModel(options.name));
    return Outcome{Object{{"models", Array{card.name}}}, "removed " + card.folder.string() + "\n"};
}

Result<Outcome> suggest(const ModelOptions& options)
{
    CORE_TRY(resolved, loadExperiment(options.experiment, options.sets));
    CORE_TRY(suggestion, session::suggestTransfer(resolved));
    Object changes;
    std::string text = suggestion.title + " from " + suggestion.model + "\n" + suggestion.reason + "\n";
    for (const auto& [path, value] : suggestion.changes) {
        changes.set(path, value);
        text += "  " + path + "  " + writeJson(value) + "\n";
    }
    return Outcome{Object{{"model", suggestion.model},
                          {"title", suggestion.title},
                          {"reason", suggestion.reason},
                          {"changes", std::move(changes)}},
                   text};
}

}

void addModels(Program& program)
{
    auto options = std::make_shared<ModelOptions>();
    Common& common = program.common;
    CLI::App* models = program.app.add_subcommand("models", "The model hub on this machine");
    models->require_subcommand(0, 1);
    const auto takeFolder = [options](CLI::App* command) {
        command->add_option("--models", options->models, "Folder of the models");
        return command;
    };
    takeFolder(models);
    auto chosen = std::make_shared<Work>();
    const auto under = [&](CLI::App* command, Work work) {
        command->add_flag("--json", common.json, "One JSON object on standard output");
        command->callback([chosen, work = std::move(work)] { *chosen = work; });
    };
    const auto add = [&](const std::string& name, const std::string& help) {
        return takeFolder(models->add_subcommand(name, help));
    };
    const auto describe = [](CLI::App* command, std::string& name, std::string& license, std::string& note) {
        command->add_option("--name", name, "What it is called in the hub")->required();
        command->add_option("--licence,--license", license, "Under which licence others may use it");
        command->add_option("--note", note, "What others should know of it");
    };
    under(add("list", "All models, those that come with Descent last"),
          []() -> Result<Outcome> { return listed(core::model::listModels()); });
    CLI::App* showing = add("show", "One model with its card");
    showing->add_option("name", options->name, "The model")->required();
    under(showing, [options] { return show(*options); });
    CLI::App* publishing = add("publish", "Put the model of a run into the hub");
    publishing->add_option("run", options->run, "The run's folder or id")->required();
    publishing->add_option("--runs", common.runs, "Folder of the runs");
    publishing->add_option("--at", options->publish.at, "last, best or a step")->capture_default_str();
    publishing->add_flag("--half", options->publish.half, "Keep the weights as float16: half the size, 3 digits");
    describe(publishing, options->publish.name, options->publish.license, options->publish.note);
    under(publishing, [options, &common] { return publish(*options, common); });
    CLI::App* importing = add("import", "Put weights of a safetensors or .pth file into the hub");
    importing->add_option("file", options->file, "The file")->required();
    importing->add_option("--model", options->import.kind, "The kind of network, where names do not tell it");
    describe(importing, options->import.name, options->import.license, options->import.note);
    under(importing, [options] { return import(*options); });
    CLI::App* removing = add("delete", "Remove a model from the hub");
    removing->add_option("name", options->name, "The model")->required();
    under(removing, [options] { return remove(*options); });
    CLI::App* suggesting = add("suggest", "How an experiment should start from a model, and why");
    suggesting->add_option("experiment", options->experiment, "Experiment file (*.experiment.json)")->required();
    suggesting->add_option("--set", options->sets, "Change a setting: PATH=VALUE")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    under(suggesting, [options] { return suggest(*options); });
    program.on(models, [chosen, options]() -> Result<Outcome> {
        if (!options->models.empty())
            core::model::setModelsFolder(options->models);
        return *chosen ? (*chosen)() : Result<Outcome>(listed(core::model::listModels()));
    });
}

}
