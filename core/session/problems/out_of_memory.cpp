// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <algorithm>

namespace core::session::problems::out_of_memory {

namespace {

std::optional<Sighting> look(const Evidence& run)
{
    if (run.error.kind != base::ErrorKind::Resource || run.error.message.find("memory") == std::string::npos)
        return {};
    return Sighting{run.error.message};
}

}

void enroll(Problems& all)
{
    all.add({110,
             "out_of_memory",
             "Out of memory",
             "The run ends with “not enough memory”, or the machine swaps.",
             {{"bytes", "model", "the Model page says what weights, gradients, optimizer and a batch take"},
              {"batch size", "train", "Find a batch size… tells the largest that fits"}},
             {"The batch is too large: activations grow with it.", "All rows are held in memory at once.",
              "An optimizer that remembers two more copies of the weights."},
             {{"halve", "Half the batch, twice accumulated",
               "The same gradient in two pieces: updates stay as they are.", Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   CORE_TRY(batch, times(now, "train.batch_size", 0.5));
                   CORE_TRY(pieces, times(now, "train.accumulate", 2));
                   batch.push_back(pieces.front());
                   return batch;
               }},
              {"stream", "Stream the rows", "Memory stays flat however many rows there are.", Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   const std::string& kind = now["split"]["kind"].text();
                   if (kind != "random" && kind != "chronological" && kind != "predefined")
                       return doesNotApply("a stream has random, chronological and predefined splits");
                   return setTo(now, "data.mode", "pipe");
               }},
              {"sgd", "SGD with momentum instead of Adam", "It remembers one copy of the weights, Adam two.",
               Remedy::From::Start,
               [](const base::Value& now) -> base::Result<Changes> {
                   if (!now["train"]["optimizer"]["kind"].text().starts_with("ada"))
                       return doesNotApply("it does not train with Adam");
                   return setTo(now, "train.optimizer", base::Object{{"kind", "sgd"}, {"lr", 0.01}, {"momentum", 0.9}});
               }}},
             look,
             "problem-memory"});
}

}
