// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/item_order.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <cstring>
#include <future>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>

namespace core::data {

std::vector<std::int64_t> epochOrder(std::int64_t rows, std::uint64_t seed, std::int64_t epoch, bool shuffle)
{
    if (shuffle)
        return base::permutation(rows, base::Draw(seed, "order", std::uint64_t(epoch)));
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    return order;
}

namespace {

// Of rows that are all in memory: any row may come at any place.
class WholeOrder final : public ItemOrder {
public:
    WholeOrder(const DataModule& data, SplitName split, const LoaderOptions& options)
        : m_data(data),
          m_rows(data.rows(split)),
          m_options(options),
          m_training(split == SplitName::Train)
    {
        if (m_training && options.weighted)
            m_shares = classShares(data);
    }

    std::int64_t count() const override { return m_training ? m_data.epochItems() : std::int64_t(m_rows.size()); }

    std::span<const std::int64_t> items(const BatchRange& range) override
    {
        if (range.epoch != m_epoch) {
            m_order = order(range.epoch);
            m_epoch = range.epoch;
        }
        const std::size_t begin = std::min(m_order.size(), std::size_t(range.first));
        return std::span(m_order).subspan(begin, std::min(m_order.size() - begin, std::size_t(range.count)));
    }

private:
    const DataModule& m_data;
    const RowSet m_rows;
    const LoaderOptions& m_options;
    bool m_training;
    std::vector<double> m_shares; // up to and with each place: chance to be drawn
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_order; // the items of m_epoch in their order

    std::vector<std::int64_t> order(std::int64_t epoch) const
    {
        if (!m_shares.empty())
            return weighted(base::Draw(m_options.seed, "weighted order", std::uint64_t(epoch)));
        std::vector<std::int64_t> items = epochOrder(count(), m_options.seed, epoch, m_options.shuffle);
        for (std::int64_t& item : items)
            item = m_training ? m_data.epochItem(item) : m_rows[std::size_t(item)];
        return items;
    }

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

// Rows of a tensor in another order.
at::Tensor inOrder(const at::Tensor& rows, const std::vector<std::int64_t>& places)
{
    if (!rows.defined())
        return rows;
    std::vector<std::int64_t> shape = rows.sizes().vec();
    shape.front() = std::int64_t(places.size());
    at::Tensor ordered = tensor::empty(shape, rows.scalar_type());
    const std::size_t bytes = rows.nbytes() / std::size_t(std::max<std::int64_t>(1, rows.size(0)));
    char* to = static_cast<char*>(ordered.mutable_data_ptr());
    const char* from = static_cast<const char*>(rows.const_data_ptr());
    for (const std::int64_t place : places) {
        std::memcpy(to, from + std::size_t(place) * bytes, bytes);
        to += bytes;
    }
    return ordered;
}

// Of a stream: blocks come in any order; so many of them as the shuffle buffer holds make a group, whose rows come in
// any order. What stands far apart in the file thus meets in a batch. Memory holds one group, and the next, which is
// made while this one is trained on.
class GroupedOrder final : public ItemOrder {
public:
    GroupedOrder(const DataModule& data, SplitName split, const LoaderOptions& options)
        : m_data(data),
          m_blocks(data.rows(split).runs()),
          m_options(options),
          m_copies(split == SplitName::Train ? data.spec().copies : 1),
          m_rows(std::int64_t(data.rows(split).size())),
          m_groupBlocks(std::size_t(data.blocksAtOnce()))
    {
    }

    std::int64_t count() const override { return m_rows * m_copies; }

    std::span<const std::int64_t> items(const BatchRange& range) override
    {
        m_items.clear();
        visit(range, [this](std::int64_t first, std::int64_t count) {
            m_items.insert(m_items.end(), m_group.items.begin() + first, m_group.items.begin() + first + count);
        });
        return m_items;
    }

    std::optional<Batch> rows(const BatchRange& range) override
    {
        m_gathers = true;
        m_count = range.count;
        // Nothing here is learned from: no view needs to be followed.
        const at::AutoDispatchBelowADInplaceOrView untracked;
        if (auto batch = withinGroup(range))
            return batch;
        std::vector<at::Tensor> inputs, targets;
        bool whole = true;
        visit(range, [&](std::int64_t first, std::int64_t count) {
            if (!m_group.rows)
                gather(m_group);
            whole = whole && m_group.rows->input.size(0) == std::int64_t(m_group.items.size());
            if (!whole)
                return;
            inputs.push_back(m_group.rows->input.narrow(0, first, count));
            if (m_group.rows->target.defined())
                targets.push_back(m_group.rows->target.narrow(0, first, count));
        });
        if (!whole || inputs.empty())
            return {};
        const auto joined = [](const std::vector<at::Tensor>& parts) {
            return parts.empty() ? at::Tensor() : parts.size() == 1 ? parts[0] : at::cat(parts);
        };
        return Batch{joined(inputs), joined(targets)};
    }

private:
    struct Group {
        std::int64_t epoch = -1, number = -1;
        std::vector<std::int64_t> items;
        std::optional<Batch> rows;                  ///< of the items; fewer where some are of no use
        std::int64_t sliceRows = 0, firstSlice = 0; ///< of batches that are cut already, and where the first begins
        std::vector<Batch> slices;
    };

