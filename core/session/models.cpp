// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/models.h"

#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/model/freezing.h"
#include "core/model/network.h"
#include "core/model/weights_file.h"
#include "core/store/checkpoint.h"
#include "core/store/exporter.h"
#include "core/store/run_record.h"
#include "core/store/safetensors.h"
#include "core/train/engine.h"

#include <algorithm>
#include <cctype>

namespace core::session {

namespace fs = std::filesystem;
using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Value;

namespace {

// What a run's weights were, before it was told how to train them.
Value networkOf(const base::Pick& pick)
{
    Object network{{"kind", pick.kind}};
    for (const auto& [key, value] : pick.params.object())
        if (key != "initialize_from" && key != "last_layer" && key != "freeze" && key != "lora")
            network.set(key, value);
    return network;
}

Value dataOf(const spec::Experiment& experiment, const data::DataModule& data)
{
    Array shift, scale, features;
    for (const float value : data.shift())
        shift.push_back(double(value));
    for (const float value : data.scale())
        scale.push_back(double(value));
    for (const std::string& name : data.info().features)
        features.push_back(name);
    const Value resolved = spec::experimentFields().write(experiment);
    return Object{{"source", experiment.data.source.kind},
                  {"modality", std::string(data::name(data.info().modality))},
                  {"task", data.info().task},
                  {"rows", std::int64_t(data.rows(data::SplitName::Train).size())},
                  {"normalize", experiment.data.normalize},
                  {"shift", std::move(shift)},
                  {"scale", std::move(scale)},
                  {"features", std::move(features)},
                  {"image", resolved["data"]["image"]},
                  {"audio", resolved["data"]["audio"]},
                  {"text", resolved["data"]["text"]}};
}

base::Status toHalf(std::vector<base::Blob>& weights)
{
    for (base::Blob& blob : weights) {
        if (blob.dtype != "F32")
            continue;
        CORE_TRY(tensor, tensor::fromBlob(blob));
        blob = tensor::toBlob(blob.name, tensor.to(at::kHalf));
    }
    return {};
}

std::int64_t elements(const std::vector<base::Blob>& weights)
{
    std::int64_t all = 0;
    for (const base::Blob& blob : weights) {
        if (blob.name.ends_with("running_mean") || blob.name.ends_with("running_var") ||
            blob.name.ends_with("num_batches_tracked"))
            continue;
        std::int64_t count = 1;
        for (const std::int64_t side : blob.shape)
            count *= side;
        all += count;
    }
    return all;
}

}

base::Result<Card> publishModel(const fs::path& run, const PublishOptions& options)
{
    CORE_TRY(file, store::checkpointAt(run, options.at));
    CORE_TRY(checkpoint, store::readCheckpoint(file));
    spec::Experiment experiment = spec::read(checkpoint.state["spec"]);
    const base::Pick network = train::Engine::networkOf(checkpoint);
    if (!model::allArchitectures().family().find(network.kind))
        return Error{ErrorKind::Usage, network.kind + " is no network: nothing can start from its weights",
                     run.string(), "Publish a run of a network"};
    CORE_TRY(data, data::DataModule::open(experiment));
    CORE_TRY(loss, train::makeLoss(experiment, data.info()));
    std::vector<base::Blob> weights = store::modelWeights(std::move(checkpoint.tensors));
    if (options.half)
        CORE_CHECK(toHalf(weights));
    Card card;
    card.name = options.name;
    card.license = options.license;
    card.note = options.note;
    card.network = networkOf(network);
    card.inputShape = data.info().inputShape;
    card.outputs = loss->outputs(data.info());
    card.data = dataOf(experiment, data);
    card.classes = data.info().classes;
    card.parameters = elements(weights);
    if (const auto summary = store::summarize(run)) {
        card.run = summary->id;
        for (const auto& [name, value] : summary->metrics)
            if (name.starts_with("validation/"))
                card.metrics.emplace_back(name, value);
        for (const auto& [name, value] : summary->testMetrics)
            card.metrics.emplace_back(name, value);
    }
    return model::putModel(std::move(card), weights);
}

base::Result<Card> importModel(const fs::path& file, const ImportOptions& options)
{
    CORE_TRY(weights, model::readWeightsFile(file));
    if (weights.empty())
        return Error{ErrorKind::Data, "holds no tensors", file.string(), "Name a file of weights"};
    CORE_TRY(found, model::recognise(weights, options.kind));
    if (!model::allArchitectures().family().find(found.network["kind"].text())) {
        std::string known;
        for (const base::Entry& entry : model::allArchitectures().family().entries)
            known += (known.empty() ? "" : ", ") + entry.kind;
        return Error{ErrorKind::Usage, "\"" + found.network["kind"].text() + "\" is no kind of network", "--model",
                     "Known: " + known};
    }
    Card card;
    card.name = options.name;
    card.license = options.license;
    card.note = options.note.empty() ? "from " + file.filename().string() : options.note;
    card.network = found.network;
    card.inputShape = found.inputShape;
    card.outputs = found.outputs;
    card.parameters = elements(weights);
    return model::putModel(std::move(card), weights);
}

std::vector<std::pair<std::string, Value>> startFrom(const Card& card, const Value& resolved)
{
    Object network{{"kind", card.network["kind"]}};
    for (const auto& [key, value] : card.network.object())
        network.set(key, value);
    network.set("initialize_from", card.name);
    // How it is trained stays as it was chosen.
    for (const char* key : {"freeze", "last_layer", "lora"})
        if (const Value& chosen = resolved["model"][key]; !chosen.isNull())
            network.set(key, chosen);
    std::vector<std::pair<std::string, Value>> changes{{"model", std::move(network)}};
    // Its weights expect numbers of the scale that they learned with.
    if (card.data["modality"].text() == data::name(data::Modality::Text))
        return changes;
    const Array& shift = card.data["shift"].array();
    Array std;
    for (const Value& scale : card.data["scale"].array())
        std.push_back(1 / scale.toReal());
    if (card.data["normalize"].text() == "none")
        changes.emplace_back("data.normalize", "none");
    else if (!std.empty() && shift.size() == std.size())
        changes.insert(changes.end(),
                       {{"data.normalize", "given"}, {"data.mean", shift}, {"data.std", std::move(std)}});
    return changes;
}

Fit fitOf(const Card& card, const Value& resolved, const data::DatasetInfo& info)
{
    Fit fit;
    fit.sameSource = card.data["source"].text() == resolved["data"]["source"]["kind"].text();
    fit.sameKind = card.data["modality"].isNull() || card.data["modality"].text() == data::name(info.modality);
    spec::Experiment experiment = spec::read(resolved);
    experiment.model = {card.network["kind"].text(), card.network};
    experiment.model.params.object().erase("kind");
    const auto architecture = model::allArchitectures().make(experiment.model);
    const auto loss = train::makeLoss(experiment, info);
    const auto reader = store::TensorReader::open(card.folder / model::weightsName);
    if (!architecture || !loss || !reader) {
        fit.problem = !architecture ? architecture.error().message
                      : !loss       ? loss.error().message
                                    : reader.error().message;
        return fit;
    }
    fit.outputs = (*loss)->outputs(info);
    std::vector<model::ParameterInfo> parameters;
    for (const model::LayerInfo& layer : (*architecture)->describe(train::contextOf(info, **loss))) {
        if (!layer.problem.empty()) {
            fit.problem = layer.problem;
            return fit;
        }
        parameters.insert(parameters.end(), layer.tensors.begin(), layer.tensors.end());
    }
    const std::string head = model::headOf(parameters);
    fit.head = true;
    for (const model::ParameterInfo& parameter : parameters) {
        const auto& saved = reader->header().tensors;
        const auto there = std::ranges::find(saved, parameter.name, &store::TensorEntry::name);
        const bool fits = there != saved.end() && there->shape == parameter.shape;
        if (model::isIn(head, parameter.name)) {
            fit.head = fit.head && fits;
            continue;
        }
        ++fit.tensors;
        fit.fitting += fits;
    }
    if (fit.head && info.classifies() && !card.classes.empty())
        fit.head = card.classes == info.classes;
    return fit;
}

std::string sentenceOf(const Fit& fit, const Card& card)
{
    if (!fit.problem.empty())
        return "does not fit: " + fit.problem;
    if (!fit.whole())
        return std::to_string(fit.fitting) + " of " + std::to_string(fit.tensors) + " tensors fit these inputs";
    if (fit.head)
        return "all of it fits";
    return "all but the head fits: a new one, " + std::to_string(card.outputs) + " → " + std::to_string(fit.outputs) +
           (card.outputs == fit.outputs ? " other classes" : " classes");
}

base::Result<std::vector<Offer>> offers(const Value& resolved)
{
    CORE_TRY(data, data::DataModule::open(spec::read(resolved), false));
    std::vector<Offer> all;
    for (Card& card : model::listModels()) {
        Offer offer{std::move(card), {}, {}};
        offer.fit = fitOf(offer.card, resolved, data.info());
        offer.text = sentenceOf(offer.fit, offer.card);
        all.push_back(std::move(offer));
    }
    std::ranges::stable_sort(all, {}, [](const Offer& o) { return std::pair(!o.fit.whole(), !o.fit.sameSource); });
    return all;
}

}
