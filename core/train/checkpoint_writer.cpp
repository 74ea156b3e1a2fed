// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/checkpoint_writer.h"

#include "core/base/clock.h"
#include "core/base/thread_name.h"

#include <ctime>
#include <utility>

namespace core::train {

using base::Error;
using base::Status;

namespace {

constexpr auto retry = std::chrono::milliseconds(500);
constexpr std::size_t mostKeyframes = 128;
/// Keyframes leave so much of a disk to what must be written.
constexpr std::uint64_t spared = 64 << 20;

double processorSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

}

CheckpointWriter::CheckpointWriter(const store::RunFolder& folder, store::Recorder& recorder, events::EventHub& hub)
    : m_folder(folder.checkpoints()),
      m_recorder(recorder),
      m_hub(hub),
      m_files(store::listCheckpoints(m_folder))
{
    store::removeUnfinishedCheckpoints(m_folder);
    for (const store::CheckpointFile& file : m_files)
        m_durable.insert(file.step);
    m_thread = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

CheckpointWriter::~CheckpointWriter()
{
    m_thread.request_stop();
}

void CheckpointWriter::put(store::Checkpoint checkpoint, bool durable, const KeepRule& rule)
{
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back({std::move(checkpoint), durable, rule});
    }
    m_changed.notify_all();
}

bool CheckpointWriter::busy() const
{
    const std::lock_guard lock(m_mutex);
    return !m_jobs.empty();
}

Status CheckpointWriter::wait()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_jobs.empty() || m_trouble; });
    return m_jobs.empty() ? Status{} : Status(*m_trouble);
}

std::optional<Error> CheckpointWriter::trouble() const
{
    const std::lock_guard lock(m_mutex);
    return m_trouble;
}

double CheckpointWriter::takeSeconds()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_seconds, 0);
}

void CheckpointWriter::loop(const std::stop_token& stop)
{
    base::nameBackgroundThread("checkpoints");
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, stop, [&] { return !m_jobs.empty(); });
        if (m_jobs.empty())
            return;
        // Only this thread takes jobs away, and a deque's elements stay where they are.
        const Job& job = m_jobs.front();
        lock.unlock();
        const double begun = processorSeconds();
        Status written = write(job);
        if (!written && job.durable && written.error().kind == base::ErrorKind::Resource) {
            // Before anybody has to make room, what is only a convenience goes.
            thin({job.rule.newest, 0, job.rule.best, job.rule.first});
            written = write(job);
        }
        if (!written)
            store::removeUnfinishedCheckpoints(m_folder);
        const double seconds = processorSeconds() - begun;
        lock.lock();
        m_seconds += seconds;
        // A keyframe is a convenience: where there is no room for it, the run does without.
        if (written || !job.durable) {
            m_jobs.pop_front();
            m_trouble.reset();
            m_changed.notify_all();
            continue;
        }
        m_trouble = written.error();
        m_changed.notify_all();
        if (stop.stop_requested())
            return;
        m_changed.wait_for(lock, stop, retry, [] { return false; });
    }
}

Status CheckpointWriter::write(const Job& job)
{
    if (!job.durable && !roomFor(job))
        return {};
    // What may have been synced is only replaced by what is as safe.
    const bool durable = job.durable || m_durable.contains(job.checkpoint.step);
    // All that happened before the checkpoint must be found with it.
    CORE_CHECK(durable ? m_recorder.sync() : m_recorder.flush());
    const double start = base::steadySeconds();
    CORE_TRY(file, store::writeCheckpoint(m_folder, job.checkpoint,
                                          durable ? store::Durability::Synced : store::Durability::Process));
    if (durable)
        m_durable.insert(file.step);
    const auto at = std::ranges::lower_bound(m_files, file.step, {}, &store::CheckpointFile::step);
    if (at != m_files.end() && at->step == file.step)
        *at = file;
    else
        m_files.insert(at, file);
    m_hub.publish(events::CheckpointWritten{file.step, file.file.string(), base::steadySeconds() - start, file.bytes});
    thin(job.rule);
    return {};
}

bool CheckpointWriter::roomFor(const Job& job) const
{
    std::uint64_t bytes = spared;
    for (const base::Blob& blob : job.checkpoint.tensors)
        bytes += 8 * blob.bytes.size();
    std::error_code unknown;
    const auto space = std::filesystem::space(m_folder, unknown);
    return unknown || space.available > bytes;
}

void CheckpointWriter::thin(const KeepRule& rule)
{
    std::set<std::int64_t> kept;
    for (auto step = m_durable.rbegin(); step != m_durable.rend() && std::int64_t(kept.size()) < rule.newest; ++step)
        kept.insert(*step);
    for (const std::int64_t always : {rule.best, rule.first})
        if (always >= 0)
            kept.insert(always);
    for (const std::int64_t gone : store::thinCheckpoints(m_files, kept, {rule.bytes, mostKeyframes}))
        m_durable.erase(gone);
}

}
