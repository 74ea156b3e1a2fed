// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/channels.h"

namespace core::spec {

using namespace base;

void takeChannels(const Value& given, const Catalog& catalog, Checked& checked)
{
    const Value& channels = checked.value["data"]["channels"];
    const std::string train = channels["train"].text();
    const bool others = !channels["validation"].text().empty() || !channels["test"].text().empty();
    if (train.empty() && others && !given.at("data.source"))
        checked.problems.push_back({ErrorKind::Spec, "no rows to learn from are named, only others",
                                    "/data/channels/train", "Give the file or folder of the training rows"});
    if (train.empty())
        return;
    Value source = checked.value["data"]["source"];
    const Family* family = catalog.find("sources");
    const Entry* entry = family ? family->find(source["kind"].text()) : nullptr;
    const bool format = entry && entry->schema.find("path");
    const std::string before = format ? source["path"].text() : source["kind"].text();
    if (before == train)
        return;
    if (given.at("data.source") && !before.empty())
        checked.notes.push_back("data.source " + before + " is not read: data.channels.train stands for it");
    if (format)
        source.object().set("path", train);
    else
        source = Object{{"kind", "file"}, {"path", train}};
    (void)checked.value.setAt("data.source", std::move(source));
}

void checkChannels(const Experiment& experiment, std::vector<Error>& problems)
{
    const ChannelsSpec& channels = experiment.data.channels;
    const SplitSpec& split = experiment.split;
    const std::string given = channels.validation.empty() ? "data.channels.test" : "data.channels.validation";
    if (channels.divide() && split.kind != "auto" && split.kind != "predefined")
        problems.push_back({ErrorKind::Spec,
                            "\"" + split.kind + "\" divides rows that " + given + " has divided already", "/split/kind",
                            "Leave it at auto, or give data.channels.train alone"});
    if (channels.divide() && !split.column.empty())
        problems.push_back({ErrorKind::Spec, "a column divides rows that " + given + " has divided already",
                            "/split/column", "Leave it empty, or give data.channels.train alone"});
    // read() puts the channel where nothing else was said.
    const std::string from = experiment.model.params["initialize_from"].text();
    if (!channels.model.empty() && from != channels.model)
        problems.push_back({ErrorKind::Spec, "model.initialize_from names other weights: " + from,
                            "/data/channels/model", "Name the weights in one of them"});
}

}
