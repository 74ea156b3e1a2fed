// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/view_feed.h"

#include "core/base/clock.h"
#include "core/store/replay.h"

#include <algorithm>
#include <sys/statvfs.h>

namespace core::store {

namespace {

constexpr double longestPause = 10; ///< seconds
constexpr double retryFeedSeconds = 10;
/// The share of the time that the file may take: of many series every update costs milliseconds that training misses.
constexpr double feedShare = 0.01;
constexpr std::uint64_t reserve = 4 << 20;

void append(ScalarBlock& to, const ScalarBlock& block)
{
    to.steps.insert(to.steps.end(), block.steps.begin(), block.steps.end());
    to.times.insert(to.times.end(), block.times.begin(), block.times.end());
    for (std::size_t i = 0; i < block.columns.size(); ++i)
        to.columns[i].insert(to.columns[i].end(), block.columns[i].begin(), block.columns[i].end());
}

// Blocks of the same tensors and statistics as one, which is written once.
TensorBlock joined(const std::vector<TensorBlock>& blocks)
{
    TensorBlock all{blocks.front().tensors, blocks.front().statistics, {}, {}};
    for (const TensorBlock& block : blocks)
        all.steps.insert(all.steps.end(), block.steps.begin(), block.steps.end());
    // Statistic by statistic, so that the rows of each follow one another.
    for (std::size_t statistic = 0; statistic < all.statistics.size(); ++statistic)
        for (const TensorBlock& block : blocks) {
            const auto size = std::ptrdiff_t(block.steps.size() * block.tensors.size());
            const auto begin = block.values.begin() + std::ptrdiff_t(statistic) * size;
            all.values.insert(all.values.end(), begin, begin + size);
        }
    return all;
}

}

void ViewFeed::add(ScalarBlock block)
{
    if (m_stale || !m_view || block.names.empty())
        return;
    const auto same = std::find_if(m_waiting.rbegin(), m_waiting.rend(),
                                   [&](const ScalarBlock& other) { return other.names[0] == block.names[0]; });
    if (same != m_waiting.rend() && same->names == block.names)
        append(*same, block);
    else
        m_waiting.push_back(std::move(block));
}

void ViewFeed::add(TensorBlock block)
{
    if (m_stale || !m_view)
        return;
    const auto shares = [&](const std::vector<TensorBlock>& others) {
        return std::ranges::any_of(others.front().tensors, [&](const std::string& name) {
            return std::ranges::find(block.tensors, name) != block.tensors.end();
        });
    };
    // Rows of a tensor stay in order: only the block that came last of its tensors may grow.
    const auto last = std::find_if(m_tensors.rbegin(), m_tensors.rend(), shares);
    if (last != m_tensors.rend() && last->front().tensors == block.tensors &&
        last->front().statistics == block.statistics)
        last->push_back(std::move(block));
    else
        m_tensors.emplace_back().push_back(std::move(block));
}

void ViewFeed::renew()
{
    m_stale = true;
    m_waiting.clear();
    m_tensors.clear();
}

void ViewFeed::close()
{
    m_view.reset();
    renew();
}

std::optional<base::Error> ViewFeed::update()
{
    const double time = base::steadySeconds();
    if ((!m_stale && m_waiting.empty() && m_tensors.empty()) || time < m_next)
        return {};
    // A run that is over before anybody could look needs no file to follow.
    if (m_next == 0 && m_seconds > 0) {
        m_next = time + m_seconds / 2;
        return {};
    }
    m_next = time + m_seconds;
    // HDF5 never recovers from a disk that is full, so it does not get to see one.
    if (!hasRoom())
        return {};
    const base::Status status = write();
    // Without a pause between updates whoever writes by hand says when.
    if (const double took = base::steadySeconds() - time; m_seconds > 0)
        m_next = std::max(m_next, time + std::min(took / feedShare, longestPause));
    if (status)
        return {};
    m_view.reset();
    renew();
    m_next = time + retryFeedSeconds;
    if (m_told)
        return {};
    m_told = true;
    base::Error error = status.error();
    error.message = "run.h5 cannot be followed now: " + error.message;
    return error;
}

base::Status ViewFeed::write()
{
    const auto taken = [&](const ScalarBlock& block) { return m_view->takes(block); };
    const auto allTaken = [&](const std::vector<TensorBlock>& blocks) { return m_view->takes(blocks.front()); };
    if (!m_stale && !(std::ranges::all_of(m_waiting, taken) && std::ranges::all_of(m_tensors, allTaken)))
        renew();
    if (m_stale) {
        m_view.reset();
        CORE_TRY(record, recordOfJournal(m_run, Reading::Strict));
        // With the first rows everything that the file will hold has its name. A file that is made anew is another
        // file: whoever follows the one before sees no more of it.
        if (!record.opened || (record.scalars.empty() && !record.opened->spec["capture"].array().empty()))
            return {};
        CORE_TRY(view, LiveView::create(m_run / "run.h5", record));
        m_view = std::move(view);
        m_stale = false;
        return {};
    }
    std::vector<TensorBlock> tensors;
    for (const std::vector<TensorBlock>& blocks : m_tensors)
        tensors.push_back(joined(blocks));
    CORE_CHECK(m_view->append(m_waiting, tensors));
    m_waiting.clear();
    m_tensors.clear();
    return {};
}

bool ViewFeed::hasRoom() const
{
    struct statvfs facts {};
    if (::statvfs(m_run.c_str(), &facts) != 0)
        return true;
    std::uint64_t needed = reserve;
    for (const ScalarBlock& block : m_waiting)
        needed += 3 * 8 * block.steps.size() * block.names.size();
    for (const std::vector<TensorBlock>& blocks : m_tensors)
        for (const TensorBlock& block : blocks)
            needed += 2 * 8 * block.values.size();
    return std::uint64_t(facts.f_bavail) * facts.f_frsize > needed;
}

}
