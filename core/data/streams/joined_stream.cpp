// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/joined_stream.h"

#include "core/data/channels.h"

#include <cassert>

namespace core::data {

namespace {

class JoinedStream final : public RowStream {
public:
    explicit JoinedStream(std::vector<ChannelStream> channels) : m_channels(std::move(channels))
    {
        // Files have blocks of a power of two: so many of a smaller file make one of the largest.
        for (const ChannelStream& channel : m_channels)
            m_blockRows = std::max(m_blockRows, channel.rows->blockRows());
        for (const ChannelStream& channel : m_channels) {
            assert(m_blockRows % channel.rows->blockRows() == 0);
            const std::int64_t rows = channel.rows->rows(), blocks = (rows + m_blockRows - 1) / m_blockRows;
            m_first.push_back(std::int64_t(m_parts.size()));
            m_parts.resize(m_parts.size() + std::size_t(blocks), channel.part);
            m_count += rows;
            m_rows = m_first.back() * m_blockRows + rows;
            m_bytes += channel.rows->bytes();
        }
    }

    std::int64_t rows() const override { return m_rows; }
    std::int64_t count() const override { return m_count; }
    std::int64_t blockRows() const override { return m_blockRows; }
    std::int64_t bytes() const override { return m_bytes; }
    std::span<const std::int32_t> parts() const override { return m_parts; }
    std::int64_t rowsOf(std::int64_t block) const override
    {
        const std::size_t c = channelOf(block);
        return std::min(m_blockRows, m_channels[c].rows->rows() - (block - m_first[c]) * m_blockRows);
    }

    base::Result<Loaded> read(std::span<const std::int64_t> blocks, const SourceRequest& request) const override
    {
        std::optional<Loaded> all;
        SourceRequest asked = request;
        DatasetInfo alike;
        for (std::size_t i = 0; i < blocks.size();) {
            const std::size_t c = channelOf(blocks[i]);
            std::size_t end = i;
            while (end < blocks.size() && channelOf(blocks[end]) == c)
                ++end;
            CORE_TRY(part, readOf(c, blocks.subspan(i, end - i), asked));
            i = end;
            const ChannelStart channel{m_channels[c].name, m_channels[c].where, all ? all->rows() : 0};
            if (all) {
                CORE_CHECK(appendRows(*all, std::move(part), channel, false));
            } else {
                all = std::move(part);
                // What is not known beforehand is as in the first rows.
                if (!request.alike)
                    agreeWith(*all, alike, asked);
            }
            all->channels.push_back(channel);
        }
        return std::move(*all);
    }

private:
    std::vector<ChannelStream> m_channels;
    std::vector<std::int64_t> m_first; ///< block of each channel
    std::vector<std::int32_t> m_parts; ///< of each block
    std::int64_t m_blockRows = 1, m_rows = 0, m_count = 0, m_bytes = 0;

    std::size_t channelOf(std::int64_t block) const
    {
        return std::size_t(std::upper_bound(m_first.begin(), m_first.end(), block) - m_first.begin()) - 1;
    }

    base::Result<Loaded> readOf(std::size_t c, std::span<const std::int64_t> blocks, const SourceRequest& request) const
    {
        const RowStream& stream = *m_channels[c].rows;
        const std::int64_t each = m_blockRows / stream.blockRows();
        const std::int64_t all = (stream.rows() + stream.blockRows() - 1) / stream.blockRows();
        std::vector<std::int64_t> own;
        for (const std::int64_t block : blocks)
            for (std::int64_t k = 0; k < each; ++k)
                if (const std::int64_t at = (block - m_first[c]) * each + k; at < all)
                    own.push_back(at);
        return stream.read(own, request);
    }
};

}

std::shared_ptr<const RowStream> joinedStream(std::vector<ChannelStream> channels)
{
    return std::make_shared<JoinedStream>(std::move(channels));
}

}
