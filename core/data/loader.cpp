// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

namespace core::data {

std::vector<std::int64_t> epochOrder(std::int64_t rows, std::uint64_t seed, std::int64_t epoch, bool shuffle)
{
    if (shuffle)
        return base::permutation(rows, base::Draw(seed, "order", std::uint64_t(epoch)));
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    return order;
}

// Makes batches; not for two threads at once, since it keeps the order of the epoch at hand.
class BatchMaker {
public:
    BatchMaker(const DataModule& data, const std::vector<std::int64_t>& rows, const LoaderOptions& options,
               const std::vector<std::unique_ptr<Transform>>& transforms)
        : m_data(data),
          m_rows(rows),
          m_options(options),
          m_transforms(transforms)
    {
    }

    std::span<const std::int64_t> rowsOf(const BatchRange& place)
    {
        if (place.epoch != m_epoch) {
            m_order = epochOrder(std::int64_t(m_rows.size()), m_options.seed, place.epoch, m_options.shuffle);
            for (std::int64_t& item : m_order)
                item = m_rows[std::size_t(item)];
            m_epoch = place.epoch;
        }
        const std::size_t begin = std::min(m_order.size(), std::size_t(place.first));
        return std::span(m_order).subspan(begin, std::min(m_order.size() - begin, std::size_t(place.count)));
    }

    Batch make(const BatchRange& place)
    {
        const auto rows = rowsOf(place);
        Batch batch = m_data.gather(rows);
        const base::Draw draw(m_options.seed, "augment", std::uint64_t(place.epoch));
        for (std::size_t i = 0; i < m_transforms.size(); ++i)
            m_transforms[i]->apply(batch.input, rows, draw.within(i));
        return batch;
    }

private:
    const DataModule& m_data;
    const std::vector<std::int64_t>& m_rows;
    const LoaderOptions& m_options;
    const std::vector<std::unique_ptr<Transform>>& m_transforms;
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_order; // the data set's rows in the order of m_epoch
};

class DataLoader::Work {
public:
    Work(DataModule data, SplitName split, LoaderOptions options, std::vector<std::unique_ptr<Transform>> transforms)
        : m_data(std::move(data)),
          m_rows(m_data.rows(split)),
          m_options(std::move(options)),
          m_transforms(std::move(transforms)),
          m_here(m_data, m_rows, m_options, m_transforms),
          m_ahead(m_data, m_rows, m_options, m_transforms)
    {
        m_options.batchSize = std::min(m_options.batchSize, std::max<std::int64_t>(rows(), 1));
        if (m_options.prefetch)
            m_thread = std::jthread([this](std::stop_token stop) { makeAhead(stop); });
    }

    std::int64_t rows() const { return std::int64_t(m_rows.size()); }

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

    std::span<const std::int64_t> rowsOf(const BatchRange& place) { return m_here.rowsOf(place); }
    double waited() const { return m_waited.load(std::memory_order_relaxed); }

private:
    const DataModule m_data;
    const std::vector<std::int64_t>& m_rows;
    LoaderOptions m_options;
    std::vector<std::unique_ptr<Transform>> m_transforms;
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
    std::vector<std::unique_ptr<Transform>> pipeline;
    for (std::size_t i = 0; split == SplitName::Train && i < options.augment.size(); ++i) {
        CORE_TRY(transform, allTransforms().make(options.augment[i]));
        if (const std::string misfit = transform->misfit(data.info().inputShape); !misfit.empty())
            return base::Error{base::ErrorKind::Spec, options.augment[i].kind + " " + misfit,
                               "/augment/" + std::to_string(i), "Leave it out for this data"};
        pipeline.push_back(std::move(transform));
    }
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
    const auto rows = m_work->rowsOf(m_work->rangeOf(epoch, batch));
    return {rows.begin(), rows.end()};
}

double DataLoader::waitedSeconds() const
{
    return m_work->waited();
}

}
