// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/block_store.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <set>

namespace core::data {

namespace {

// Pieces of what is wanted: whoever waits for its beginning need not wait for all of it.
constexpr std::size_t piecesAhead = 4;

std::size_t rowBytes(const at::Tensor& tensor)
{
    return tensor.defined() && tensor.size(0) > 0 ? tensor.nbytes() / std::size_t(tensor.size(0)) : 0;
}

at::Tensor likeRows(const at::Tensor& tensor, std::int64_t rows)
{
    std::vector<std::int64_t> shape = tensor.sizes().vec();
    shape.front() = rows;
    return tensor::empty(shape, tensor.scalar_type());
}

void copyRow(const at::Tensor& from, std::int64_t row, at::Tensor& to, std::int64_t place)
{
    const std::size_t bytes = rowBytes(from);
    std::memcpy(static_cast<char*>(to.mutable_data_ptr()) + std::size_t(place) * bytes,
                static_cast<const char*>(from.const_data_ptr()) + std::size_t(row) * bytes, bytes);
}

}

BlockStore::BlockStore(Reader reader, std::int64_t blockRows, std::int64_t mostRows)
    : m_reader(std::move(reader)),
      m_blockRows(blockRows),
      m_mostRows(mostRows),
      m_thread([this](std::stop_token stop) { readAhead(stop); })
{
}

BlockStore::~BlockStore() = default;

std::size_t BlockStore::bytesLocked() const
{
    std::set<const Chunk*> chunks;
    std::size_t bytes = 0;
    for (const auto& [block, held] : m_blocks)
        if (chunks.insert(held.chunk.get()).second)
            bytes += held.chunk->bytes * std::size_t(held.chunk->rows.inputs.size(0));
    return bytes;
}

std::size_t BlockStore::bytes() const
{
    std::lock_guard lock(m_mutex);
    return bytesLocked();
}

std::size_t BlockStore::mostBytes() const
{
    std::lock_guard lock(m_mutex);
    return m_most;
}

// Whole chunks go, least lately used first: a block alone would free nothing.
void BlockStore::forget(std::size_t room)
{
    const std::size_t most = std::size_t(m_mostRows) / std::size_t(m_blockRows) + 1;
    if (m_blocks.size() + room <= most)
        return;
    std::unordered_map<const Chunk*, std::pair<std::uint64_t, std::size_t>> chunks; // last use and blocks
    for (const auto& [block, held] : m_blocks) {
        auto& [used, count] = chunks[held.chunk.get()];
        used = std::max(used, held.used);
        ++count;
    }
    std::vector<std::pair<std::uint64_t, const Chunk*>> byUse;
    for (const auto& [chunk, facts] : chunks)
        byUse.emplace_back(facts.first, chunk);
    std::sort(byUse.begin(), byUse.end());
    std::set<const Chunk*> going;
    std::size_t left = m_blocks.size();
    for (const auto& [used, chunk] : byUse) {
        if (left + room <= most)
            break;
        left -= chunks[chunk].second;
        going.insert(chunk);
    }
    std::erase_if(m_blocks, [&](const auto& entry) { return going.contains(entry.second.chunk.get()); });
}

BlockStore::Blocks BlockStore::keep(std::span<const std::int64_t> blocks, BlockRows rows)
{
    auto chunk = std::make_shared<Chunk>();
    chunk->bytes = rowBytes(rows.inputs) + rowBytes(rows.targets);
    chunk->rows = std::move(rows);
    forget(blocks.size());
    std::int64_t first = 0;
    ++m_clock;
    Blocks kept;
    for (const std::int64_t block : blocks) {
        kept[block] = m_blocks[block] = {chunk, first, m_clock};
        first += m_blockRows;
    }
    m_most = std::max(m_most, bytesLocked());
    return kept;
}

base::Result<BlockStore::Blocks> BlockStore::hold(std::vector<std::int64_t> blocks)
{
    std::sort(blocks.begin(), blocks.end());
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    Blocks found;
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [&] {
            return std::none_of(blocks.begin(), blocks.end(), [this](auto block) { return m_reading.contains(block); });
        });
        std::vector<std::int64_t> absent;
        ++m_clock;
        for (const std::int64_t block : blocks)
            if (const auto held = m_blocks.find(block); held != m_blocks.end()) {
                held->second.used = m_clock;
                found[block] = held->second;
            } else if (!found.contains(block)) {
                absent.push_back(block);
            }
        if (absent.empty())
            return found;
        std::erase_if(m_wanted, [&](auto block) { return std::binary_search(absent.begin(), absent.end(), block); });
        m_reading.insert(absent.begin(), absent.end());
        lock.unlock();
        auto read = m_reader(absent);
        lock.lock();
        for (const std::int64_t block : absent)
            m_reading.erase(block);
        m_changed.notify_all();
        if (!read)
            return read.error();
        found.merge(keep(absent, std::move(*read)));
    }
}

