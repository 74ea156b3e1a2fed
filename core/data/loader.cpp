// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include "core/base/thrown.h"
#include "core/data/item_order.h"
#include "core/data/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
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
          m_here(m_data, split, m_options, m_pipeline),
          m_ahead(m_data, split, m_options, m_pipeline)
    {
        m_options.batchSize = std::min(m_options.batchSize, std::max<std::int64_t>(rows(), 1));
        if (m_options.prefetch)
            m_thread = std::jthread([this](std::stop_token stop) { makeAhead(stop); });
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
        Batch batch = m_options.prefetch ? takeAhead(place) : m_here.make(place);
        const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - begin;
        m_waited.store(m_waited.load(std::memory_order_relaxed) + waited.count(), std::memory_order_relaxed);
        return batch;
    }

    std::span<const std::int64_t> itemsOf(const BatchRange& place) { return m_here.itemsOf(place); }
    const DataModule& data() const { return m_data; }
    double waited() const { return m_waited.load(std::memory_order_relaxed); }

private:
    const DataModule m_data;
    LoaderOptions m_options;
    Pipeline m_pipeline;
    BatchMaker m_here;  // of the thread that calls get()
    BatchMaker m_ahead; // of m_thread
    std::atomic<double> m_waited{0};

    enum class Ahead { None, Wanted, Making, Ready, Failed };

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    Ahead m_state = Ahead::None; // of the batch at m_place
    BatchRange m_place{-1, 0, 0};
    Batch m_batch;         // if Ready
    std::jthread m_thread; // last: joined before what it uses goes

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
        Batch batch;
        {
            std::unique_lock lock(m_mutex);
            if (m_place == place) {
                m_changed.wait(lock, [&] { return m_state == Ahead::Ready || m_state == Ahead::Failed; });
                batch = std::exchange(m_batch, {});
                m_state = Ahead::None;
            }
        }
        // Asked for out of order, or failed over there: made here, where an exception reaches who asked.
        if (!batch.input.defined())
            batch = m_here.make(place);
        {
            std::lock_guard lock(m_mutex);
            if (m_state != Ahead::None && m_place == after(place))
                return batch;
            m_place = after(place);
            m_state = Ahead::Wanted;
        }
        m_changed.notify_all();
        return batch;
    }

    void makeAhead(std::stop_token stop)
    {
        std::unique_lock lock(m_mutex);
        while (m_changed.wait(lock, stop, [&] { return m_state == Ahead::Wanted; })) {
            m_state = Ahead::Making;
            const BatchRange place = m_place;
            lock.unlock();
            Batch batch;
            try {
                batch = m_ahead.make(place);
            } catch (const std::exception&) {
                batch = {};
            }
            lock.lock();
            // Meanwhile another may have been asked for.
            if (m_state != Ahead::Making)
                continue;
            m_state = batch.input.defined() ? Ahead::Ready : Ahead::Failed;
            m_batch = std::move(batch);
            m_changed.notify_all();
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
