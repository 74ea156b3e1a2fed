// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include "core/base/thread_name.h"
#include "core/base/thrown.h"
#include "core/data/item_order.h"
#include "core/data/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace core::data {

// Makes batches; not for two threads at once, since it keeps the order of the epoch at hand.
class BatchMaker {
public:
    BatchMaker(const DataModule& data, SplitName split, const LoaderOptions& options, const Pipeline& pipeline)
        : m_data(data),
          m_options(options),
          m_pipeline(pipeline),
          m_order(makeItemOrder(data, split, options))
    {
    }

    std::int64_t count() const { return m_order->count(); }
    std::span<const std::int64_t> itemsOf(const BatchRange& place) { return m_order->items(place); }

    Batch make(const BatchRange& place)
    {
        if (m_pipeline.empty())
            if (auto rows = m_order->rows(place))
                return std::move(*rows);
        auto made =
            m_pipeline.batch(m_data, itemsOf(place), base::Draw(m_options.seed, "augment", std::uint64_t(place.epoch)));
        if (!made)
            throw base::Thrown(made.error());
        return std::move(*made);
    }

private:
    const DataModule& m_data;
    const LoaderOptions& m_options;
    const Pipeline& m_pipeline;
    std::unique_ptr<ItemOrder> m_order;
};

class DataLoader::Work {
public:
    Work(DataModule data, SplitName split, LoaderOptions options, Pipeline pipeline)
        : m_data(std::move(data)),
          m_options(std::move(options)),
          m_pipeline(std::move(pipeline)),
          m_here(m_data, split, m_options, m_pipeline)
    {
        m_options.batchSize = std::min(m_options.batchSize, std::max<std::int64_t>(rows(), 1));
        if (m_data.streamed())
            m_options.workers = std::min<std::int64_t>(m_options.workers, 1);
        for (std::int64_t i = 0; i < m_options.workers; ++i)
            m_threads.emplace_back([this, split, i](std::stop_token stop) {
                base::nameThread("loader-" + std::to_string(i));
                BatchMaker maker(m_data, split, m_options, m_pipeline);
                makeAhead(stop, maker);
            });
    }

    std::int64_t rows() const { return m_here.count(); }

    std::int64_t batches() const
    {
        return m_options.dropLast ? rows() / m_options.batchSize
                                  : (rows() + m_options.batchSize - 1) / m_options.batchSize;
    }

    BatchRange rangeOf(std::int64_t epoch, std::int64_t batch) const
    {
        const std::int64_t first = batch * m_options.batchSize;
        return {epoch, first, std::clamp<std::int64_t>(rows() - first, 0, m_options.batchSize)};
    }

    Batch get(const BatchRange& place)
    {
        const auto begin = std::chrono::steady_clock::now();
        Batch batch = m_threads.empty() ? m_here.make(place) : takeAhead(place);
        if (m_options.ranks > 1)
            share(place, batch);
        const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
        m_waited.store(m_waited.load(std::memory_order_relaxed) + waited.count(), std::memory_order_relaxed);
        return batch;
    }

    std::span<const std::int64_t> itemsOf(const BatchRange& place) { return m_here.itemsOf(place); }
    const DataModule& data() const { return m_data; }
    double waited() const { return m_waited.load(std::memory_order_relaxed); }

private:
    // A batch that is wanted soon; whoever makes it holds on to it, also when nobody wants it any more.
    struct Ahead {
        enum class State { Wanted, Making, Ready, Failed } state = State::Wanted;
        BatchRange place;
        Batch batch; // if Ready
    };
    using State = Ahead::State;

    const DataModule m_data;
    LoaderOptions m_options;
    Pipeline m_pipeline;
    BatchMaker m_here; // of the thread that calls get()
    std::atomic<double> m_waited{0};

    std::mutex m_mutex;
    std::condition_variable_any m_wanted, m_made;
    std::deque<std::shared_ptr<Ahead>> m_ahead; // in the order in which they will be asked for
    std::vector<std::jthread> m_threads;        // last: joined before what they use goes

    // How much of the batch of all ranks this one has.
    void share(const BatchRange& place, Batch& batch) const
    {
        const std::int64_t items = std::clamp<std::int64_t>(rows() - place.first, 0, place.count),
                           ranks = m_options.ranks;
        batch.ofAll = m_options.even ? (items + ranks - 1) / ranks * ranks : items;
        batch.counts = m_options.even || m_options.rank < items;
    }

