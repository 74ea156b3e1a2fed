// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"

#include "core/data/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <unordered_map>
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

// The items of a part of the data, epoch by epoch.
class EpochItems {
public:
    EpochItems(const DataModule& data, SplitName split, const LoaderOptions& options)
        : m_data(data),
          m_rows(data.rows(split)),
          m_options(options),
          m_training(split == SplitName::Train)
    {
        if (m_training && options.weighted)
            m_shares = classShares(data);
    }

    std::int64_t count() const { return m_training ? m_data.epochItems() : std::int64_t(m_rows.size()); }

    std::vector<std::int64_t> order(std::int64_t epoch) const
    {
        if (!m_shares.empty())
            return weighted(base::Draw(m_options.seed, "weighted order", std::uint64_t(epoch)));
        std::vector<std::int64_t> items = epochOrder(count(), m_options.seed, epoch, m_options.shuffle);
        for (std::int64_t& item : items)
            item = m_training ? m_data.epochItem(item) : m_rows[std::size_t(item)];
        return items;
    }

private:
    const DataModule& m_data;
    const std::vector<std::int64_t>& m_rows;
    const LoaderOptions& m_options;
    bool m_training;
    std::vector<double> m_shares; // up to and with each place: chance to be drawn

    // Each class as often as any other, each row of a class as often as any other of it.
    static std::vector<double> classShares(const DataModule& data)
    {
        std::map<double, double> count;
        for (std::int64_t place = 0; place < data.epochItems(); ++place)
            ++count[data.target(data.epochItem(place) % data.size())];
        std::vector<double> shares;
        double sum = 0;
        for (std::int64_t place = 0; place < data.epochItems(); ++place)
            shares.push_back(sum += 1 / count[data.target(data.epochItem(place) % data.size())]);
        for (double& share : shares)
            share /= sum;
        return shares;
    }

    // A row that comes again is another copy of it, so that its augmentation is drawn anew.
    std::vector<std::int64_t> weighted(const base::Draw& draw) const
    {
        std::vector<std::int64_t> items;
        std::unordered_map<std::int64_t, std::int64_t> times;
        for (std::int64_t i = 0; i < count(); ++i) {
            const auto found = std::upper_bound(m_shares.begin(), m_shares.end() - 1, draw.uniform(std::uint64_t(i)));
            const std::int64_t row = m_data.epochItem(found - m_shares.begin()) % m_data.size();
            items.push_back(row + m_data.size() * times[row]++);
        }
        return items;
    }
};

// Makes batches; not for two threads at once, since it keeps the order of the epoch at hand.
class BatchMaker {
public:
    BatchMaker(const DataModule& data, const EpochItems& items, const LoaderOptions& options, const Pipeline& pipeline)
        : m_data(data),
          m_items(items),
          m_options(options),
          m_pipeline(pipeline)
    {
    }

    std::span<const std::int64_t> itemsOf(const BatchRange& place)
    {
        if (place.epoch != m_epoch) {
            m_order = m_items.order(place.epoch);
            m_epoch = place.epoch;
        }
        const std::size_t begin = std::min(m_order.size(), std::size_t(place.first));
        return std::span(m_order).subspan(begin, std::min(m_order.size() - begin, std::size_t(place.count)));
    }

    Batch make(const BatchRange& place)
    {
        auto made =
            m_pipeline.batch(m_data, itemsOf(place), base::Draw(m_options.seed, "augment", std::uint64_t(place.epoch)));
        if (!made)
            throw std::runtime_error(base::describe(made.error()));
        return std::move(*made);
    }

private:
    const DataModule& m_data;
    const EpochItems& m_items;
    const LoaderOptions& m_options;
    const Pipeline& m_pipeline;
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_order; // the items of m_epoch in their order
};

class DataLoader::Work {
public:
    Work(DataModule data, SplitName split, LoaderOptions options, Pipeline pipeline)
        : m_data(std::move(data)),
          m_options(std::move(options)),
          m_items(m_data, split, m_options),
          m_pipeline(std::move(pipeline)),
          m_here(m_data, m_items, m_options, m_pipeline),
          m_ahead(m_data, m_items, m_options, m_pipeline)
    {
        m_options.batchSize = std::min(m_options.batchSize, std::max<std::int64_t>(rows(), 1));
        if (m_options.prefetch)
            m_thread = std::jthread([this](std::stop_token stop) { makeAhead(stop); });
    }

    std::int64_t rows() const { return m_items.count(); }

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
    EpochItems m_items;
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