    const DataModule& m_data;
    const std::span<const std::int64_t> m_blocks;
    const LoaderOptions& m_options;
    const std::int64_t m_copies, m_rows;
    const std::size_t m_groupBlocks;
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_order;  // blocks of the epoch
    std::vector<std::int64_t> m_starts; // the first place of each group, and the end of the last
    Group m_group;                      // the one at hand
    std::vector<std::int64_t> m_items;
    std::int64_t m_count = 0; // rows of the batch that was asked for last
    bool m_gathers = false;   // somebody asks for rows rather than items
    std::int64_t m_nextEpoch = -1, m_nextNumber = -1;
    std::future<Group> m_next; // last: joined before what it uses goes

    // Most batches lie in the group at hand.
    std::optional<Batch> withinGroup(const BatchRange& range) const
    {
        if (range.epoch != m_epoch || m_group.epoch != m_epoch || !m_group.rows)
            return {};
        const Batch& rows = *m_group.rows;
        const std::int64_t first = range.first - m_starts[std::size_t(m_group.number)];
        if (const std::int64_t from = first - m_group.firstSlice;
            range.count == m_group.sliceRows && from >= 0 && from % range.count == 0 &&
            from / range.count < std::int64_t(m_group.slices.size()))
            return m_group.slices[std::size_t(from / range.count)];
        if (first < 0 || first + range.count > std::int64_t(m_group.items.size()) ||
            rows.input.size(0) != std::int64_t(m_group.items.size()))
            return {};
        return Batch{rows.input.narrow(0, first, range.count),
                     rows.target.defined() ? rows.target.narrow(0, first, range.count) : at::Tensor()};
    }

    // The pieces of a batch within their groups.
    template <class Visit>
    void visit(const BatchRange& range, Visit each)
    {
        if (range.epoch != m_epoch)
            enterEpoch(range.epoch);
        std::int64_t first = range.first;
        const std::int64_t end = std::min(count(), range.first + range.count);
        while (first < end) {
            const auto above = std::upper_bound(m_starts.begin(), m_starts.end(), first);
            const std::int64_t group = above - m_starts.begin() - 1;
            if (m_group.epoch != m_epoch || m_group.number != group)
                enterGroup(group);
            const std::int64_t here = first - m_starts[std::size_t(group)];
            const std::int64_t taken = std::min(end - first, std::int64_t(m_group.items.size()) - here);
            each(here, taken);
            first += taken;
        }
    }

    std::vector<std::int64_t> blocksOf(std::int64_t epoch) const
    {
        const auto places = m_options.shuffle
                                ? base::permutation(std::int64_t(m_blocks.size()),
                                                    base::Draw(m_options.seed, "block order", std::uint64_t(epoch)))
                                : epochOrder(std::int64_t(m_blocks.size()), 0, 0, false);
        std::vector<std::int64_t> blocks;
        for (const std::int64_t place : places)
            blocks.push_back(m_blocks[std::size_t(place)]);
        return blocks;
    }

    void enterEpoch(std::int64_t epoch)
    {
        m_order = blocksOf(epoch);
        m_epoch = epoch;
        m_starts.assign(1, 0);
        for (std::size_t first = 0; first < m_order.size(); first += m_groupBlocks) {
            std::int64_t rows = 0;
            for (std::size_t b = first; b < std::min(m_order.size(), first + m_groupBlocks); ++b)
                rows += m_data.rowsOfBlock(m_order[b]);
            m_starts.push_back(m_starts.back() + rows * m_copies);
        }
    }

    std::vector<std::int64_t> part(const std::vector<std::int64_t>& blocks, std::int64_t group) const
    {
        const std::size_t begin = std::min(blocks.size(), std::size_t(group) * m_groupBlocks),
                          end = std::min(blocks.size(), begin + m_groupBlocks);
        return {blocks.begin() + std::ptrdiff_t(begin), blocks.begin() + std::ptrdiff_t(end)};
    }

    // A pure function of its arguments; also called by another thread.
    Group make(std::int64_t epoch, std::int64_t number, std::vector<std::int64_t> blocks, bool gathers) const
    {
        Group group{.epoch = epoch, .number = number};
        for (std::int64_t copy = 0; copy < m_copies; ++copy)
            for (const std::int64_t block : blocks)
                for (std::int64_t row = 0; row < m_data.rowsOfBlock(block); ++row)
                    group.items.push_back(block * m_data.blockRows() + row + copy * m_data.size());
        if (m_options.shuffle) {
            const base::Draw draw =
                base::Draw(m_options.seed, "order", std::uint64_t(epoch)).within(std::uint64_t(number));
            std::vector<std::int64_t> shuffled;
            for (const std::int64_t place : base::permutation(std::int64_t(group.items.size()), draw))
                shuffled.push_back(group.items[std::size_t(place)]);
            group.items = std::move(shuffled);
        }
        m_data.load(std::move(blocks));
        if (gathers)
            gather(group);
        return group;
    }