    // What comes next if nobody edits the run: as much again, or the next epoch's beginning.
    BatchRange after(const BatchRange& place) const
    {
        const std::int64_t size = m_options.batchSize, next = place.first + place.count;
        const std::int64_t end = m_options.dropLast ? rows() / size * size : rows();
        return next < end ? BatchRange{place.epoch, next, std::min(size, end - next)}
                          : BatchRange{place.epoch + 1, 0, std::min(size, rows())};
    }

    Batch takeAhead(const BatchRange& place)
    {
        std::unique_lock lock(m_mutex);
        std::shared_ptr<Ahead> taken;
        if (!m_ahead.empty() && m_ahead.front()->place == place) {
            taken = m_ahead.front();
            m_ahead.pop_front();
        } else if (!m_ahead.empty() && !(m_ahead.front()->place == after(place))) {
            m_ahead.clear(); // asked for out of order
        }
        BatchRange next = m_ahead.empty() ? place : m_ahead.back()->place;
        while (std::int64_t(m_ahead.size()) < m_options.workers * m_options.prefetchFactor) {
            next = after(next);
            m_ahead.push_back(std::make_shared<Ahead>(Ahead{State::Wanted, next, {}}));
            m_wanted.notify_one();
        }
        if (taken && taken->state != State::Wanted) {
            m_made.wait(lock, [&] { return taken->state == State::Ready || taken->state == State::Failed; });
            if (taken->state == State::Ready)
                return std::move(taken->batch);
        }
        lock.unlock();
        // Nobody had begun it, or it failed over there: made here, where an exception reaches who asked.
        return m_here.make(place);
    }

    std::shared_ptr<Ahead> firstWanted() const
    {
        const auto found =
            std::ranges::find_if(m_ahead, [](const auto& ahead) { return ahead->state == State::Wanted; });
        return found == m_ahead.end() ? nullptr : *found;
    }

    void makeAhead(std::stop_token stop, BatchMaker& maker)
    {
        std::unique_lock lock(m_mutex);
        while (m_wanted.wait(lock, stop, [&] { return firstWanted() != nullptr; })) {
            const std::shared_ptr<Ahead> ahead = firstWanted();
            ahead->state = State::Making;
            lock.unlock();
            Batch batch;
            try {
                batch = maker.make(ahead->place);
            } catch (const std::exception&) {
                batch = {};
            }
            lock.lock();
            ahead->state = batch.input.defined() ? State::Ready : State::Failed;
            ahead->batch = std::move(batch);
            m_made.notify_all();
        }
    }
};

base::Result<std::unique_ptr<DataLoader>> DataLoader::make(const DataModule& data, SplitName split,
                                                           LoaderOptions options)
{
    if (options.batchSize < 1)
        return base::Error{base::ErrorKind::Spec, "a batch of " + std::to_string(options.batchSize) + " rows",
                           "/train/batch_size", "At least 1, or \"full\""};
    if (split != SplitName::Train)
        options.augment.clear();
    CORE_TRY(pipeline, Pipeline::make(options.augment, data.info()));
    return std::unique_ptr<DataLoader>(
        new DataLoader(std::make_unique<Work>(data, split, std::move(options), std::move(pipeline))));
}

DataLoader::DataLoader(std::unique_ptr<Work> work) : m_work(std::move(work)) {}

DataLoader::~DataLoader() = default;

std::int64_t DataLoader::rows() const
{
    return m_work->rows();
}

std::int64_t DataLoader::batchesPerEpoch() const
{
    return m_work->batches();
}

Batch DataLoader::get(const BatchRange& range)
{
    return m_work->get(range);
}

Batch DataLoader::get(std::int64_t epoch, std::int64_t batch)
{
    return m_work->get(m_work->rangeOf(epoch, batch));
}

std::vector<std::int64_t> DataLoader::rowsOf(std::int64_t epoch, std::int64_t batch)
{
    std::vector<std::int64_t> rows;
    for (const std::int64_t item : m_work->itemsOf(m_work->rangeOf(epoch, batch)))
        rows.push_back(item % m_work->data().size());
    return rows;
}

double DataLoader::waitedSeconds() const
{
    return m_work->waited();
}

}
