// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/hub.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/spec/check.h"
#include "core/store/checkpoint.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

namespace core::model {

namespace fs = std::filesystem;
using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Value;

namespace {

fs::path& chosen()
{
    static fs::path folder;
    return folder;
}

fs::path variable(const char* name)
{
    const char* value = std::getenv(name);
    return fs::path(value ? value : "");
}

bool isName(const std::string& name)
{
    return !name.empty() && name.size() <= 100 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

std::vector<std::string> textsOf(const Value& list)
{
    std::vector<std::string> all;
    for (const Value& item : list.array())
        all.push_back(item.text());
    return all;
}

void addModels(const fs::path& folder, bool shipped, std::vector<Card>& all)
{
    std::error_code failed;
    std::vector<Card> found;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
        if (auto card = readCard(entry->path())) {
            card->shipped = shipped;
            const bool taken = std::ranges::find(all, card->name, &Card::name) != all.end();
            if (!taken)
                found.push_back(std::move(*card));
        }
    std::ranges::sort(found, {}, &Card::name);
    all.insert(all.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
}

std::string digestOf(const std::vector<base::Blob>& weights)
{
    std::vector<base::BlobView> views;
    for (const base::Blob& blob : weights)
        views.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
    return base::digestOf(views);
}

}

fs::path modelsFolder()
{
    if (!chosen().empty())
        return chosen();
    if (const fs::path models = variable("DESCENT_MODELS"); !models.empty())
        return models;
    // The base directory specification has relative paths ignored.
    if (const fs::path data = variable("XDG_DATA_HOME"); data.is_absolute())
        return data / "descent" / "models";
    return variable("HOME") / ".local" / "share" / "descent" / "models";
}

void setModelsFolder(const fs::path& folder)
{
    chosen() = folder;
}

fs::path shippedFolder()
{
    return DESCENT_SHIPPED_MODELS;
}

Value toValue(const Card& card)
{
    Object metrics;
    for (const auto& [name, value] : card.metrics)
        metrics.set(name, value);
    Array shape, classes;
    for (const std::int64_t side : card.inputShape)
        shape.emplace_back(side);
    for (const std::string& name : card.classes)
        classes.push_back(name);
    return Object{{"name", card.name},
                  {"version", card.digest},
                  {"network", card.network},
                  {"input_shape", std::move(shape)},
                  {"outputs", card.outputs},
                  {"data", card.data},
                  {"classes", std::move(classes)},
                  {"metrics", std::move(metrics)},
                  {"parameters", card.parameters},
                  {"bytes", card.bytes},
                  {"license", card.license},
                  {"note", card.note},
                  {"run", card.run},
                  {"created", card.created}};
}

base::Result<Card> readCard(const fs::path& folder)
{
    CORE_TRY(value, base::readJson(folder / cardName));
    Card card;
    card.folder = folder;
    card.name = value["name"].text();
    if (!value.isObject() || !isName(card.name) || !value["network"].isObject())
        return Error{ErrorKind::Data, "is no card of a model", (folder / cardName).string(),
                     "Delete the folder, or publish the model again"};
    card.digest = value["version"].text();
    card.network = value["network"];
    card.data = value["data"];
    card.classes = textsOf(value["classes"]);
    for (const Value& side : value["input_shape"].array())
        card.inputShape.push_back(side.toInt());
    card.outputs = value["outputs"].toInt();
    for (const auto& [name, metric] : value["metrics"].object())
        card.metrics.emplace_back(name, metric.toReal());
    card.parameters = value["parameters"].toInt();
    card.bytes = std::uint64_t(value["bytes"].toInt());
    card.license = value["license"].text();
    card.note = value["note"].text();
    card.run = value["run"].text();
    card.created = value["created"].text();
    return card;
}

std::vector<Card> listModels()
{
    std::vector<Card> all;
    addModels(modelsFolder(), false, all);
    addModels(shippedFolder(), true, all);
    return all;
}

base::Result<Card> findModel(const std::string& name)
{
    std::vector<std::string> names;
    for (Card& card : listModels()) {
        if (card.name == name)
            return std::move(card);
        names.push_back(card.name);
    }
    const std::string near = spec::nearest(name, names);
    return Error{ErrorKind::Usage, "the hub has no model \"" + name + "\"", modelsFolder().string(),
                 (near.empty() ? "" : "Did you mean \"" + near + "\"? ") +
                     std::string("descent-cli models list shows those that there are")};
}

base::Result<Card> putModel(Card card, const std::vector<base::Blob>& weights)
{
    if (!isName(card.name))
        return Error{ErrorKind::Usage, "\"" + card.name + "\" cannot be a model's name", "--name",
                     "Use letters, digits, dashes and dots"};
    const fs::path folder = modelsFolder() / card.name;
    std::error_code failed;
    if (fs::exists(folder, failed))
        return Error{ErrorKind::Usage, "the hub has a model \"" + card.name + "\" already", folder.string(),
                     "Choose another name, or delete that one"};
    // Beside first: whoever lists the hub sees it whole or not at all.
    const fs::path beside = modelsFolder() / ("." + card.name + "." + std::to_string(::getpid()) + ".tmp");
    fs::create_directories(beside, failed);
    if (failed)
        return base::systemError("make the folder", beside, failed.value());
    std::vector<base::BlobView> views;
    for (const base::Blob& blob : weights)
        views.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
    card.digest = digestOf(weights);
    card.created = base::isoTime(base::wallSeconds());
    base::Status written = store::writeSafetensors(beside / weightsName, {{"format", "pt"}}, views);
    if (written) {
        card.bytes = std::uint64_t(fs::file_size(beside / weightsName, failed));
        written = base::writeFileAtomically(beside / cardName, base::writeJson(toValue(card), 2) + "\n");
    }
    if (written) {
        fs::rename(beside, folder, failed);
        if (failed)
            written = base::systemError("rename", beside, failed.value());
    }
    if (!written) {
        fs::remove_all(beside, failed);
        return written.error();
    }
    CORE_CHECK(base::syncFolder(modelsFolder()));
    card.folder = folder;
    return card;
}

base::Status deleteModel(const std::string& name)
{
    CORE_TRY(card, findModel(name));
    if (card.shipped)
        return Error{ErrorKind::Usage, "\"" + name + "\" comes with Descent and stays", card.folder.string(),
                     "Only models of your own can be deleted"};
    std::error_code failed;
    fs::remove_all(card.folder, failed);
    return failed ? base::Status(base::systemError("remove", card.folder, failed.value())) : base::Status{};
}

}