base::Status BlockStore::load(std::vector<std::int64_t> blocks)
{
    CORE_TRY(held, hold(std::move(blocks)));
    (void)held;
    return {};
}

base::Result<BlockRows> BlockStore::gather(std::span<const std::int64_t> rows)
{
    assert(!rows.empty());
    std::vector<std::int64_t> blocks;
    for (const std::int64_t row : rows)
        if (blocks.empty() || blocks.back() != row / m_blockRows)
            blocks.push_back(row / m_blockRows);
    CORE_TRY(held, hold(std::move(blocks)));
    const BlockRows& some = held.begin()->second.chunk->rows;
    BlockRows gathered{likeRows(some.inputs, std::int64_t(rows.size())), {}, nullptr};
    if (some.targets.defined())
        gathered.targets = likeRows(some.targets, std::int64_t(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Held& block = held.at(rows[i] / m_blockRows);
        const std::int64_t row = block.first + rows[i] % m_blockRows;
        copyRow(block.chunk->rows.inputs, row, gathered.inputs, std::int64_t(i));
        if (gathered.targets.defined())
            copyRow(block.chunk->rows.targets, row, gathered.targets, std::int64_t(i));
    }
    return gathered;
}

base::Result<Sample> BlockStore::sample(std::int64_t row)
{
    CORE_TRY(held, hold({row / m_blockRows}));
    const Held& block = held.begin()->second;
    const BlockRows& rows = block.chunk->rows;
    const std::int64_t place = block.first + row % m_blockRows;
    return rows.samples ? rows.samples->read(place) : heldImages(rows.inputs)->read(place);
}

void BlockStore::want(std::vector<std::int64_t> blocks)
{
    {
        std::lock_guard lock(m_mutex);
        m_wanted.assign(blocks.begin(), blocks.end());
        m_piece = std::max<std::size_t>(1, (m_wanted.size() + piecesAhead - 1) / piecesAhead);
        ++m_clock;
        // What is wanted and there already must not be the next to go.
        for (const std::int64_t block : m_wanted)
            if (const auto held = m_blocks.find(block); held != m_blocks.end())
                held->second.used = m_clock;
    }
    m_changed.notify_all();
}

void BlockStore::readAhead(std::stop_token stop)
{
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [this] { return !m_wanted.empty(); })) {
        std::vector<std::int64_t> absent;
        while (!m_wanted.empty() && absent.size() < m_piece) {
            const std::int64_t block = m_wanted.front();
            m_wanted.pop_front();
            if (!m_blocks.contains(block) && !m_reading.contains(block))
                absent.push_back(block);
        }
        if (absent.empty())
            continue;
        std::sort(absent.begin(), absent.end());
        m_reading.insert(absent.begin(), absent.end());
        lock.unlock();
        auto read = m_reader(absent);
        lock.lock();
        for (const std::int64_t block : absent)
            m_reading.erase(block);
        // A failure is met again by whoever asks for these rows.
        if (read)
            keep(absent, std::move(*read));
        m_changed.notify_all();
    }
}

}