    // Batches of so many rows, of which one begins every so many places of the epoch; the group begins at `start`.
    static void slice(Group& group, std::int64_t start, std::int64_t count)
    {
        if (count <= 0 || group.rows->input.size(0) != std::int64_t(group.items.size()))
            return;
        const at::AutoDispatchBelowADInplaceOrView untracked;
        group.sliceRows = count;
        group.firstSlice = (count - start % count) % count;
        for (std::int64_t at = group.firstSlice; at + count <= std::int64_t(group.items.size()); at += count)
            group.slices.push_back(
                {group.rows->input.narrow(0, at, count),
                 group.rows->target.defined() ? group.rows->target.narrow(0, at, count) : at::Tensor()});
    }

    // In the order of the file first, which is cheap, then in that of the epoch.
    void gather(Group& group) const
    {
        std::vector<std::int64_t> rows = group.items;
        for (std::int64_t& row : rows)
            row %= m_data.size();
        std::vector<std::int64_t> sorted = rows;
        std::sort(sorted.begin(), sorted.end());
        sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
        Batch inFile = m_data.gather(sorted);
        if (inFile.input.size(0) == std::int64_t(sorted.size())) {
            for (std::int64_t& row : rows)
                row = std::lower_bound(sorted.begin(), sorted.end(), row) - sorted.begin();
            inFile = {inOrder(inFile.input, rows), inOrder(inFile.target, rows)};
        }
        group.rows = std::move(inFile);
    }

    void enterGroup(std::int64_t number)
    {
        if (m_next.valid() && m_nextEpoch == m_epoch && m_nextNumber == number)
            m_group = m_next.get();
        else
            m_group = make(m_epoch, number, part(m_order, number), m_gathers);
        const bool last = number + 2 == std::int64_t(m_starts.size());
        m_nextEpoch = last ? m_epoch + 1 : m_epoch;
        m_nextNumber = last ? 0 : number + 1;
        auto blocks = last ? part(blocksOf(m_nextEpoch), 0) : part(m_order, m_nextNumber);
        const std::int64_t start = last ? 0 : m_starts[std::size_t(m_nextNumber)];
        m_next = std::async(std::launch::async, [this, epoch = m_nextEpoch, next = m_nextNumber, gathers = m_gathers,
                                                 blocks = std::move(blocks), start, count = m_count] {
            Group group = make(epoch, next, blocks, gathers);
            if (gathers)
                slice(group, start, count);
            return group;
        });
    }
};

}

namespace {

// Every `ranks`-th item of another order.
class ShardedOrder final : public ItemOrder {
public:
    ShardedOrder(const DataModule& data, SplitName split, const LoaderOptions& options)
        : m_rank(std::size_t(options.rank)),
          m_ranks(options.ranks),
          m_even(options.even),
          m_one(options)
    {
        m_one.ranks = 1;
        m_whole = makeItemOrder(data, split, m_one);
    }

    std::int64_t count() const override { return m_whole->count(); }

    std::span<const std::int64_t> items(const BatchRange& range) override
    {
        // A copy: what it gives is valid until it is asked again.
        const std::span<const std::int64_t> given = m_whole->items(range);
        std::vector<std::int64_t> all(given.begin(), given.end());
        m_items.clear();
        if (all.empty())
            return m_items;
        const std::int64_t missing = m_even ? (m_ranks - std::int64_t(all.size()) % m_ranks) % m_ranks : 0;
        if (missing > 0) {
            const std::span<const std::int64_t> more = m_whole->items({range.epoch, 0, missing});
            // Where an epoch is shorter than what is missing, it begins again.
            for (std::int64_t i = 0; i < missing; ++i)
                all.push_back(more[std::size_t(i) % more.size()]);
        }
        for (std::size_t i = m_rank; i < all.size(); i += std::size_t(m_ranks))
            m_items.push_back(all[i]);
        if (m_items.empty())
            m_items.push_back(all.front());
        return m_items;
    }

private:
    const std::size_t m_rank;
    const std::int64_t m_ranks;
    const bool m_even;
    LoaderOptions m_one; // of the whole order, which uses it as long as it lives
    std::unique_ptr<ItemOrder> m_whole;
    std::vector<std::int64_t> m_items;
};

}

std::unique_ptr<ItemOrder> makeItemOrder(const DataModule& data, SplitName split, const LoaderOptions& options)
{
    if (options.ranks > 1)
        return std::make_unique<ShardedOrder>(data, split, options);
    if (data.streamed())
        return std::make_unique<GroupedOrder>(data, split, options);
    return std::make_unique<WholeOrder>(data, split, options);
}

}
