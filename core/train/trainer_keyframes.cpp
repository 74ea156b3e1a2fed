// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the trainer that keeps what it has: snapshots, checkpoints, and waiting for room on the disk.
#include "core/base/clock.h"
#include "core/train/trainer.h"

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;

Value Trainer::stateValue() const
{
    Object state{{"step", m_step},
                 {"threads", m_threads},
                 {"train_seconds", m_trainSeconds + (m_paused ? 0 : base::steadySeconds() - m_runningSince)},
                 {"early_stopping", m_stopping->state()},
                 {"spec", spec::experimentFields().write(m_experiment)}};
    if (m_best)
        state.set("best", Object{{"metric", m_best->metric},
                                 {"value", m_best->value},
                                 {"epoch", m_best->epoch},
                                 {"step", m_best->step}});
    return state;
}

store::Checkpoint Trainer::snapshot()
{
    store::Checkpoint checkpoint{m_step, stateValue(), {}};
    for (const auto& [name, tensor] : m_learner->state())
        checkpoint.tensors.push_back(tensor::toBlob(name, tensor));
    return checkpoint;
}

bool Trainer::checkpointDue() const
{
    const spec::CheckpointSpec& rule = m_experiment.train.checkpoint;
    if (rule.everySteps && m_step % *rule.everySteps == 0)
        return true;
    return rule.everySeconds && base::steadySeconds() - m_lastCheckpoint >= *rule.everySeconds;
}

Status Trainer::write(const store::Checkpoint& checkpoint)
{
    CORE_CHECK(m_context.recorder->sync());
    const double start = base::steadySeconds();
    const auto put = [&](const store::Checkpoint& one) -> Status {
        std::vector<base::BlobView> views;
        for (const base::Blob& blob : one.tensors)
            views.push_back({blob.name, blob.dtype, blob.shape, blob.bytes.data(), blob.bytes.size()});
        CORE_TRY(file, store::writeCheckpoint(m_context.folder->checkpoints(), one.step, one.state, views));
        m_context.hub->publish(
            events::CheckpointWritten{file.step, file.file.string(), base::steadySeconds() - start, file.bytes});
        return {};
    };
    // The best first: a checkpoint that names a best step must find it on the disk.
    if (m_best && m_bestWritten != m_best->step && m_best->step != checkpoint.step) {
        CORE_CHECK(put(m_best->snapshot));
        m_bestWritten = m_best->step;
    }
    CORE_CHECK(put(checkpoint));
    if (m_best && m_best->step == checkpoint.step)
        m_bestWritten = checkpoint.step;
    m_lastCheckpoint = base::steadySeconds();
    m_lastCheckpointStep = checkpoint.step;
    store::thinCheckpoints(m_context.folder->checkpoints(), m_experiment.train.checkpoint.keep,
                           m_best ? std::vector<std::int64_t>{m_best->step} : std::vector<std::int64_t>{});
    return {};
}

// A full disk is waited for; nothing that was acknowledged is lost.
Status Trainer::writeSteadily(const store::Checkpoint& checkpoint)
{
    Status status = write(checkpoint);
    if (status || status.error().kind != ErrorKind::Resource)
        return status;
    return waitUntil(status.error(), [&]() -> std::optional<Error> {
        Status again = write(checkpoint);
        return again ? std::optional<Error>{} : again.error();
    });
}

// Whoever stops a run is not kept waiting for room: it goes on from the checkpoint before.
Status Trainer::writeOnce(const store::Checkpoint& checkpoint)
{
    Status status = write(checkpoint);
    if (status || status.error().kind != ErrorKind::Resource)
        return status;
    m_context.hub->publish(events::Notice{m_step, status.error()});
    return {};
}

Status Trainer::waitUntil(const Error& trouble, const std::function<std::optional<Error>()>& stillThere)
{
    m_context.hub->publish(events::Notice{m_step, trouble});
    setState(RunState::Paused, base::describe(trouble));
    const double since = base::steadySeconds();
    for (;;) {
        if (auto command = m_context.mailbox->queue.pop(std::chrono::milliseconds(500))) {
            CORE_CHECK(take(*command));
            if (std::holds_alternative<Stop>(*command)) {
                m_trainSeconds += m_paused ? 0 : since - m_runningSince;
                return Error{ErrorKind::Interrupted, trouble.message, trouble.where, trouble.advice};
            }
        }
        if (!stillThere())
            break;
    }
    if (!m_paused)
        m_runningSince += base::steadySeconds() - since;
    setState(m_paused ? RunState::Paused : RunState::Running);
    return {};
}

}
