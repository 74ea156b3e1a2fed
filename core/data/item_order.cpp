// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/item_order.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>
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

// Of a stream: blocks come in any order; so many of them as the shuffle buffer holds make a group, whose rows come in
// any order. What stands far apart in the file thus meets in a batch, and memory holds one group and the next.
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
        if (range.epoch != m_epoch)
            enterEpoch(range.epoch);
        std::int64_t first = range.first;
        const std::int64_t end = std::min(count(), range.first + range.count);
        while (first < end) {
            const auto above = std::upper_bound(m_starts.begin(), m_starts.end(), first);
            const std::size_t group = std::size_t(above - m_starts.begin()) - 1;
            if (m_group != std::int64_t(group))
                enterGroup(group);
            const std::int64_t here = first - m_starts[group];
            const std::int64_t taken = std::min(end - first, std::int64_t(m_groupItems.size()) - here);
            m_items.insert(m_items.end(), m_groupItems.begin() + here, m_groupItems.begin() + here + taken);
            first += taken;
        }
        return m_items;
    }

private:
    const DataModule& m_data;
    const std::span<const std::int64_t> m_blocks;
    const LoaderOptions& m_options;
    const std::int64_t m_copies, m_rows;
    const std::size_t m_groupBlocks;
    std::int64_t m_epoch = -1, m_group = -1;
    std::vector<std::int64_t> m_order;      // blocks of the epoch
    std::vector<std::int64_t> m_starts;     // the first place of each group, and the end of the last
    std::vector<std::int64_t> m_groupItems; // of m_group
    std::vector<std::int64_t> m_items;

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
        m_group = -1;
        m_starts.assign(1, 0);
        for (std::size_t first = 0; first < m_order.size(); first += m_groupBlocks) {
            std::int64_t rows = 0;
            for (std::size_t b = first; b < std::min(m_order.size(), first + m_groupBlocks); ++b)
                rows += m_data.rowsOfBlock(m_order[b]);
            m_starts.push_back(m_starts.back() + rows * m_copies);
        }
    }

    static std::vector<std::int64_t> part(const std::vector<std::int64_t>& blocks, std::size_t group, std::size_t each)
    {
        const std::size_t begin = std::min(blocks.size(), group * each), end = std::min(blocks.size(), begin + each);
        return {blocks.begin() + std::ptrdiff_t(begin), blocks.begin() + std::ptrdiff_t(end)};
    }

    void enterGroup(std::size_t group)
    {
        const std::vector<std::int64_t> blocks = part(m_order, group, m_groupBlocks);
        std::vector<std::int64_t> items;
        for (std::int64_t copy = 0; copy < m_copies; ++copy)
            for (const std::int64_t block : blocks)
                for (std::int64_t row = 0; row < m_data.rowsOfBlock(block); ++row)
                    items.push_back(block * m_data.blockRows() + row + copy * m_data.size());
        m_groupItems = std::move(items);
        if (m_options.shuffle) {
            const base::Draw draw = base::Draw(m_options.seed, "order", std::uint64_t(m_epoch)).within(group);
            const auto places = base::permutation(std::int64_t(m_groupItems.size()), draw);
            std::vector<std::int64_t> shuffled;
            for (const std::int64_t place : places)
                shuffled.push_back(m_groupItems[std::size_t(place)]);
            m_groupItems = std::move(shuffled);
        }
        m_group = std::int64_t(group);
        m_data.load(blocks);
        std::vector<std::int64_t> next = part(m_order, group + 1, m_groupBlocks);
        m_data.expect(next.empty() ? part(blocksOf(m_epoch + 1), 0, m_groupBlocks) : std::move(next));
    }
};

}

std::unique_ptr<ItemOrder> makeItemOrder(const DataModule& data, SplitName split, const LoaderOptions& options)
{
    if (data.streamed())
        return std::make_unique<GroupedOrder>(data, split, options);
    return std::make_unique<WholeOrder>(data, split, options);
}

}
