// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/block_store.h"

#include "core/base/thread_name.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <exception>
#include <optional>

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

// Copies rows between tensors of one shape; does nothing where there is none.
class RowCopier {
public:
    explicit RowCopier(at::Tensor& to)
        : m_to(to.defined() ? static_cast<char*>(to.mutable_data_ptr()) : nullptr),
          m_bytes(rowBytes(to))
    {
    }
    void from(const at::Tensor& tensor) { m_from = m_to ? static_cast<const char*>(tensor.const_data_ptr()) : nullptr; }
    void copy(std::int64_t row, std::int64_t place)
    {
        if (m_to)
            std::memcpy(m_to + std::size_t(place) * m_bytes, m_from + std::size_t(row) * m_bytes, m_bytes);
    }

private:
    char* m_to;
    const char* m_from = nullptr;
    std::size_t m_bytes;
};

}

BlockStore::BlockStore(Reader reader, std::int64_t blockRows, std::int64_t mostRows, RowsOf rowsOf)
    : m_reader(std::move(reader)),
      m_blockRows(blockRows),
      m_mostRows(mostRows),
      m_rowsOf(std::move(rowsOf)),
      m_thread([this](std::stop_token stop) { readAhead(stop); })
{
}

BlockStore::~BlockStore() = default;

std::size_t BlockStore::bytes() const
{
    std::lock_guard lock(m_mutex);
    return m_bytes;
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
    while (m_blocks.size() + room > most && !m_chunks.empty()) {
        const auto oldest = std::min_element(m_chunks.begin(), m_chunks.end(),
                                             [](const auto& a, const auto& b) { return a->used < b->used; });
        for (const std::int64_t block : (*oldest)->blocks)
            if (const auto held = m_blocks.find(block); held != m_blocks.end() && held->second.chunk == *oldest)
                m_blocks.erase(held);
        m_bytes -= (*oldest)->bytes;
        m_chunks.erase(oldest);
    }
}

void BlockStore::keep(std::span<const std::int64_t> blocks, BlockRows rows)
{
    auto chunk = std::make_shared<Chunk>();
    chunk->bytes = std::size_t(rows.inputs.size(0)) * (rowBytes(rows.inputs) + rowBytes(rows.targets));
    chunk->rows = std::move(rows);
    chunk->blocks.assign(blocks.begin(), blocks.end());
    chunk->used = ++m_clock;
    forget(blocks.size());
    std::int64_t first = 0;
    for (const std::int64_t block : blocks) {
        m_blocks[block] = {chunk, first};
        first += m_rowsOf ? m_rowsOf(block) : m_blockRows;
    }
    m_bytes += chunk->bytes;
    m_chunks.push_back(std::move(chunk));
    m_most = std::max(m_most, m_bytes);
}

base::Result<std::vector<BlockStore::Held>> BlockStore::hold(std::span<const std::int64_t> blocks)
{
    std::vector<Held> found(blocks.size());
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [&] {
            return m_reading.empty() ||
                   std::none_of(blocks.begin(), blocks.end(), [this](auto block) { return m_reading.contains(block); });
        });
        std::vector<std::int64_t> absent;
        ++m_clock;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            if (!found[i].chunk)
                if (const auto held = m_blocks.find(blocks[i]); held != m_blocks.end())
                    found[i] = held->second;
            if (found[i].chunk)
                found[i].chunk->used = m_clock;
            else
                absent.push_back(blocks[i]);
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
        keep(absent, std::move(*read));
    }
}

namespace {

std::vector<std::int64_t> sortedOnce(std::vector<std::int64_t> blocks)
{
    std::sort(blocks.begin(), blocks.end());
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    return blocks;
}

}

base::Status BlockStore::load(std::vector<std::int64_t> blocks)
{
    CORE_TRY(held, hold(sortedOnce(std::move(blocks))));
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
    blocks = sortedOnce(std::move(blocks));
    CORE_TRY(held, hold(blocks));
    const BlockRows& some = held.front().chunk->rows;
    BlockRows gathered{likeRows(some.inputs, std::int64_t(rows.size())), {}, nullptr};
    if (some.targets.defined())
        gathered.targets = likeRows(some.targets, std::int64_t(rows.size()));
    RowCopier inputs(gathered.inputs), targets(gathered.targets);
    std::int64_t last = -1;
    const Held* block = nullptr;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (const std::int64_t now = rows[i] / m_blockRows; now != last) {
            block = &held[std::size_t(std::lower_bound(blocks.begin(), blocks.end(), now) - blocks.begin())];
            last = now;
            inputs.from(block->chunk->rows.inputs);
            targets.from(block->chunk->rows.targets);
        }
        const std::int64_t row = block->first + rows[i] % m_blockRows;
        inputs.copy(row, std::int64_t(i));
        targets.copy(row, std::int64_t(i));
    }
    return gathered;
}

base::Result<Sample> BlockStore::sample(std::int64_t row)
{
    const std::int64_t block = row / m_blockRows;
    CORE_TRY(held, hold({&block, 1}));
    const BlockRows& rows = held.front().chunk->rows;
    const std::int64_t place = held.front().first + row % m_blockRows;
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
                held->second.chunk->used = m_clock;
    }
    m_changed.notify_all();
}

void BlockStore::readAhead(std::stop_token stop)
{
    base::nameThread("reader");
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
        std::optional<BlockRows> rows;
        // A failure, or memory that ends, is met again by whoever asks for these rows.
        try {
            if (auto read = m_reader(absent))
                rows = std::move(*read);
        } catch (const std::exception&) {
        }
        lock.lock();
        for (const std::int64_t block : absent)
            m_reading.erase(block);
        try {
            if (rows)
                keep(absent, std::move(*rows));
        } catch (const std::bad_alloc&) {
        }
        m_changed.notify_all();
    }
}

}
