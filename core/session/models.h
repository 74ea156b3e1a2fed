// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"
#include "core/model/hub.h"

namespace core::session {

using model::Card;

struct PublishOptions {
    std::string name, license, note;
    std::string at = "last"; ///< last, best or a step
    bool half = false;       ///< weights as float16: half the size, 3 digits
};
/// Puts the model of a run into the hub, with what it was trained on and how well it does.
base::Result<Card> publishModel(const std::filesystem::path& run, const PublishOptions& options);

struct ImportOptions {
    std::string name, license, note;
    std::string kind; ///< of network; empty: found by the weights' names
};
/// Puts the weights of a safetensors or .pth file into the hub.
base::Result<Card> importModel(const std::filesystem::path& file, const ImportOptions& options);

/// What of a model can be taken over by a network of its kind that is trained on some data.
struct Fit {
    std::int64_t tensors = 0, fitting = 0; ///< of the network, without its head; those that the model has too
    std::int64_t outputs = 0;              ///< of the network
    bool head = false;                     ///< the head fits too
    bool sameSource = false, sameKind = false;
    std::string problem; ///< why it cannot stand here; empty if it can

    bool whole() const { return problem.empty() && tensors > 0 && fitting == tensors; }
};
Fit fitOf(const Card& card, const base::Value& resolved, const data::DatasetInfo& info);
/// The same in a sentence: `all but the head fits: a new one, 8 → 2 classes`.
std::string sentenceOf(const Fit& fit, const Card& card);

/// The settings that start an experiment from a model: first its network with its name; then the scale of its inputs.
std::vector<std::pair<std::string, base::Value>> startFrom(const Card& card, const base::Value& resolved);

/// Every model with how it fits, those that fit first. Opens the experiment's data.
struct Offer {
    Card card;
    Fit fit;
    std::string text;
};
base::Result<std::vector<Offer>> offers(const base::Value& resolved);

/// How to start from what others have learned, with the reason.
struct Suggestion {
    std::string model;  ///< of the hub
    std::string title;  ///< `Feature extraction`, `Fine-tuning`, `Gradual unfreezing`
    std::string reason; ///< in a sentence or two
    std::vector<std::pair<std::string, base::Value>> changes;
};
/// Few rows (under 1,000) of a like kind: only a new head learns. More of them: all learn, at 1e-4 and less below.
/// Another domain: lower rates, and what is frozen thaws from the top. An error if no model fits.
base::Result<Suggestion> suggestTransfer(const base::Value& resolved);

}
