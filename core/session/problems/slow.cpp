// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

#include <algorithm>

namespace core::session::problems::slow {

namespace {

std::optional<Sighting> look(const Evidence& run)
{
    if (run.dataWait < 0.25)
        return {};
    std::string text = "it waited for data " + figure(100 * run.dataWait) + " % of the time";
    if (run.stepSeconds > 0)
        text += ": " + figure(1000 * run.waitSeconds) + " of the " + figure(1000 * run.stepSeconds) + " ms of a step";
    return Sighting{text};
}

}

void enroll(Problems& all)
{
    all.add(
        {60,
         "slow",
         "Training is slow",
         "An epoch takes far longer than it should.",
         {{"data wait", "train", "the status line says how much of the time steps wait for rows"},
          {"batch size", "train", "Find a batch size… measures rows a second of each"}},
         {"Small batches: every update costs more than its arithmetic.", "Rows are decoded or read again each epoch.",
          "Statistics of every tensor at every step.", "The network is larger than the task needs."},
         {{"batch", "Twice the batch", "Half as many updates an epoch; look at the validation loss, too.",
           Remedy::From::End, [](const base::Value& now) { return times(now, "train.batch_size", 2); }},
          {"workers", "More threads make batches", "The result stays the same; the steps wait less.", Remedy::From::End,
           [](const base::Value& now) {
               const base::Value* workers = now.at("data.num_workers");
               return setTo(now, "data.num_workers", std::max<std::int64_t>(2, workers ? 2 * workers->toInt() : 2));
           }},
          {"file", "All rows in memory", "Streaming saves memory and costs time.", Remedy::From::Start,
           [](const base::Value& now) { return setTo(now, "data.mode", "file"); }},
          {"capture", "Statistics every 500 steps", "Looking at every tensor costs time at each look.",
           Remedy::From::End,
           [](const base::Value& now) -> base::Result<Changes> {
               if (now["capture"].array().empty())
                   return doesNotApply("no statistics are taken");
               return setTo(now, "capture.0.save_interval", 500);
           }}},
         look,
         "problem-slow"});
}

}
