// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/problem.h"

namespace core::session::problems::gpu_idle {

namespace {

// Of a run on a GPU whose samples are there: how busy it was, and whether rows came too late.
std::optional<Sighting> look(const Evidence& run)
{
    if (!run.device.starts_with("cuda") || run.gpuBusy < 0 || run.gpuBusy >= 50)
        return {};
    std::string text = "the GPU was " + figure(run.gpuBusy) + " % busy";
    if (run.dataWait >= 0.2)
        text += ", and steps waited for data " + figure(100 * run.dataWait) + " % of the time";
    else if (run.stepSeconds > 0)
        text += " in steps of " + figure(1000 * run.stepSeconds) + " ms, hardly any of which waited for data";
    return Sighting{text};
}

}

void enroll(Problems& all)
{
    all.add({70,
             "gpu_idle",
             "The GPU is under 50 %",
             "nvidia-smi shows a GPU that waits most of the time.",
             {{"data wait", "train", "near 0: the steps are too small for the GPU; large: rows come too late"},
              {"device", "train", "the top bar says where it trains: cpu or cuda"}},
             {"Batches too small: launching kernels takes longer than they run.", "Rows are prepared too slowly.",
              "A network so small that a CPU is as fast."},
             {{"batch", "Four times the batch", "More work for each launch.", Remedy::From::Start,
               [](const base::Value& now) { return times(now, "train.batch_size", 4); }},
              {"precision", "bfloat16", "Tensor cores compute it several times as fast.", Remedy::From::Start,
               [](const base::Value& now) { return setTo(now, "train.precision", "bf16-mixed"); }}},
             look,
             "problem-slow"});
}
}
