// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blob.h"
#include "core/base/schema.h"

#include <filesystem>

namespace core::model {

// The model hub: a folder with a folder for each model, which holds its weights and its card.
inline constexpr const char* weightsName = "weights.safetensors";
inline constexpr const char* cardName = "card.json";

/// What is known of a model: `card.json`.
struct Card {
    std::string name;
    std::string digest;                   ///< of the weights, its version
    base::Value network = base::Object{}; ///< kind and parameters, as in an experiment's `model`
    std::vector<std::int64_t> inputShape;
    std::int64_t outputs = 0;
    base::Value data = base::Object{}; ///< source, task, rows, normalize, shift and scale, features
    std::vector<std::string> classes;
    std::vector<std::pair<std::string, double>> metrics;
    std::int64_t parameters = 0;
    std::uint64_t bytes = 0;
    std::string license, note;
    std::string run;     ///< that it was made from
    std::string created; ///< ISO time

    std::filesystem::path folder = {}; ///< where it lies; not in the file
    bool shipped = false;              ///< it comes with this program, and cannot be deleted
};

/// `$DESCENT_MODELS`, else `$XDG_DATA_HOME/descent/models`, else `~/.local/share/descent/models`.
std::filesystem::path modelsFolder();
/// From here on in this process, in place of the above.
void setModelsFolder(const std::filesystem::path& folder);
/// What comes with this program.
std::filesystem::path shippedFolder();

/// The models of the hub by name, then those that come with this program. A damaged one is left out.
std::vector<Card> listModels();
/// An error names the nearest one.
base::Result<Card> findModel(const std::string& name);
base::Result<Card> readCard(const std::filesystem::path& folder);

/// Puts a model into the hub, whole or not at all; digest, bytes, folder and date are filled in. An error if the name
/// is taken, or is none: letters, digits, dots and dashes.
base::Result<Card> putModel(Card card, const std::vector<base::Blob>& weights);
base::Status deleteModel(const std::string& name);

base::Value toValue(const Card& card);

/// The network that such weights belong to, by the names and shapes that PyTorch and torchvision give: resnet18, 34 and
/// 50, vit, and our mlp, cnn and linear. `kind`: it is that one. An error asks for the kind.
struct Recognised {
    base::Value network;
    std::vector<std::int64_t> inputShape; ///< empty where the weights do not tell
    std::int64_t outputs = 0;
};
base::Result<Recognised> recognise(const std::vector<base::Blob>& weights, const std::string& kind = {});

}
