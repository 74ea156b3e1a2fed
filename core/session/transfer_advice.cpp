// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/session/models.h"

#include <algorithm>
#include <charconv>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Value;

namespace {

constexpr std::int64_t fewRows = 1000;

std::string adviceNumber(double value)
{
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

// Of those that fit: data of the same source before others, then more rows, then the better metric.
const Offer* bestOf(const std::vector<Offer>& offers)
{
    const Offer* best = nullptr;
    const auto rank = [](const Offer& offer) {
        double accuracy = 0;
        for (const auto& [name, value] : offer.card.metrics)
            if (name.ends_with("/accuracy"))
                accuracy = value;
        return std::tuple(offer.fit.sameSource, offer.fit.sameKind, offer.card.data["rows"].toInt(), accuracy);
    };
    for (const Offer& offer : offers)
        if (offer.fit.whole() && (!best || rank(offer) > rank(*best)))
            best = &offer;
    return best;
}

std::string countText(std::int64_t rows)
{
    return std::to_string(rows) + (rows == 1 ? " training row" : " training rows");
}

}

base::Result<Suggestion> suggestTransfer(const Value& resolved)
{
    CORE_TRY(data, data::DataModule::open(spec::read(resolved), false));
    CORE_TRY(all, offers(resolved));
    const Offer* offer = bestOf(all);
    if (!offer)
        return Error{ErrorKind::Data, "no model of the hub fits these inputs", "/model/initialize_from",
                     "Publish a run on data of this shape, or import weights; else train from scratch"};
    const std::int64_t rows = data.partRows(data::SplitName::Train);
    const bool few = rows < fewRows, like = offer->fit.sameSource;
    // The rates are those of Adam; plain gradient descent takes about ten times as much.
    const double unit = resolved["train"]["optimizer"]["kind"].text() == "sgd" ? 10 : 1;
    Suggestion suggestion{.model = offer->card.name};
    Value freeze = "none", unfreeze;
    double rate = 0, layerDecay = 1;
    if (like && few) {
        suggestion.title = "Feature extraction";
        freeze = "backbone";
        rate = 3e-3 * unit; // a new head alone may move faster than a network
        suggestion.reason = countText(rows) + " are few (under 1,000), and " + offer->card.name +
                            " has seen data of the same kind: its features stay as they are, and only a new head "
                            "learns. Few parameters cannot learn few rows by heart.";
    } else if (like) {
        suggestion.title = "Fine-tuning";
        rate = (rows < 10 * fewRows ? 1e-4 : 3e-5) * unit;
        layerDecay = 0.8;
        suggestion.reason = countText(rows) + " are enough for all layers to learn, and " + offer->card.name +
                            " has seen data of the same kind: a small rate (" + adviceNumber(rate) +
                            ") keeps what it knows, and lower layers learn slower still.";
    } else {
        suggestion.title = "Gradual unfreezing";
        freeze = "backbone";
        rate = 1e-5 * (few ? 10 : 3) * unit;
        unfreeze = Object{{"every_epochs", few ? 2 : 1}, {"at_epochs", base::Array{}}, {"rate_factor", 0.5}};
        suggestion.reason =
            offer->card.name + " has learned from other data (" +
            (offer->card.data["source"].text().empty() ? std::string("imported") : offer->card.data["source"].text()) +
            "): its features fit less the higher they are. The head learns first, then block by "
            "block from the top, each at half the rate of the one above, all at a low rate (" +
            adviceNumber(rate) + ").";
    }
    suggestion.changes = startFrom(offer->card, resolved);
    Value& model = suggestion.changes.front().second;
    model.object().set("freeze", freeze);
    model.object().set("lora", Value{});
    suggestion.changes.insert(
        suggestion.changes.end(),
        {{"train.optimizer.lr", rate}, {"train.layer_decay", layerDecay}, {"train.unfreeze", std::move(unfreeze)}});
    return suggestion;
}

}
