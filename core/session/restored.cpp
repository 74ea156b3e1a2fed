// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/restored.h"

#include "core/store/checkpoint.h"
#include "core/store/exporter.h"
#include "core/train/engine.h"
#include "core/train/network_size.h"
#include "core/train/threads.h"

namespace core::session {

base::Result<Restored> restore(const std::filesystem::path& run, const std::string& at)
{
    CORE_TRY(file, store::checkpointAt(run, at));
    CORE_TRY(checkpoint, store::readCheckpoint(file));
    Restored restored;
    restored.step = checkpoint.step;
    restored.experiment = spec::read(checkpoint.state["spec"]);
    restored.experiment.model = train::Engine::networkOf(checkpoint);
    train::useThreads(checkpoint.state["threads"].toInt(1));
    CORE_TRY(module, data::DataModule::open(restored.experiment));
    restored.module = std::move(module);
    CORE_TRY(plan, train::planSteps(restored.experiment.train,
                                    std::int64_t(restored.module.rows(data::SplitName::Train).size())));
    CORE_CHECK(train::fitsMemory(restored.experiment, restored.module.info(), train::NetworkUse::Held));
    CORE_TRY(learner, train::Learner::make(restored.experiment, restored.module.info(), plan, "cpu"));
    restored.learner = std::move(learner);
    CORE_CHECK(restored.learner->load(checkpoint.tensors, file.string(), false));
    return restored;
}

}
