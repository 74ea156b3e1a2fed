// SPDX-License-Identifier: GPL-3.0-or-later
// The part of the trainer that keeps what it has: checkpoints, keyframes, and waiting for room on the disk.
#include "core/base/clock.h"
#include "core/events/codec.h"
#include "core/train/ranks/world.h"
#include "core/train/trainer.h"

#include <algorithm>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Status;
using base::Value;
using events::RunState;

namespace {

/// The share of the time that keyframes may take, snapshot and writing together. Ranks wait for each other: what holds
/// one up costs all of them.
constexpr double keyframeShare = 0.025;
constexpr double closestKeyframes = 0.04; ///< seconds

}

store::Checkpoint Trainer::snapshot()
{
    m_digests.flush(*m_context.hub);
    m_context.hub->settle(); // what the checkpoint relies on is recorded
    store::Checkpoint checkpoint = m_engine->snapshot();
    for (base::Blob& blob : m_watch.past().blobs())
        checkpoint.tensors.push_back(std::move(blob));
    checkpoint.state.object().set("train_seconds", trainSeconds());
    if (!m_context.edits.empty()) {
        base::Array ahead;
        for (const events::Edited& edit : m_context.edits)
            ahead.push_back(events::toValue(edit));
        checkpoint.state.object().set("edits_ahead", std::move(ahead));
    }
    return checkpoint;
}

void Trainer::keep(store::Checkpoint checkpoint, bool durable)
{
    const spec::CheckpointSpec& spec = m_engine->experiment().train.checkpoint;
    const auto& best = m_engine->best();
    const KeepRule rule{spec.keep, std::uint64_t(spec.keyframesMb) << 20, best ? best->step : -1, m_context.parentStep};
    // The best first: a checkpoint that names a best step must find it on the disk, and as safe as itself.
    const std::int64_t wanted = best ? best->step : -1;
    if (wanted >= 0 && wanted != (durable ? m_bestSynced : m_bestWritten)) {
        if (wanted != checkpoint.step) {
            store::Checkpoint kept = best->snapshot;
            kept.state.object().set("train_seconds", checkpoint.state["train_seconds"].toReal());
            m_writer->put(std::move(kept), durable, rule);
        }
        m_bestWritten = wanted;
        if (durable)
            m_bestSynced = wanted;
    }
    if (durable)
        m_syncedStep = checkpoint.step;
    // A run that goes on from here relies on what it kept before.
    if (const Status synced = durable ? m_watch.sync() : Status{}; !synced)
        m_context.hub->publish(events::Notice{checkpoint.step, synced.error()});
    m_writer->put(std::move(checkpoint), durable, rule);
}

// A checkpoint when the spec says so, keyframes between them as often as their share of the time allows.
Status Trainer::keepWhatIsDue()
{
    const spec::CheckpointSpec& spec = m_engine->experiment().train.checkpoint;
    const double now = base::steadySeconds();
    // Steps are a promise of what a kill can cost: that checkpoint is on the disk before training goes on.
    if (spec.everySteps && m_engine->step() % *spec.everySteps == 0 && m_engine->step() > 0) {
        m_lastCheckpoint = now;
        keepFromDiffering();
        return keepSafely(snapshot());
    }
    const bool checkpoint = spec.everySeconds && now - m_lastCheckpoint >= *spec.everySeconds;
    const bool keyframe = spec.keyframesMb > 0 && now >= m_nextKeyframe;
    if ((checkpoint || keyframe) && !m_writer->busy()) {
        keepFromDiffering();
        store::Checkpoint state = snapshot();
        const double cost = base::steadySeconds() - now + m_writer->takeSeconds();
        keep(std::move(state), checkpoint);
        if (checkpoint)
            m_lastCheckpoint = now;
        const double ranks = m_world ? double(m_world->size()) : 1;
        m_nextKeyframe = base::steadySeconds() + std::max(closestKeyframes, usualCost(cost) * ranks / keyframeShare);
    }
    if (auto trouble = m_writer->trouble())
        return waitUntil(*trouble, [&] { return m_writer->trouble(); });
    return {};
}

// The median of the last few: one that took long, because the machine was busy, shall not leave a gap behind it.
double Trainer::usualCost(double cost)
{
    m_costs[m_costCount++ % m_costs.size()] = cost;
    std::array<double, 5> last = m_costs;
    const auto end = last.begin() + std::ptrdiff_t(std::min(m_costCount, last.size()));
    const auto middle = last.begin() + (end - last.begin()) / 2;
    std::nth_element(last.begin(), middle, end);
    return *middle;
}

// Returns when it is on the disk. A full disk is waited for; nothing that was acknowledged is lost.
Status Trainer::keepSafely(store::Checkpoint checkpoint)
{
    keep(std::move(checkpoint), true);
    for (;;) {
        Status written = m_writer->wait();
        if (written || written.error().kind != ErrorKind::Resource)
            return written;
        CORE_CHECK(waitUntil(written.error(), [&] { return m_writer->trouble(); }));
    }
}

// Whoever stops a run is not kept waiting for room: it goes on from the checkpoint before.
Status Trainer::keepAtOnce(store::Checkpoint checkpoint)
{
    keep(std::move(checkpoint), true);
    Status written = m_writer->wait();
    if (written || written.error().kind != ErrorKind::Resource)
        return written;
    m_context.hub->publish(events::Notice{m_engine->step(), written.error()});
    return {};
}

Status Trainer::waitUntil(const Error& trouble, const std::function<std::optional<Error>()>& stillThere)
{
    m_context.hub->publish(events::Notice{m_engine->step(), trouble});
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
    m_profiler.skip();
    if (!m_paused)
        m_runningSince += base::steadySeconds() - since;
    setState(m_paused ? RunState::Paused : RunState::Running);
    return {};
}

}
